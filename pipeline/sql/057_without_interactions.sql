-- Grain: one row per row of {table} that no interaction names.
-- Inputs: {table}, interactions.
SELECT {id} FROM {table} AS e ANTI JOIN {considered} AS i USING ({id}) WHERE {id} IS NOT NULL ORDER BY {id}
