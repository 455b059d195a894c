-- Grain: one row per user with interactions that can be used: how many.
-- Input: usable.
CREATE TEMP TABLE user_counts AS
SELECT user_id, count(*) AS row_count FROM usable GROUP BY user_id
