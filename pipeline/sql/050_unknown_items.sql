-- Grain: one row per interaction whose item the table items does not have.
-- Inputs: interactions, items.
SELECT interaction_id, item_id
FROM {considered} AS i
ANTI JOIN items AS t USING (item_id)
WHERE item_id IS NOT NULL
ORDER BY interaction_id, item_id
