-- Grain: one row per part and label: number of samples. The label has one decimal, or as many as it needs, up to four.
-- Input: indexed_samples.
SELECT
  part,
  regexp_replace(printf('%.4f', label), '(\.\d)(\d*?)0+$', '\1\2') AS label,
  sum(sample_count)::INTEGER AS sample_count
FROM (SELECT part, label, count(*) AS sample_count FROM indexed_samples GROUP BY part, label)
GROUP BY ALL
ORDER BY ALL
