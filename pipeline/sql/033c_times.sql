-- Grain: one row: the first and last time of an event, as text, and how many events there are.
-- Input: events.
SELECT
  strftime(min(occurred_at), '%Y-%m-%dT%H:%M:%SZ') AS first_at,
  min(occurred_at) = max(occurred_at) AS is_one_time,
  count(*)::DOUBLE AS event_count
FROM events
