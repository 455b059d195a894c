-- Grain: one row per interaction before 1990, where others are later: often a time in the wrong unit.
-- Input: interactions.
SELECT interaction_id, occurred_at
FROM {considered} AS i
WHERE
  occurred_at < TIMESTAMP '1990-01-01'
  AND (SELECT max(occurred_at) FROM {considered} AS later) >= TIMESTAMP '1990-01-01'
ORDER BY interaction_id, occurred_at
