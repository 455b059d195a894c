-- Grain: one row per pair: the part it belongs to, and the time from which its events are dropped (test: NULL).
-- Input: pairs.
-- Guarantees: of each user with at least three pairs, the pair that begins last is test, the one before it validation;
-- pairs that begin at once are ordered by item. Pairs of other users are training. An event of a pair after the start of
-- the user's pair in the next part is dropped by 035a, for that it would tell of the future.
CREATE TEMP TABLE pair_parts AS
WITH latest AS (
  SELECT user_key, count(*) AS pair_count, max({'first_at': first_at, 'item_key': item_key}, 2) AS last_pairs
  FROM pairs
  GROUP BY user_key
),
placed AS (
  SELECT
    p.user_key,
    p.item_key,
    CASE
      WHEN l.pair_count < 3 THEN 0
      WHEN p.item_key = l.last_pairs[1].item_key THEN 2
      WHEN p.item_key = l.last_pairs[2].item_key THEN 1
      ELSE 0
    END::TINYINT AS part_rank,
    l.pair_count,
    l.last_pairs
  FROM pairs AS p
  JOIN latest AS l USING (user_key)
)
SELECT
  user_key,
  item_key,
  part_rank,
  CASE
    WHEN pair_count < 3 OR part_rank = 2 THEN NULL
    -- The moment after the next part's start: an event at the very same time tells nothing.
    ELSE last_pairs[2 - part_rank].first_at + INTERVAL 1 MICROSECOND
  END AS ends_at
FROM placed
