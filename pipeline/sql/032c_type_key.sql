-- Type type_key: the types of interaction and the one of negative samples, as user_key.
-- Input: labelled.
CREATE TYPE type_key AS ENUM (
  SELECT type FROM (SELECT DISTINCT type FROM labelled UNION SELECT {negative_type}) ORDER BY type
)
