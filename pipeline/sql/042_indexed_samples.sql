-- Grain: one row per sample, with the indices of its user and item.
-- Inputs: samples, dataset_users, dataset_items.
CREATE TABLE indexed_samples AS
SELECT s.position, s.part, u.user_index, i.item_index, s.label, s.weight, s.type, s.user_id, s.item_id, s.occurred_at
FROM samples AS s
JOIN dataset_users AS u USING (user_id)
JOIN dataset_items AS i USING (item_id)
