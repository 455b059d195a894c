-- Grain: one row per item of the catalogue, met or not, in the order of item_id; item_index is the row in the matrix.
-- Input: items.
CREATE TABLE dataset_items AS
SELECT (row_number() OVER (ORDER BY item_id) - 1)::INTEGER AS item_index, * FROM items
