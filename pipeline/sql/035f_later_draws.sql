-- Grain: one row per slot that first_draws left open and a later draw fills.
-- Inputs: positives, ticket_index, pair_parts, first_draws; $negatives, $rounds.
-- Guarantees: as first_draws; after $rounds draws for each slot, the first included, it stays open, which happens only
-- where a user knows nearly all that can be drawn.
CREATE TEMP TABLE later_draws AS
WITH sizes AS (
  SELECT any_value(ticket_count) AS ticket_count, any_value(strata) AS strata FROM ticket_index
),
filled AS (
  SELECT
    user_key,
    draw_order % 4294967296 AS positive_code,
    list(draw_order // 4294967296) AS slots
  FROM first_draws
  GROUP BY user_key, positive_code
),
short AS (
  SELECT
    p.*,
    list_filter(
      range(len(p.times) * $negatives),
      lambda slot: f.slots IS NULL OR NOT list_contains(f.slots, slot)
    ) AS open_slots
  FROM positives AS p
  LEFT JOIN filled AS f ON f.user_key = p.user_key AND f.positive_code = enum_code(p.item_key)
  WHERE f.slots IS NULL OR len(f.slots) < len(p.times) * $negatives
),
numbered AS (
  SELECT
    user_key,
    item_key AS positive_key,
    part_rank,
    chance,
    unnest(range(len(times) * $negatives, len(times) * $negatives + len(open_slots) * ($rounds - 1))) AS draw
  FROM short
),
draws AS (
  SELECT *, (mix(chance, draw::UBIGINT) * ticket_count) >> 32 AS ticket
  FROM numbered
  CROSS JOIN sizes
),
drawn AS (
  SELECT
    d.user_key,
    t.item_key,
    d.part_rank,
    d.draw * 4294967296 + enum_code(d.positive_key) AS draw_order
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
  ANTI JOIN first_draws AS f
    ON f.user_key = d.user_key AND f.item_key = d.item_key AND f.part_rank = d.part_rank
),
distinct_draws AS (
  SELECT user_key, item_key, part_rank, min(draw_order) AS draw_order
  FROM allowed
  GROUP BY user_key, item_key, part_rank
),
placed AS (
  SELECT
    *,
    draw_order % 4294967296 AS positive_code,
    row_number() OVER (PARTITION BY user_key, draw_order % 4294967296 ORDER BY draw_order) AS place
  FROM distinct_draws
)
SELECT
  d.user_key,
  d.item_key,
  d.part_rank,
  s.times[1 + s.open_slots[d.place] // $negatives] AS occurred_at
FROM placed AS d
JOIN short AS s ON s.user_key = d.user_key AND enum_code(s.item_key) = d.positive_code
WHERE d.place <= len(s.open_slots)
