-- Grain: one row per labelled interaction: keys of user, item and type, time, label, weight.
-- Inputs: labelled, split_users, split_items; type type_key.
CREATE TEMP TABLE events AS
SELECT u.user_key, i.item_key, try_cast(e.type AS type_key) AS type_key, e.occurred_at, e.label, e.weight
FROM labelled AS e
JOIN split_users AS u USING (user_id)
JOIN split_items AS i USING (item_id)
