-- Grain: one row per interaction type: type, weight, label.
-- Input: $rules, a JSON array of {type, weight, label}.
CREATE TABLE label_rules AS
SELECT
  rule ->> 'type' AS type,
  (rule ->> 'weight')::FLOAT AS weight,
  (rule ->> 'label')::FLOAT AS label
FROM (SELECT unnest(json_extract($rules, '$[*]')) AS rule)
