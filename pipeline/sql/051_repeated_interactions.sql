-- Grain: one row per interaction id that several interactions have.
-- Input: interactions.
SELECT interaction_id, count(*) AS row_count
FROM {considered} AS i
WHERE interaction_id IS NOT NULL
GROUP BY interaction_id
HAVING count(*) > 1
ORDER BY interaction_id
