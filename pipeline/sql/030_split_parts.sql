-- Grain: one row per part: part_rank (0 train, 1 validation, 2 test), its name.
CREATE TABLE parts AS
SELECT * FROM (VALUES (0, 'train'), (1, 'validation'), (2, 'test')) AS parts(part_rank, part)
