-- Grain: one row per interaction of the use case whose type is not ignored, in the order of interactions.
-- Inputs: interactions; variable label_settings, types known_user and known_item.
-- Guarantees: problem is NULL for a row that can be used, else says why not; ids used twice are found by 024.
CREATE VIEW considered AS
SELECT
  *,
  CASE
    WHEN interaction_id IS NULL THEN 'no interaction id'
    WHEN occurred_at IS NULL THEN 'no time'
    WHEN type IS NULL THEN 'no type'
    WHEN getvariable('label_settings').labels[type] IS NULL THEN 'unknown type "' || type || '"'
    WHEN user_id IS NULL THEN 'no user'
    WHEN try_cast(user_id AS known_user) IS NULL THEN 'unknown user'
    WHEN item_id IS NULL THEN 'no item'
    WHEN try_cast(item_id AS known_item) IS NULL THEN 'unknown item'
  END AS problem
FROM interactions
WHERE
  use_case = getvariable('label_settings').use_case
  AND NOT coalesce(list_contains(getvariable('label_settings').ignored_types, type), false)
