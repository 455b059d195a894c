-- Grain: one row per rule that interactions of the use case break: rule, how many rows, one example.
-- Inputs: interactions, users, items, label_rules; $use_case.
-- Guarantees: empty when every interaction names a known user, item and type and has a time, and ids are unique.
WITH checked AS (
  SELECT
    i.interaction_id,
    CASE
      WHEN i.occurred_at IS NULL THEN 'no time'
      WHEN r.type IS NULL THEN 'unknown type "' || coalesce(i.type, 'NULL') || '"'
      WHEN u.user_id IS NULL THEN 'unknown user "' || coalesce(i.user_id, 'NULL') || '"'
      WHEN t.item_id IS NULL THEN 'unknown item "' || coalesce(i.item_id, 'NULL') || '"'
    END AS problem
  FROM interactions AS i
  LEFT JOIN (SELECT DISTINCT user_id FROM users) AS u USING (user_id)
  LEFT JOIN (SELECT DISTINCT item_id FROM items) AS t USING (item_id)
  LEFT JOIN label_rules AS r ON r.type = i.type
  WHERE i.use_case = $use_case
),
problems AS (
  SELECT problem, 'interaction ' || interaction_id AS example FROM checked WHERE problem IS NOT NULL
  UNION ALL
  SELECT 'duplicate interaction id', interaction_id FROM interactions GROUP BY interaction_id HAVING count(*) > 1
  UNION ALL
  SELECT 'duplicate user id', user_id FROM users GROUP BY user_id HAVING count(*) > 1
  UNION ALL
  SELECT 'duplicate item id', item_id FROM items GROUP BY item_id HAVING count(*) > 1
)
SELECT problem, count(*)::INTEGER AS row_count, min(example) AS example
FROM problems
GROUP BY problem
ORDER BY row_count DESC, problem
LIMIT 20
