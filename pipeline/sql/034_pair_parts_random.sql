-- Grain: one row per pair: the part it belongs to, and NULL as that part's end.
-- Inputs: pairs; $train, $validation (shares).
-- Guarantees: a pair is in one part; pairs are ordered by chance, which depends on seed and ids only; the parts' shares
-- of the samples differ from the wanted ones by at most half of the largest pair. Only the buckets in which a cut falls
-- are sorted.
CREATE TEMP TABLE pair_parts AS
WITH buckets AS (
  SELECT chance >> 16 AS bucket, sum(mass)::BIGINT AS bucket_mass FROM pairs GROUP BY bucket
),
starts AS (
  SELECT
    bucket,
    bucket_mass,
    (sum(bucket_mass) OVER (ORDER BY bucket ROWS UNBOUNDED PRECEDING))::BIGINT - bucket_mass AS mass_before,
    (sum(bucket_mass) OVER ())::BIGINT AS total
  FROM buckets
),
placed_buckets AS (
  SELECT
    *,
    (mass_before < $train * total AND mass_before + bucket_mass > $train * total)
    OR (
      mass_before < ($train + $validation) * total AND mass_before + bucket_mass > ($train + $validation) * total
    ) AS is_cut
  FROM starts
),
placed AS (
  SELECT p.user_key, p.item_key, b.mass_before::DOUBLE AS middle, b.total
  FROM pairs AS p
  JOIN placed_buckets AS b ON b.bucket = p.chance >> 16
  WHERE NOT b.is_cut
  UNION ALL
  SELECT
    p.user_key,
    p.item_key,
    b.mass_before
    + sum(p.mass) OVER (
      PARTITION BY b.bucket
      ORDER BY p.chance, p.user_key, p.item_key
      ROWS UNBOUNDED PRECEDING
    )
    - p.mass / 2.0,
    b.total
  FROM pairs AS p
  JOIN placed_buckets AS b ON b.bucket = p.chance >> 16
  WHERE b.is_cut
)
SELECT
  user_key,
  item_key,
  CASE
    WHEN middle < $train * total THEN 0
    WHEN middle < ($train + $validation) * total THEN 1
    ELSE 2
  END::TINYINT AS part_rank,
  NULL::TIMESTAMP AS ends_at
FROM placed
