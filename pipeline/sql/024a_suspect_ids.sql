-- Grain: one row per number that stands for interaction ids of more than one row. Empty where no id is used twice.
-- Inputs: interactions; variable label_settings.
-- Guarantees: misses no id that is used twice. Numbers may collide: 024b compares the ids themselves. Grouping numbers
-- takes half of the memory of grouping ids.
CREATE TEMP TABLE suspect_ids AS
SELECT hash(interaction_id) AS id_hash
FROM interactions
WHERE use_case = getvariable('label_settings').use_case
GROUP BY id_hash
HAVING count(*) > 1
