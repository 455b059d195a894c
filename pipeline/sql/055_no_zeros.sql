-- Grain: one row if no interaction has label 0 and no negatives are drawn, else none.
-- Input: interactions.
SELECT 'no interaction has label 0, and data.negative_samples is 0' AS problem
WHERE {negatives} = 0 AND NOT EXISTS (SELECT 1 FROM {considered} AS i WHERE type IN ({zero_types}))
