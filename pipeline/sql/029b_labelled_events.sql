-- Grain: one row per usable interaction of a qualifying user. For the unit event.
-- Inputs: usable; variable label_settings, type qualifying_user.
-- Guarantees: label in [0, 1]; weight is the rule's, with its sign; in the order of interactions, which a projection
-- and a filter of one table keep (a join would not), so nothing is sorted again.
CREATE VIEW labelled AS
SELECT
  interaction_id,
  user_id,
  item_id,
  type,
  occurred_at,
  getvariable('label_settings').labels[type] AS label,
  getvariable('label_settings').weights[type] AS weight
FROM usable
WHERE try_cast(user_id AS qualifying_user) IS NOT NULL
