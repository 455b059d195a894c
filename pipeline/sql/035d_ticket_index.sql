-- Grain: one row per item and stratum that its tickets touch; there are as many strata of equal width as items.
-- Input: tickets.
-- Guarantees: a ticket belongs to the item of its stratum between whose first_ticket and end_ticket it lies, so that an
-- equality join and a comparison find it. At most two rows per item on average.
CREATE TEMP TABLE ticket_index AS
WITH sizes AS (
  SELECT max(end_ticket) AS ticket_count, count(*)::UBIGINT AS strata FROM tickets
)
SELECT
  t.item_key,
  t.first_ticket,
  t.end_ticket,
  s.ticket_count,
  s.strata,
  unnest(range(
    (t.first_ticket * s.strata // s.ticket_count)::BIGINT,
    ((t.end_ticket - 1) * s.strata // s.ticket_count)::BIGINT + 1
  ))::UBIGINT AS stratum
FROM tickets AS t
CROSS JOIN sizes AS s
