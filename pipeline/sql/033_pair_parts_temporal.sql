-- Grain: one row per pair: the part in which its first event lies, and the time at which that part ends (test: NULL).
-- Inputs: pairs; $train, $validation (shares). The seed plays no part.
-- Guarantees: two cuts in time; a pair belongs to the part of its first event. Its events after that part's end are
-- dropped by 034: kept in the earlier part they would tell of the future, in the later one the pair would be in both.
CREATE TABLE pair_parts AS
WITH placed AS (
  SELECT
    *,
    sum(mass) OVER by_time - mass / 2.0 AS middle,
    sum(mass) OVER () AS total
  FROM pairs
  WINDOW by_time AS (ORDER BY first_at, user_id, item_id ROWS UNBOUNDED PRECEDING)
),
cuts AS (
  SELECT
    min(first_at) FILTER (middle >= $train * total) AS validation_at,
    min(first_at) FILTER (middle >= ($train + $validation) * total) AS test_at
  FROM placed
)
SELECT
  user_id,
  item_id,
  CASE WHEN first_at < validation_at THEN 0 WHEN first_at < test_at THEN 1 ELSE 2 END AS part_rank,
  CASE WHEN first_at < validation_at THEN validation_at WHEN first_at < test_at THEN test_at END AS ends_at
FROM placed
CROSS JOIN cuts
