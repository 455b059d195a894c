-- Grain: one row if all interactions lie more than a day in the future, else none: a wrong unit, or a wrong clock.
-- Input: interactions.
SELECT min(occurred_at) AS first_at, max(occurred_at) AS last_at
FROM {considered} AS i
HAVING min(occurred_at) > {now} + INTERVAL 1 DAY
