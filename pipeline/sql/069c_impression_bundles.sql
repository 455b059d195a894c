-- Grain: one row per bundle that made a list of the experiment.
-- Input: impression_lines.
SELECT DISTINCT unnest(map_values((json -> '$.bundles')::MAP(VARCHAR, VARCHAR))) AS bundle
FROM impression_lines
WHERE (json ->> '$.experiment_id') = $experiment_id AND json_type(json -> '$.bundles') = 'OBJECT'
ORDER BY bundle
