-- Grain: one row per interaction that lies in the future.
-- Input: interactions.
SELECT interaction_id, occurred_at
FROM {considered} AS i
WHERE occurred_at > {now}
ORDER BY interaction_id, occurred_at
