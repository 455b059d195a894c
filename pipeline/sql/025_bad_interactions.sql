-- Grain: one row per problem that interactions have: problem, how many rows, up to five examples.
-- Inputs: considered, repeated_ids.
-- Guarantees: every bad row counts once; of the rows with one id all but the first are bad.
WITH bad_rows AS (
  SELECT
    problem,
    coalesce('interaction ' || interaction_id, 'user ' || user_id, 'a row without ids')
      || CASE problem
        WHEN 'unknown user' THEN ': "' || user_id || '"'
        WHEN 'unknown item' THEN ': "' || item_id || '"'
        ELSE ''
      END AS example
  FROM considered
  WHERE problem IS NOT NULL
),
problems AS (
  SELECT problem, count(*) AS row_count, min(example, 5) AS examples FROM bad_rows GROUP BY problem
  UNION ALL
  SELECT 'an id used before', sum(row_count - 1), min('interaction ' || interaction_id, 5)
  FROM repeated_ids
  HAVING count(*) > 0
)
SELECT problem, row_count::DOUBLE AS row_count, examples
FROM problems
ORDER BY row_count DESC, problem
