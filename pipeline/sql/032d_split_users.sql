-- Grain: one row per user with events: user_id, its key, and salt, a number below 2^32 made of seed and id.
-- Inputs: labelled, type user_key; $seed.
CREATE TEMP TABLE split_users AS
SELECT
  user_id,
  user_id::user_key AS user_key,
  md5_number_lower(concat_ws('|', 'user', $seed::BIGINT, user_id)) & 4294967295 AS salt
FROM (SELECT DISTINCT user_id FROM labelled)
