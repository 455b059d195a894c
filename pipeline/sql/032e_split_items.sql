-- Grain: one row per item of the catalogue: item_id, its key, and salt, a number below 2^32 made of seed and id.
-- Inputs: items, type item_key; $seed.
CREATE TEMP TABLE split_items AS
SELECT
  item_id,
  item_id::item_key AS item_key,
  md5_number_lower(concat_ws('|', 'item', $seed::BIGINT, item_id)) & 4294967295 AS salt
FROM (SELECT DISTINCT item_id FROM items)
