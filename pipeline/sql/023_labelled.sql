-- Grain: one row per interaction of the use case by a user with at least $min_interactions of them.
-- Inputs: interactions, label_rules; $use_case, $min_interactions.
-- Guarantees: label in [0, 1]; weight is the rule's, with its sign; no interaction twice.
CREATE TABLE labelled AS
SELECT i.interaction_id, i.user_id, i.item_id, i.type, i.occurred_at, r.label, r.weight
FROM interactions AS i
JOIN label_rules AS r USING (type)
WHERE i.use_case = $use_case
QUALIFY count(*) OVER (PARTITION BY i.user_id) >= $min_interactions
