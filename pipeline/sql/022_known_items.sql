-- Type known_item: the ids of items, as known_user.
-- Input: items.
CREATE TYPE known_item AS ENUM (SELECT DISTINCT item_id FROM items WHERE item_id IS NOT NULL ORDER BY item_id)
