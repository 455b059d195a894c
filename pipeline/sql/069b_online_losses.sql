-- Grain: one row: what of the two logs is in no observation. Lines that were cut since the experiment began, which is after
-- the whole lines of before it, since a cut one has no time; lists that could not be written; events of
-- items of the experiment's lists that are older than every list that showed them: only a clock that went back makes those;
-- and why a server first gave no lists of the experiment any more, or NULL. Beside it, which lines of either log those are
-- that could be cut since the experiment began: from behind the ones before it to the last.
-- Inputs: impression_lines, online_event_lines, online_events, observed_users, shown_items.
WITH impression_times AS (
  SELECT line, epoch_ms(try_cast(json ->> '$.at' AS TIMESTAMP)) AS at_ms
  FROM impression_lines
),
event_times AS (
  SELECT line, epoch_ms(try_cast(json ->> '$.received_at' AS TIMESTAMP)) AS at_ms
  FROM online_event_lines
),
begins AS (
  SELECT
    (SELECT min(line) FROM impression_times WHERE at_ms >= $started_ms::BIGINT) AS impressions,
    (SELECT min(line) FROM event_times WHERE at_ms >= $started_ms::BIGINT) AS events
),
before AS (
  SELECT
    (
      SELECT coalesce(max(t.line), 0)
      FROM impression_times AS t
      WHERE t.at_ms < $started_ms::BIGINT AND (b.impressions IS NULL OR t.line < b.impressions)
    ) AS impressions,
    (
      SELECT coalesce(max(t.line), 0)
      FROM event_times AS t
      WHERE t.at_ms < $started_ms::BIGINT AND (b.events IS NULL OR t.line < b.events)
    ) AS events
  FROM begins AS b
)
SELECT
  (
    SELECT count(*)
    FROM impression_lines
    WHERE (json IS NULL OR (json ->> '$.experiment_id') IS NULL) AND line > (SELECT impressions FROM before)
  )::INTEGER AS damaged_impressions,
  (
    SELECT count(*)
    FROM online_event_lines
    WHERE
      (json IS NULL OR coalesce(json ->> '$.event_id', json ->> '$.erase_user_id') IS NULL)
      AND line > (SELECT events FROM before)
  )::INTEGER AS damaged_events,
  (
    SELECT coalesce(sum((json ->> '$.lost')::BIGINT), 0)
    FROM impression_lines
    WHERE (json ->> '$.experiment_id') = $experiment_id
  )::INTEGER AS lost_impressions,
  (
    SELECT count(*)
    FROM online_events AS e
    JOIN observed_users AS u USING (user_id)
    JOIN (SELECT user_id, item_id, min(at_ms) AS at_ms FROM shown_items GROUP BY ALL) AS s USING (user_id, item_id)
    WHERE e.at_ms < s.at_ms AND s.at_ms < u.end_ms
  )::INTEGER AS early_events,
  (
    SELECT first(json ->> '$.voided' ORDER BY line)
    FROM impression_lines
    WHERE (json ->> '$.experiment_id') = $experiment_id AND (json ->> '$.voided') IS NOT NULL
  ) AS voided,
  (SELECT impressions FROM before)::INTEGER AS impressions_before,
  (SELECT count(*) FROM impression_lines)::INTEGER AS impression_lines,
  (SELECT events FROM before)::INTEGER AS events_before,
  (SELECT count(*) FROM online_event_lines)::INTEGER AS event_lines
