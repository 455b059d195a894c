-- Grain: one row per pair with a label of 1.0: what gets negative samples. For negatives per pair.
-- Inputs: split_events, split_users, split_items.
-- Guarantees: times holds the one time that the pair's negatives get, that of its first label of 1.0.
CREATE TEMP TABLE positives AS
SELECT e.user_key, e.item_key, e.part_rank, [min(e.occurred_at)] AS times, mix(any_value(u.salt), any_value(i.salt)) AS chance
FROM split_events AS e
JOIN split_users AS u USING (user_key)
JOIN split_items AS i USING (item_key)
WHERE e.label >= 1
GROUP BY e.user_key, e.item_key, e.part_rank
