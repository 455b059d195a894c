-- Grain: one row per label, highest first: number of samples. The label is written as in 044.
-- Input: samples.
SELECT
  regexp_replace(printf('%.4f', label), '(\.\d)(\d*?)0+$', '\1\2') AS label_text,
  sum(sample_count)::DOUBLE AS sample_count
FROM (SELECT label, count(*) AS sample_count FROM samples GROUP BY label)
GROUP BY label_text
ORDER BY max(label) DESC
