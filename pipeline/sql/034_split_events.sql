-- Grain: one row per labelled interaction that its pair's part keeps.
-- Inputs: labelled, pair_parts.
-- Guarantees: all events of a pair are in one part; in a temporal split every event lies before its part's end.
CREATE TABLE split_events AS
SELECT e.*, p.part_rank
FROM labelled AS e
JOIN pair_parts AS p USING (user_id, item_id)
WHERE p.ends_at IS NULL OR e.occurred_at < p.ends_at
