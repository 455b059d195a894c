-- Grain: one row per item that can be drawn: its tickets, from first_ticket to before end_ticket. For negatives by
-- popularity.
-- Input: split_events.
-- Guarantees: an item has a ticket for each of its training events; what only later parts know plays no part.
CREATE TEMP TABLE tickets AS
WITH counted AS (
  SELECT item_key, count(*) AS event_count FROM split_events WHERE part_rank = 0 GROUP BY item_key
),
summed AS (
  SELECT *, sum(event_count) OVER (ORDER BY item_key ROWS UNBOUNDED PRECEDING) AS total FROM counted
)
SELECT item_key, (total - event_count)::UBIGINT AS first_ticket, total::UBIGINT AS end_ticket
FROM summed
