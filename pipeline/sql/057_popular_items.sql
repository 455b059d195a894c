-- Grain: one row per item of the most popular hundredth, if these have more than {most_of_top} of the interactions.
-- Input: interactions, items.
WITH counted AS (
  SELECT item_id, count(*) AS row_count FROM {considered} AS i GROUP BY item_id
),
ranked AS (
  SELECT *, row_number() OVER (ORDER BY row_count DESC, item_id) AS place FROM counted
),
top AS (
  SELECT * FROM ranked WHERE place <= ceil((SELECT count(*) FROM items) / 100)
)
SELECT item_id, row_count
FROM top
WHERE (SELECT sum(row_count) FROM top) > {most_of_top} * (SELECT sum(row_count) FROM counted)
ORDER BY row_count DESC, item_id
