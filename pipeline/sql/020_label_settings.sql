-- Variable label_settings: {use_case, ignored_types, weights, labels}, the last two maps by type of interaction.
-- Inputs: $use_case, $ignored_types (a JSON array), $rules (a JSON array of {type, weight, label}). A view cannot have
-- parameters, it reads this variable.
SET VARIABLE label_settings = (
  SELECT {
    'use_case': $use_case::VARCHAR,
    'ignored_types': json_extract_string($ignored_types, '$[*]'),
    'weights': map(list(rule ->> 'type'), list((rule ->> 'weight')::FLOAT)),
    'labels': map(list(rule ->> 'type'), list((rule ->> 'label')::FLOAT))
  }
  FROM (SELECT unnest(json_extract($rules, '$[*]')) AS rule)
)
