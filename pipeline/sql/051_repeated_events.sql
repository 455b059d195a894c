-- Grain: one row per user, item, type and time that several interactions share.
-- Input: interactions.
SELECT user_id, item_id, type, occurred_at, count(*) AS row_count
FROM {considered} AS i
GROUP BY user_id, item_id, type, occurred_at
HAVING count(*) > 1
ORDER BY user_id, item_id, type, occurred_at
