-- Grain: one row per list within the time of its user: of its first ten places, how many the user then met with a label
-- above 0, and in how many the challenger would have had the same items; NULL where nobody asked it.
-- Inputs: first_pages, shown_items, observed_users, online_events.
CREATE TEMP TABLE list_outcomes AS
WITH places AS (
  SELECT
    p.impression,
    EXISTS (
      FROM outcomes AS o
      WHERE o.user_id = p.user_id AND o.item_id = s.item_id AND o.is_positive AND o.at_ms >= p.at_ms
    ) AS is_met,
    list_contains(list_slice(p.unseen::VARCHAR[], 1, 10), s.item_id) AS is_common
  FROM first_pages AS p
  JOIN shown_items AS s ON s.impression = p.impression AND s.position < 10
)
SELECT
  p.user_id,
  count(*) FILTER (l.is_met) AS met,
  if(p.unseen IS NULL, NULL, count(*) FILTER (l.is_common)) AS common
FROM first_pages AS p
JOIN observed_users AS u USING (user_id)
LEFT JOIN places AS l ON l.impression = p.impression
WHERE p.at_ms < u.end_ms
GROUP BY p.impression, p.user_id, p.unseen
