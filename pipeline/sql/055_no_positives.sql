-- Grain: one row if no interaction has a label above 0, else none.
-- Input: interactions.
SELECT 'no interaction has a label above 0' AS problem
WHERE NOT EXISTS (SELECT 1 FROM {considered} AS i WHERE type IN ({positive_types}))
