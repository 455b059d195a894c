-- Grain: one row per pair: the part in which its first event lies, and the time at which that part ends (test: NULL).
-- Inputs: pairs; $train, $validation (shares). The seed plays no part.
-- Guarantees: two cuts in time; a pair belongs to the part of its first event. Its events after that part's end are
-- dropped by 035a: kept in the earlier part they would tell of the future, in the later one the pair would be in both.
-- Only the stretches of time in which a cut falls are sorted.
CREATE TEMP TABLE pair_parts AS
WITH span AS (
  SELECT
    epoch_us(min(first_at)) AS begins_us,
    (epoch_us(max(first_at)) - epoch_us(min(first_at))) // 65536 + 1 AS stretch_us
  FROM pairs
),
stretches AS (
  SELECT
    (epoch_us(p.first_at) - s.begins_us) // s.stretch_us AS stretch,
    sum(p.mass)::BIGINT AS stretch_mass,
    min(p.first_at) AS first_at
  FROM pairs AS p
  CROSS JOIN span AS s
  GROUP BY stretch
),
starts AS (
  SELECT
    *,
    (sum(stretch_mass) OVER (ORDER BY stretch ROWS UNBOUNDED PRECEDING))::BIGINT - stretch_mass AS mass_before,
    (sum(stretch_mass) OVER ())::BIGINT AS total
  FROM stretches
),
placed_stretches AS (
  SELECT
    *,
    (mass_before < $train * total AND mass_before + stretch_mass > $train * total)
    OR (
      mass_before < ($train + $validation) * total AND mass_before + stretch_mass > ($train + $validation) * total
    ) AS is_cut
  FROM starts
),
moments AS (
  SELECT p.first_at, l.stretch, l.mass_before, l.total, sum(p.mass)::BIGINT AS moment_mass
  FROM pairs AS p
  CROSS JOIN span AS s
  JOIN placed_stretches AS l ON l.stretch = (epoch_us(p.first_at) - s.begins_us) // s.stretch_us
  WHERE l.is_cut
  GROUP BY ALL
),
placed AS (
  SELECT first_at, mass_before::DOUBLE AS middle, total FROM placed_stretches WHERE NOT is_cut
  UNION ALL
  SELECT
    first_at,
    mass_before
    + sum(moment_mass) OVER (PARTITION BY stretch ORDER BY first_at ROWS UNBOUNDED PRECEDING)
    - moment_mass / 2.0,
    total
  FROM moments
),
cuts AS (
  SELECT
    min(first_at) FILTER (middle >= $train * total) AS validation_at,
    min(first_at) FILTER (middle >= ($train + $validation) * total) AS test_at
  FROM placed
)
SELECT
  user_key,
  item_key,
  CASE WHEN first_at < validation_at THEN 0 WHEN first_at < test_at THEN 1 ELSE 2 END::TINYINT AS part_rank,
  CASE WHEN first_at < validation_at THEN validation_at WHEN first_at < test_at THEN test_at END AS ends_at
FROM pairs
CROSS JOIN cuts
