-- Grain: one row per line of the log of events, in its order; json is NULL for a line that was cut.
CREATE TEMP TABLE online_event_lines AS
SELECT json, row_number() OVER () AS line
FROM read_json_objects($events_file, format = 'newline_delimited', ignore_errors = true)
