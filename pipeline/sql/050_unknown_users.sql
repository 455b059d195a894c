-- Grain: one row per interaction whose user the table users does not have.
-- Inputs: interactions, users.
SELECT interaction_id, user_id
FROM {considered} AS i
ANTI JOIN users AS u USING (user_id)
WHERE user_id IS NOT NULL
ORDER BY interaction_id, user_id
