-- Grain: one row per rule that is broken: rule, how many times, one example. Empty when nothing leaks.
-- Inputs: split_events, negatives; $is_temporal (1 or 0).
WITH pair_leaks AS (
  SELECT 'pair in two parts' AS rule, user_id || ' x ' || item_id AS example
  FROM split_events
  GROUP BY user_id, item_id
  HAVING count(DISTINCT part_rank) > 1
),
negative_leaks AS (
  SELECT DISTINCT 'negative that the user had met' AS rule, n.user_id || ' x ' || n.item_id AS example
  FROM negatives AS n
  JOIN split_events AS e ON e.user_id = n.user_id AND e.item_id = n.item_id AND e.part_rank <= n.part_rank
),
spans AS (
  SELECT part_rank, min(occurred_at) AS starts_at, max(occurred_at) AS last_at FROM split_events GROUP BY part_rank
),
time_leaks AS (
  SELECT
    'event after the start of a later part' AS rule,
    strftime(earlier.last_at, '%Y-%m-%dT%H:%M:%SZ') AS example
  FROM spans AS earlier
  JOIN spans AS later ON later.part_rank > earlier.part_rank AND earlier.last_at >= later.starts_at
  WHERE $is_temporal = 1
),
leaks AS (
  SELECT * FROM pair_leaks
  UNION ALL
  SELECT * FROM negative_leaks
  UNION ALL
  SELECT * FROM time_leaks
)
SELECT rule, count(*)::INTEGER AS leak_count, min(example) AS example
FROM leaks
GROUP BY rule
ORDER BY rule
