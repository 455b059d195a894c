-- Grain: one row: the number of rows of a table and two sums over the md5 of every row's JSON.
-- Input: {table}, a table or view; its column names and order are part of the digest.
-- Guarantees: does not depend on the order of rows or on threads; counts duplicates; uses no function whose value
-- may change between versions of DuckDB.
SELECT
  count(*)::VARCHAR AS row_count,
  coalesce(sum(md5_number_lower(row_text)::HUGEINT), 0)::VARCHAR AS lower_sum,
  coalesce(sum(md5_number_upper(row_text)::HUGEINT), 0)::VARCHAR AS upper_sum
FROM (SELECT to_json({table})::VARCHAR AS row_text FROM {table})
