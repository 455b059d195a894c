-- Grain: one row per pair with a label above 0: what gets negative samples. For negatives per positive.
-- Inputs: split_events, split_users, split_items.
-- Guarantees: times holds the time of every event with a label above 0, in order; each gets negatives of its own.
CREATE TEMP TABLE positives AS
SELECT
  e.user_key,
  e.item_key,
  e.part_rank,
  list_sort(list(e.occurred_at)) AS times,
  mix(any_value(u.salt), any_value(i.salt)) AS chance
FROM split_events AS e
JOIN split_users AS u USING (user_key)
JOIN split_items AS i USING (item_key)
WHERE e.label > 0
GROUP BY e.user_key, e.item_key, e.part_rank
