-- Grain: one row if the {width} columns of a vocabulary hold less than {least_kept} of what {column} says, else none.
-- Input: {table}.
SELECT * FROM (
  WITH counted AS (
    SELECT value, count(*) AS row_count
    FROM (SELECT {values} AS value FROM {table})
    WHERE value IS NOT NULL
    GROUP BY value
  ),
  ranked AS (
    SELECT row_count, row_number() OVER (ORDER BY row_count DESC, value) AS place FROM counted
  )
  SELECT
    {feature} AS feature,
    count(*) AS value_count,
    {width} - 1 AS kept_values,
    round(100 * sum(row_count) FILTER (place < {width}) / sum(row_count), 1) AS kept_percent
  FROM ranked
  HAVING sum(row_count) FILTER (place < {width}) < {least_kept} * sum(row_count)
)
