-- Grain: one row if more than {most_missing} of the rows of {table} have no value of {column}, else none.
-- Input: {table}.
SELECT
  {feature} AS feature,
  count(*) FILTER ({is_missing}) AS missing,
  round(100 * count(*) FILTER ({is_missing}) / count(*), 1) AS percent
FROM {table}
HAVING count(*) FILTER ({is_missing}) > {most_missing} * count(*)
