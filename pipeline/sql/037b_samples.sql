-- Grain: one row per sample, in the order of position.
-- Input: sorted_samples.
-- Guarantees: position numbers the rows from 0 in the total order part, user, item, time, type. It is the row's number in
-- the table, which is without gaps in a table that was written once; a window would number them in one thread only.
-- weight > 0.
CREATE TEMP VIEW samples AS
SELECT
  rowid::INTEGER AS position,
  CASE part_rank WHEN 0 THEN 'train' WHEN 1 THEN 'validation' ELSE 'test' END AS part,
  user_key::VARCHAR AS user_id,
  item_key::VARCHAR AS item_id,
  type_key::VARCHAR AS type,
  occurred_at,
  label,
  weight
FROM sorted_samples
