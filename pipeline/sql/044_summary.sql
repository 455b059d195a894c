-- Grain: one row per part and label: number of samples. The label has one decimal.
-- Input: indexed_samples.
SELECT part, printf('%.1f', label) AS label, count(*)::INTEGER AS sample_count
FROM indexed_samples
GROUP BY ALL
ORDER BY ALL
