-- Grain: one row per interaction before 1990: often a time in the wrong unit. None where the source has no times, which
-- are then all the same.
-- Input: interactions.
SELECT interaction_id, occurred_at
FROM {considered} AS i
WHERE
  occurred_at < TIMESTAMP '1990-01-01'
  AND ({has_times} OR (SELECT max(occurred_at) FROM {considered} AS later) >= TIMESTAMP '1990-01-01')
ORDER BY interaction_id, occurred_at
