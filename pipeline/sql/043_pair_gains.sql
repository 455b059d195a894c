-- Grain: one row per part and pair that the user met there; negative samples are no meetings.
-- Inputs: indexed_samples; $negative_type, $dislike_type.
-- Guarantees: gain is the strongest label of the pair's events after its last dislike, 0 where there is none.
CREATE TABLE pair_gains AS
WITH events AS (
  SELECT
    part,
    user_index,
    item_index,
    label,
    occurred_at,
    max(occurred_at) FILTER (type = $dislike_type) OVER (PARTITION BY part, user_index, item_index) AS disliked_at
  FROM indexed_samples
  WHERE type <> $negative_type
)
SELECT
  part,
  user_index,
  item_index,
  coalesce(max(label) FILTER (disliked_at IS NULL OR occurred_at > disliked_at), 0)::FLOAT AS gain
FROM events
GROUP BY part, user_index, item_index
