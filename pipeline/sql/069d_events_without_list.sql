-- Grain: one row per user with events, since the first list of the experiment, of items that none of its lists showed them.
-- Inputs: online_events, impressions, observed_users, shown_items.
SELECT e.user_id, count(*)::INTEGER AS events
FROM online_events AS e
LEFT JOIN observed_users AS u ON u.user_id = e.user_id
WHERE
  e.at_ms >= (SELECT min(at_ms) FROM impressions)
  AND (u.end_ms IS NULL OR e.at_ms < u.end_ms)
  AND NOT EXISTS (FROM shown_items AS s WHERE s.user_id = e.user_id AND s.item_id = e.item_id)
GROUP BY ALL
