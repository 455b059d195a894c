-- Grain: one row per negative sample: user, item, part, time.
-- Inputs: first_draws, later_draws.
CREATE TEMP VIEW negatives AS
SELECT user_key, item_key, part_rank, occurred_at FROM first_draws
UNION ALL
SELECT user_key, item_key, part_rank, occurred_at FROM later_draws
