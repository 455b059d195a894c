-- Grain: one row per id that several rows of {table} have.
-- Input: {table}.
SELECT {id}, count(*) AS row_count
FROM {table}
GROUP BY {id}
HAVING count(*) > 1
ORDER BY {id}
