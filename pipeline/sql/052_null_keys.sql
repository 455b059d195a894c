-- Grain: one row per interaction without an id, a user, an item, a type or a time.
-- Input: interactions.
SELECT interaction_id, user_id, item_id, type, occurred_at
FROM {considered} AS i
WHERE interaction_id IS NULL OR user_id IS NULL OR item_id IS NULL OR type IS NULL OR occurred_at IS NULL
ORDER BY ALL
