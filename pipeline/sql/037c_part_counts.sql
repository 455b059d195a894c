-- Grain: one row per part: number of samples, last position.
-- Input: samples.
SELECT
  part,
  count(*)::DOUBLE AS sample_count,
  max(position)::DOUBLE AS last_position
FROM samples
GROUP BY part
