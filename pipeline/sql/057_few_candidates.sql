-- Grain: one row per user to whom fewer than {least_candidates} items are left when the last new item is asked about.
-- Inputs: interactions, items.
SELECT user_id, (SELECT count(*) FROM items) - count(DISTINCT item_id) + 1 AS candidates
FROM {considered} AS i
GROUP BY user_id
HAVING candidates < {least_candidates}
ORDER BY candidates, user_id
