-- Grain: one row: interactions read, left after the use case, left after the least number per user.
-- Inputs: interactions; $use_case, $min_interactions.
WITH of_use_case AS (SELECT user_id FROM interactions WHERE use_case = $use_case),
of_users AS (SELECT count(*) AS row_count FROM of_use_case GROUP BY user_id HAVING count(*) >= $min_interactions)
SELECT
  (SELECT count(*) FROM interactions)::INTEGER AS all_rows,
  (SELECT count(*) FROM of_use_case)::INTEGER AS use_case_rows,
  (SELECT coalesce(sum(row_count), 0) FROM of_users)::INTEGER AS kept_rows
