-- Grain: one row per event: the first with its id, but for those of users who were erased after it came.
-- Input: online_event_lines.
-- Guarantees: times are those of the server.
CREATE TEMP TABLE online_events AS
WITH erasures AS (
  SELECT json ->> '$.erase_user_id' AS user_id, max(line) AS line
  FROM online_event_lines
  WHERE (json ->> '$.erase_user_id') IS NOT NULL
  GROUP BY ALL
),
events AS (
  SELECT
    line,
    json ->> '$.event_id' AS event_id,
    json ->> '$.user_id' AS user_id,
    json ->> '$.item_id' AS item_id,
    json ->> '$.type' AS type,
    epoch_ms(try_cast(json ->> '$.received_at' AS TIMESTAMP)) AS at_ms
  FROM online_event_lines
  WHERE (json ->> '$.event_id') IS NOT NULL
)
SELECT e.user_id, e.item_id, e.type, e.at_ms, list_contains($positive_types::JSON::VARCHAR[], e.type) AS is_positive
FROM events AS e
LEFT JOIN erasures AS x ON x.user_id = e.user_id
WHERE e.at_ms IS NOT NULL AND (x.line IS NULL OR e.line > x.line)
QUALIFY row_number() OVER (PARTITION BY e.event_id ORDER BY e.line) = 1
