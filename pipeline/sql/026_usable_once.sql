-- Grain: one row per interaction id that can be used: its first row by time, user, item and type.
-- Input: considered.
-- Guarantees: ordered by user, time and id, as interactions are.
CREATE TEMP TABLE usable AS
WITH numbered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY interaction_id ORDER BY occurred_at, user_id, item_id, type) AS id_row
  FROM considered
  WHERE problem IS NULL
)
SELECT interaction_id, user_id, item_id, type, occurred_at
FROM numbered
WHERE id_row = 1
ORDER BY user_id, occurred_at, interaction_id
