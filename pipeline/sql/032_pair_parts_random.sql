-- Grain: one row per pair: the part it belongs to, and NULL as that part's end.
-- Inputs: pairs; $seed, $train, $validation (shares).
-- Guarantees: a pair is in one part; pairs are ordered by an md5 of seed and ids, so the parts depend on nothing else;
-- the parts' shares of the samples differ from the wanted ones by less than the largest pair.
CREATE TABLE pair_parts AS
WITH placed AS (
  SELECT
    user_id,
    item_id,
    sum(mass) OVER by_chance - mass / 2.0 AS middle,
    sum(mass) OVER () AS total
  FROM pairs
  WINDOW by_chance AS (
    ORDER BY md5_number_lower(concat_ws('|', 'split', $seed::BIGINT, user_id, item_id)), user_id, item_id
    ROWS UNBOUNDED PRECEDING
  )
)
SELECT
  user_id,
  item_id,
  CASE
    WHEN middle < $train * total THEN 0
    WHEN middle < ($train + $validation) * total THEN 1
    ELSE 2
  END AS part_rank,
  NULL::TIMESTAMP AS ends_at
FROM placed
