-- Type known_user: the ids of users. A cast tells known ids from others without a join, so rows keep their order.
-- Input: users.
CREATE TYPE known_user AS ENUM (SELECT DISTINCT user_id FROM users WHERE user_id IS NOT NULL ORDER BY user_id)
