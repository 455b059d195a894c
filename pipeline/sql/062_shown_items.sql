-- Grain: one row per item of a list of the experiment.
-- Input: impressions.
CREATE TEMP TABLE shown_items AS
SELECT
  impression, user_id, at_ms, item ->> '$.item_id' AS item_id, (item ->> '$.position')::INTEGER AS position,
  item ->> '$.arm' AS arm
FROM (SELECT impression, user_id, at_ms, unnest(items::JSON[]) AS item FROM impressions)
