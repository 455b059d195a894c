-- Grain: one row per interaction of the use case whose type is not ignored. Where none of them is bad.
-- Inputs: interactions; variable label_settings.
-- Guarantees: in the order of interactions.
CREATE VIEW usable AS
SELECT interaction_id, user_id, item_id, type, occurred_at
FROM interactions
WHERE
  use_case = getvariable('label_settings').use_case
  AND NOT coalesce(list_contains(getvariable('label_settings').ignored_types, type), false)
