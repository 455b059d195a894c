-- Grain: one row per negative sample: an item drawn by chance that the user has not met, as far as the part may know.
-- Inputs: split_events, items; $seed, $negatives, $draws (draws for each pair), $weight, $label.
-- Guarantees: up to $negatives per pair with a label of 1.0, fewer only where a user knows nearly the whole catalogue;
-- uniform over the catalogue, from an md5 of seed, pair and draw; in a part, no item twice for a user. A draw is refused
-- when the user meets the item in the same or an earlier part: refusing items of later parts would tell the model what
-- the test part holds. Its time is that of the pair's first label of 1.0.
CREATE TABLE negatives AS
WITH positives AS (
  SELECT user_id, item_id, part_rank, min(occurred_at) FILTER (label >= 1) AS occurred_at
  FROM split_events
  GROUP BY user_id, item_id, part_rank
  HAVING max(label) >= 1
),
catalogue AS (
  SELECT item_id AS drawn_id, row_number() OVER (ORDER BY item_id) - 1 AS place FROM items
),
draws AS (
  SELECT
    p.*,
    t.draw,
    md5_number_lower(concat_ws('|', 'negative', $seed::BIGINT, p.user_id, p.item_id, t.draw))
      % (SELECT count(*) FROM items)::UBIGINT AS place
  FROM positives AS p
  CROSS JOIN range($draws) AS t(draw)
),
known AS (
  SELECT user_id, item_id AS drawn_id, min(part_rank) AS met_in FROM split_events GROUP BY user_id, item_id
),
allowed AS (
  SELECT d.*, c.drawn_id
  FROM draws AS d
  JOIN catalogue AS c ON c.place = d.place
  LEFT JOIN known AS k ON k.user_id = d.user_id AND k.drawn_id = c.drawn_id
  WHERE k.met_in IS NULL OR k.met_in > d.part_rank
),
distinct_draws AS (
  SELECT *
  FROM allowed
  QUALIFY row_number() OVER (PARTITION BY user_id, part_rank, drawn_id ORDER BY draw, item_id) = 1
)
SELECT
  user_id,
  drawn_id AS item_id,
  item_id AS positive_item_id,
  draw,
  occurred_at,
  part_rank,
  $label::FLOAT AS label,
  $weight::FLOAT AS weight
FROM distinct_draws
QUALIFY row_number() OVER (PARTITION BY user_id, item_id ORDER BY draw) <= $negatives
