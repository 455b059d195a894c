-- Grain: one row per user with a sample, in the order of user_id; user_index is the row in the feature matrix.
-- Inputs: samples, users.
CREATE TABLE dataset_users AS
SELECT (row_number() OVER (ORDER BY u.user_id) - 1)::INTEGER AS user_index, u.*
FROM users AS u
SEMI JOIN samples AS s USING (user_id)
