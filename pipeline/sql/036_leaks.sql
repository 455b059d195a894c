-- Grain: one row per rule that is broken: rule, how many times, one example. Empty when nothing leaks.
-- Inputs: split_events, negatives; $method. The first two rules hold for every method, each other one for its method.
WITH pair_leaks AS (
  SELECT 'pair in two parts' AS rule, user_key::VARCHAR || ' x ' || item_key::VARCHAR AS example
  FROM split_events
  GROUP BY user_key, item_key
  HAVING min(part_rank) < max(part_rank)
),
negative_leaks AS (
  SELECT 'negative that the user had met' AS rule, n.user_key::VARCHAR || ' x ' || n.item_key::VARCHAR AS example
  FROM negatives AS n
  SEMI JOIN split_events AS e
    ON e.user_key = n.user_key AND e.item_key = n.item_key AND e.part_rank <= n.part_rank
),
user_leaks AS (
  SELECT 'user in two parts' AS rule, user_key::VARCHAR AS example
  FROM split_events
  WHERE $method = 'user_cold_start'
  GROUP BY user_key
  HAVING min(part_rank) < max(part_rank)
),
spans AS (
  SELECT part_rank, min(occurred_at) AS starts_at, max(occurred_at) AS last_at
  FROM split_events
  WHERE $method = 'temporal'
  GROUP BY part_rank
),
time_leaks AS (
  SELECT
    'event after the start of a later part' AS rule,
    strftime(earlier.last_at, '%Y-%m-%dT%H:%M:%SZ') AS example
  FROM spans AS earlier
  JOIN spans AS later ON later.part_rank > earlier.part_rank AND earlier.last_at >= later.starts_at
),
user_spans AS (
  SELECT user_key, part_rank, min(occurred_at) AS starts_at, max(occurred_at) AS last_at
  FROM split_events
  WHERE $method = 'leave_one_out'
  GROUP BY user_key, part_rank
),
user_time_leaks AS (
  SELECT
    'event of a user after the start of a later part' AS rule,
    earlier.user_key::VARCHAR || ' at ' || strftime(earlier.last_at, '%Y-%m-%dT%H:%M:%SZ') AS example
  FROM user_spans AS earlier
  JOIN user_spans AS later
    ON later.user_key = earlier.user_key
    AND later.part_rank > earlier.part_rank
    AND earlier.last_at > later.starts_at
),
leaks AS (
  SELECT * FROM pair_leaks
  UNION ALL
  SELECT * FROM negative_leaks
  UNION ALL
  SELECT * FROM user_leaks
  UNION ALL
  SELECT * FROM time_leaks
  UNION ALL
  SELECT * FROM user_time_leaks
)
SELECT rule, count(*)::INTEGER AS leak_count, min(example) AS example
FROM leaks
GROUP BY rule
ORDER BY rule
