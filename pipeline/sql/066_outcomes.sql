-- Grain: one row per event that counts: the item had been shown to the user before, who was still observed.
-- Inputs: online_events, shown_items, observed_users.
CREATE TEMP TABLE outcomes AS
SELECT e.user_id, e.item_id, e.type, e.at_ms, e.is_positive
FROM online_events AS e
JOIN observed_users AS u USING (user_id)
WHERE
  e.at_ms < u.end_ms
  AND EXISTS (
    FROM shown_items AS s
    WHERE s.user_id = e.user_id AND s.item_id = e.item_id AND s.at_ms BETWEEN u.first_at_ms AND e.at_ms
  )
