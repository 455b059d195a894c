-- Grain: one row per label that more than {most_of_one_label} of the interactions have.
-- Input: interactions.
WITH label_table(type, label) AS (VALUES {label_rows}),
counted AS (
  SELECT t.label, count(*) AS row_count FROM {considered} AS i JOIN label_table AS t USING (type) GROUP BY t.label
)
SELECT label, row_count, round(100 * row_count / (SELECT sum(row_count) FROM counted), 1) AS percent
FROM counted
WHERE row_count > {most_of_one_label} * (SELECT sum(row_count) FROM counted)
