-- Grain: one row per interaction whose type has no label.
-- Input: interactions.
SELECT interaction_id, type
FROM {considered} AS i
WHERE type NOT IN ({label_types})
ORDER BY interaction_id, type
