-- Grain: one row if a character joins the values of {column}: nearly all lists are single, most of their values hold the
-- character, and, as commas and slashes are in whole values too, split by these they would be fewer different values than
-- they are now. The likeliest one.
-- Input: {table}.
SELECT * FROM (
  WITH lists AS (
    SELECT {column} AS list FROM {table} WHERE len({column}) > 0
  ),
  separators AS (
    SELECT unnest([';', ',', '|', '/', chr(9)]) AS separator
  ),
  counted AS (
    SELECT
      separator,
      count(*) AS list_count,
      count(*) FILTER (len(list) = 1) AS single_count,
      count(*) FILTER (contains(list[1], separator)) AS joined_count,
      count(DISTINCT list[1]) AS value_count,
      min(list[1]) FILTER (contains(list[1], separator)) AS example
    FROM lists, separators
    GROUP BY separator
  ),
  parts AS (
    SELECT separator, count(DISTINCT trim(part)) AS part_count
    FROM (SELECT separator, unnest(string_split(list[1], separator)) AS part FROM lists, separators)
    GROUP BY separator
  )
  SELECT
    {feature} AS feature,
    CASE separator WHEN chr(9) THEN 'a tab' ELSE '"' || separator || '"' END AS likely_separator,
    '"' || example || '"' AS value
  FROM counted
  JOIN parts USING (separator)
  WHERE
    single_count >= {least_single} * list_count
    AND joined_count >= {least_joined} * list_count
    AND (separator NOT IN (',', '/') OR part_count < value_count)
  ORDER BY joined_count DESC, separator
  LIMIT 1
)
