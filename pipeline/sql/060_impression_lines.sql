-- Grain: one row per line of the log of impressions, in its order; json is NULL for a line that was cut.
CREATE TEMP TABLE impression_lines AS
SELECT json, row_number() OVER () AS line
FROM read_json_objects($impressions_file, format = 'newline_delimited', ignore_errors = true)
