-- Grain: one row per user-item pair that has an event.
-- Inputs: labelled; $negatives.
-- Guarantees: mass is the number of samples that the pair will give, its negatives included.
CREATE TABLE pairs AS
SELECT
  user_id,
  item_id,
  count(*) + CASE WHEN max(label) >= 1 THEN $negatives ELSE 0 END AS mass,
  min(occurred_at) AS first_at
FROM labelled
GROUP BY user_id, item_id
