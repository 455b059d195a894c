-- Grain: one row per pair: the part of its user, and NULL as that part's end.
-- Inputs: pairs, split_users; $train, $validation (shares).
-- Guarantees: all pairs of a user are in one part; users are ordered by salt, which depends on seed and id only; the
-- parts' shares of the samples differ from the wanted ones by at most half of the largest user.
CREATE TEMP TABLE pair_parts AS
WITH masses AS (
  SELECT user_key, sum(mass)::BIGINT AS user_mass FROM pairs GROUP BY user_key
),
placed AS (
  SELECT
    m.user_key,
    sum(m.user_mass) OVER (ORDER BY u.salt, m.user_key ROWS UNBOUNDED PRECEDING) - m.user_mass / 2.0 AS middle,
    sum(m.user_mass) OVER () AS total
  FROM masses AS m
  JOIN split_users AS u USING (user_key)
)
SELECT
  p.user_key,
  p.item_key,
  CASE
    WHEN u.middle < $train * u.total THEN 0
    WHEN u.middle < ($train + $validation) * u.total THEN 1
    ELSE 2
  END::TINYINT AS part_rank,
  NULL::TIMESTAMP AS ends_at
FROM pairs AS p
JOIN placed AS u USING (user_key)
