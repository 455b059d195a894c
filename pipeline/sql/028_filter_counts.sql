-- Grain: one row: interactions read, of the use case, of types not ignored, usable, left after the least number per user.
-- Inputs: interactions, user_counts; variable label_settings; $min_interactions.
SELECT
  count(*)::DOUBLE AS all_rows,
  (count(*) FILTER (use_case = getvariable('label_settings').use_case))::DOUBLE AS use_case_rows,
  (count(*) FILTER (
    use_case = getvariable('label_settings').use_case
    AND NOT coalesce(list_contains(getvariable('label_settings').ignored_types, type), false)
  ))::DOUBLE AS considered_rows,
  (SELECT coalesce(sum(row_count), 0)::DOUBLE FROM user_counts) AS usable_rows,
  (SELECT coalesce(sum(row_count), 0)::DOUBLE FROM user_counts WHERE row_count >= $min_interactions) AS kept_rows
FROM interactions
