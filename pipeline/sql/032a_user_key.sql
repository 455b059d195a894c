-- Type user_key: the ids of users in the order of the ids, stored as a number. Comparing, grouping and joining keys
-- costs as much as with whole numbers.
-- Input: labelled.
CREATE TYPE user_key AS ENUM (SELECT DISTINCT user_id FROM labelled ORDER BY user_id)
