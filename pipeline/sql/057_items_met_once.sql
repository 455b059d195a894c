-- Grain: one row per item with one interaction, if these are more than {most_met_once} of the items that have any.
-- Input: interactions.
WITH counted AS (
  SELECT item_id, count(*) AS row_count FROM {considered} AS i GROUP BY item_id
)
SELECT item_id
FROM counted
WHERE
  row_count = 1
  AND (SELECT count(*) FILTER (row_count = 1) FROM counted) > {most_met_once} * (SELECT count(*) FROM counted)
ORDER BY item_id
