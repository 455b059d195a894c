-- Grain: one row per interaction that can be used. Where some are bad, but no id is used twice.
-- Input: considered.
-- Guarantees: in the order of interactions.
CREATE VIEW usable AS
SELECT interaction_id, user_id, item_id, type, occurred_at FROM considered WHERE problem IS NULL
