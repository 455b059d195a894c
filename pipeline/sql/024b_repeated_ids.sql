-- Grain: one row per interaction id that more than one row has which could otherwise be used: row_count.
-- Inputs: considered, suspect_ids.
CREATE TEMP TABLE repeated_ids AS
SELECT c.interaction_id, count(*) AS row_count
FROM considered AS c
SEMI JOIN suspect_ids AS s ON hash(c.interaction_id) = s.id_hash
WHERE c.problem IS NULL
GROUP BY c.interaction_id
HAVING count(*) > 1
