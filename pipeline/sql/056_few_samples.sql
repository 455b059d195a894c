-- Grain: one row if the interactions give fewer than {least_samples} samples, about that many negatives included.
-- Input: interactions.
WITH label_table(type, label) AS (VALUES {label_rows}),
labelled AS (
  SELECT i.user_id, i.item_id, t.label FROM {considered} AS i JOIN label_table AS t USING (type)
),
counted AS (
  SELECT
    {samples} + {negatives} * (SELECT {positives} FROM labelled WHERE label {is_positive}) AS sample_count
  FROM labelled
)
SELECT sample_count FROM counted WHERE sample_count < {least_samples}
