-- Grain: one row per first draw that is allowed: an item that the user has not met, as far as the part may know.
-- Inputs: positives, ticket_index, pair_parts; $negatives.
-- Guarantees: as many draws for a positive as it wants negatives; slot numbers them, each slot has its time. A draw
-- depends on seed, pair, slot and the tickets only. It is refused when the user meets the item in the same or an earlier
-- part: refusing items of later parts would tell the model what the test part holds. In a part, no item twice for a user:
-- the draw with the lowest draw_order stays, which is slot * 2^32 + the positive's item.
CREATE TEMP TABLE first_draws AS
WITH sizes AS (
  SELECT any_value(ticket_count) AS ticket_count, any_value(strata) AS strata FROM ticket_index
),
slots AS (
  SELECT
    user_key,
    item_key AS positive_key,
    part_rank,
    times,
    chance,
    unnest(range(len(times) * $negatives)) AS slot
  FROM positives
),
draws AS (
  SELECT
    user_key,
    positive_key,
    part_rank,
    slot,
    times[1 + slot // $negatives] AS occurred_at,
    (mix(chance, slot::UBIGINT) * ticket_count) >> 32 AS ticket,
    ticket_count,
    strata
  FROM slots
  CROSS JOIN sizes
),
drawn AS (
  SELECT
    d.user_key,
    t.item_key,
    d.part_rank,
    d.occurred_at,
    d.slot * 4294967296 + enum_code(d.positive_key) AS draw_order
  FROM draws AS d
  JOIN ticket_index AS t
    ON t.stratum = d.ticket * d.strata // d.ticket_count
    AND d.ticket >= t.first_ticket
    AND d.ticket < t.end_ticket
),
allowed AS (
  SELECT d.*
  FROM drawn AS d
  ANTI JOIN pair_parts AS k
    ON k.user_key = d.user_key AND k.item_key = d.item_key AND k.part_rank <= d.part_rank
)
SELECT
  user_key,
  item_key,
  part_rank,
  arg_min(occurred_at, draw_order) AS occurred_at,
  min(draw_order) AS draw_order
FROM allowed
GROUP BY user_key, item_key, part_rank
