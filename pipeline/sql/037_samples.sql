-- Grain: one row per sample: an event or a negative sample.
-- Inputs: split_events, negatives, parts; $negative_type.
-- Guarantees: position numbers the rows from 0 in the total order part, user, item, time, interaction; weight > 0.
CREATE TABLE samples AS
WITH every_sample AS (
  SELECT part_rank, user_id, item_id, type, occurred_at, label, abs(weight) AS weight, interaction_id AS tie
  FROM split_events
  UNION ALL
  SELECT part_rank, user_id, item_id, $negative_type, occurred_at, label, abs(weight), positive_item_id || '|' || draw
  FROM negatives
)
SELECT
  (row_number() OVER (ORDER BY part_rank, user_id, item_id, occurred_at, tie) - 1)::INTEGER AS position,
  part,
  user_id,
  item_id,
  type,
  occurred_at,
  label::FLOAT AS label,
  weight::FLOAT AS weight
FROM every_sample
JOIN parts USING (part_rank)
