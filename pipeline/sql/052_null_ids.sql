-- Grain: one row per row of {table} without an id.
-- Input: {table}.
SELECT {id}, count(*) AS row_count FROM {table} WHERE {id} IS NULL GROUP BY {id}
