-- Grain: one row per observed user.
-- Inputs: observed_users, list_outcomes, outcomes, credits.
SELECT
  u.user_id,
  u.arm,
  u.first_at_ms,
  u.first_pick,
  l.lists::INTEGER AS lists,
  l.precision_at_10,
  l.overlap_at_10,
  coalesce(c.champion, 0)::INTEGER AS champion_credit,
  coalesce(c.challenger, 0)::INTEGER AS challenger_credit,
  coalesce(o.interactions, '{}') AS interactions
FROM observed_users AS u
JOIN (
  SELECT user_id, count(*) AS lists, avg(met) / 10 AS precision_at_10, avg(common) / 10 AS overlap_at_10
  FROM list_outcomes
  GROUP BY ALL
) AS l USING (user_id)
LEFT JOIN (
  SELECT
    user_id, count(*) FILTER (arm = 'champion') AS champion, count(*) FILTER (arm = 'challenger') AS challenger
  FROM credits
  GROUP BY ALL
) AS c USING (user_id)
LEFT JOIN (
  SELECT user_id, json_group_object(type, events) AS interactions
  FROM (SELECT user_id, type, count(*) AS events FROM outcomes GROUP BY ALL ORDER BY type)
  GROUP BY ALL
) AS o USING (user_id)
ORDER BY u.first_at_ms, u.user_id
