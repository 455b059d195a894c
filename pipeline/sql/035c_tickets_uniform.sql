-- Grain: one row per item that can be drawn: its tickets, from first_ticket to before end_ticket. For uniform negatives.
-- Input: split_items.
-- Guarantees: every item of the catalogue has one ticket; tickets are numbered from 0 in the order of items.
CREATE TEMP TABLE tickets AS
SELECT
  item_key,
  (row_number() OVER (ORDER BY item_key) - 1)::UBIGINT AS first_ticket,
  (row_number() OVER (ORDER BY item_key))::UBIGINT AS end_ticket
FROM split_items
