-- Grain: one row per list of the experiment. A line that was written twice is one list.
-- Input: impression_lines.
CREATE TEMP TABLE impressions AS
SELECT row_number() OVER (ORDER BY at_ms, line) AS impression, user_id, at_ms, arm, items, unseen
FROM (
  SELECT
    min(line) AS line,
    json ->> '$.user_id' AS user_id,
    epoch_ms(try_cast(json ->> '$.at' AS TIMESTAMP)) AS at_ms,
    json ->> '$.arm' AS arm,
    json -> '$.items' AS items,
    json -> '$.unseen' AS unseen
  FROM impression_lines
  WHERE json_type(json) = 'OBJECT' AND (json ->> '$.experiment_id') = $experiment_id
  GROUP BY json
)
WHERE user_id IS NOT NULL AND at_ms IS NOT NULL AND json_type(items) = 'ARRAY'
