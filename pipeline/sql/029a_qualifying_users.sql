-- Type qualifying_user: the ids of users with at least {min_interactions} interactions that can be used.
-- Input: user_counts.
CREATE TYPE qualifying_user AS ENUM (
  SELECT user_id FROM user_counts WHERE row_count >= {min_interactions} ORDER BY user_id
)
