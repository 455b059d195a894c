-- Grain: one row if all rows of {table} that have a value of {column} have the same, else none.
-- Input: {table}.
SELECT {feature} AS feature, any_value({column})::VARCHAR AS value
FROM {table}
HAVING count(*) > 1 AND count(DISTINCT {column}) <= 1
