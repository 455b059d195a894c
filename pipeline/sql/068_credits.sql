-- Grain: one row per item that a user met with a label above 0: who had put it into the last list before they first did.
-- Inputs: outcomes, shown_items, observed_users.
CREATE TEMP TABLE credits AS
WITH met AS (
  SELECT user_id, item_id, min(at_ms) AS at_ms
  FROM outcomes
  WHERE is_positive
  GROUP BY ALL
)
SELECT m.user_id, m.item_id, last(s.arm ORDER BY s.at_ms, s.impression) AS arm
FROM met AS m
JOIN observed_users AS u USING (user_id)
JOIN shown_items AS s
  ON s.user_id = m.user_id AND s.item_id = m.item_id AND s.at_ms BETWEEN u.first_at_ms AND m.at_ms
GROUP BY ALL
