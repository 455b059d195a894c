-- Grain: one row per labelled interaction that its pair's part keeps.
-- Inputs: events, pair_parts.
-- Guarantees: all events of a pair are in one part and lie before that part's end, where it has one.
CREATE TEMP TABLE split_events AS
SELECT e.*, p.part_rank
FROM events AS e
JOIN pair_parts AS p USING (user_key, item_key)
WHERE p.ends_at IS NULL OR e.occurred_at < p.ends_at
