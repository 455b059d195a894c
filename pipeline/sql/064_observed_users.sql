-- Grain: one row per user, with the time from their first list to where they are observed no more.
-- Input: first_pages.
CREATE TEMP TABLE observed_users AS
SELECT
  user_id,
  min(at_ms) AS first_at_ms,
  min(at_ms) + $attribution_ms::BIGINT AS end_ms,
  first(arm ORDER BY at_ms, impression) AS arm,
  first(first_pick ORDER BY at_ms, impression) AS first_pick
FROM first_pages
GROUP BY user_id
