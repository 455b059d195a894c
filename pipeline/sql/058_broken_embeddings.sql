-- Grain: one row per text embedding with a number that is not finite, or with zeros only.
-- Input: {embeddings}.
SELECT {id}
FROM {embeddings}
WHERE
  embedding IS NOT NULL
  AND (
    len(list_filter(embedding::FLOAT[], lambda x: x IS NULL OR NOT isfinite(x))) > 0
    OR list_max(list_transform(embedding::FLOAT[], lambda x: abs(x))) = 0
  )
ORDER BY {id}
