-- Grain: one row per part and pair that the user met there; negative samples are no meetings.
-- Inputs: indexed_samples; $negative_type.
-- Guarantees: gain is the strongest label of the pair's events after its last dislike (label 0), 0 where there is none.
CREATE TABLE pair_gains AS
WITH events AS (
  SELECT part, user_index, item_index, label, occurred_at FROM indexed_samples WHERE type <> $negative_type
),
dislikes AS (
  SELECT part, user_index, item_index, max(occurred_at) AS disliked_at
  FROM events
  WHERE label = 0
  GROUP BY part, user_index, item_index
)
SELECT
  e.part,
  e.user_index,
  e.item_index,
  coalesce(max(e.label) FILTER (d.disliked_at IS NULL OR e.occurred_at > d.disliked_at), 0)::FLOAT AS gain
FROM events AS e
LEFT JOIN dislikes AS d USING (part, user_index, item_index)
GROUP BY e.part, e.user_index, e.item_index
