-- Grain: one row: the users of the test part, and the time of its first and of its last event, ISO 8601.
-- Input: test_rows(user_id, item_id, occurred_at).
-- Guarantees: where no time is known, the window has no end: any rows may be the same again.
SELECT
  count(DISTINCT user_id)::INTEGER AS users,
  strftime(coalesce(min(occurred_at), {no_time}), '%Y-%m-%dT%H:%M:%S.%gZ') AS starts_at,
  strftime(
    coalesce(max(nullif(occurred_at, {no_time})), TIMESTAMP '9999-12-31 23:59:59.999'), '%Y-%m-%dT%H:%M:%S.%gZ'
  ) AS ends_at
FROM test_rows
