-- Grain: one row per user-item pair of a qualifying user: the event that decides the pair. For the unit pair.
-- Inputs: usable; variable label_settings, type qualifying_user.
-- Guarantees: a dislike (label 0) overrides what came before it; of the events after the last dislike the one with the
-- highest label decides, then the highest weight, then the first; where none comes after it the dislike itself.
-- Ordered by user, time and id.
CREATE TEMP TABLE labelled AS
WITH events AS (
  SELECT
    *,
    getvariable('label_settings').labels[type] AS label,
    getvariable('label_settings').weights[type] AS weight
  FROM usable
  WHERE try_cast(user_id AS qualifying_user) IS NOT NULL
),
dislikes AS (
  SELECT user_id, item_id, max({'at': occurred_at, 'id': interaction_id}) AS last_dislike
  FROM events
  WHERE label = 0
  GROUP BY user_id, item_id
),
ranked AS (
  SELECT
    e.*,
    row_number() OVER (
      PARTITION BY e.user_id, e.item_id
      ORDER BY e.label DESC, e.weight DESC, e.occurred_at, e.interaction_id
    ) AS place
  FROM events AS e
  LEFT JOIN dislikes AS d USING (user_id, item_id)
  WHERE d.last_dislike IS NULL OR {'at': e.occurred_at, 'id': e.interaction_id} >= d.last_dislike
)
SELECT interaction_id, user_id, item_id, type, occurred_at, label, weight
FROM ranked
WHERE place = 1
ORDER BY user_id, occurred_at, interaction_id
