-- Grain: one row per sample, with keys instead of ids: an event or a negative sample.
-- Inputs: split_events, negatives; {negative_type}, $weight, $label of negatives.
-- Guarantees: in the order part, user, item, time, type. It is total: rows that are equal in all five are equal.
CREATE TEMP TABLE sorted_samples AS
WITH every_sample AS (
  SELECT part_rank, user_key, item_key, occurred_at, type_key, label, abs(weight) AS weight FROM split_events
  UNION ALL
  SELECT part_rank, user_key, item_key, occurred_at, {negative_type}::type_key, $label::FLOAT, $weight::FLOAT
  FROM negatives
)
SELECT * FROM every_sample ORDER BY part_rank, user_key, item_key, occurred_at, type_key
