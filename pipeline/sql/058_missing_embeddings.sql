-- Grain: one row per row of {table} without a text embedding.
-- Inputs: {table}, {embeddings}.
SELECT e.{id}
FROM {table} AS e
ANTI JOIN (SELECT {id} FROM {embeddings} WHERE embedding IS NOT NULL) AS v USING ({id})
ORDER BY e.{id}
