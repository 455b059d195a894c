-- Grain: one row per user-item pair that has an event.
-- Inputs: events, split_users, split_items; $negatives, $per.
-- Guarantees: mass is the number of samples that the pair will give, its negatives included; chance is a number below
-- 2^32 that depends on seed, user and item only.
CREATE TEMP TABLE pairs AS
WITH met AS (
  SELECT
    user_key,
    item_key,
    count(*) AS event_count,
    CASE $per WHEN 'pair' THEN (max(label) >= 1)::INTEGER ELSE count(*) FILTER (label > 0) END AS positive_count,
    min(occurred_at) AS first_at
  FROM events
  GROUP BY user_key, item_key
)
SELECT
  m.user_key,
  m.item_key,
  m.event_count + m.positive_count * $negatives AS mass,
  m.first_at,
  mix(u.salt, i.salt)::UINTEGER AS chance
FROM met AS m
JOIN split_users AS u USING (user_key)
JOIN split_items AS i USING (item_key)
