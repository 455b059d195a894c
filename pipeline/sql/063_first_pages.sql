-- Grain: one row per list that begins at its first place, or is empty. Later pages show items and are no lists of their own.
-- Inputs: impressions, shown_items.
CREATE TEMP TABLE first_pages AS
SELECT i.impression, i.user_id, i.at_ms, i.arm, i.unseen, s.arm AS first_pick
FROM impressions AS i
LEFT JOIN shown_items AS s ON s.impression = i.impression AND s.position = 0
WHERE s.impression IS NOT NULL OR json_array_length(i.items) = 0
