-- Type item_key: the ids of the catalogue, as user_key.
-- Input: items.
CREATE TYPE item_key AS ENUM (SELECT DISTINCT item_id FROM items ORDER BY item_id)
