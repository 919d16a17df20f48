-- trend: the combined reward day by day: a bar a day, from the worst day to the best
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT day, component,
    count(combined_reward) AS scored,
    sum(combined_reward) AS total
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
), days AS (
  SELECT component, day, sum(scored) AS n, sum(total) / sum(scored) AS reward
  FROM parts
  WHERE scored > 0
  GROUP BY component, day
), scaled AS (
  SELECT component, day, n, reward,
    min(reward) OVER whole AS worst,
    max(reward) OVER whole AS best,
    row_number() OVER (PARTITION BY component ORDER BY day DESC) AS age
  FROM days
  WINDOW whole AS (PARTITION BY component)
), bars AS (
  -- LIMIT keeps the order for group_concat. The last 40 days are what a screen has room for.
  SELECT *,
    CASE WHEN best > worst THEN CAST(round(7 * (reward - worst) / (best - worst)) AS INTEGER)
      ELSE 3 END AS height
  FROM scaled
  WHERE age <= 40
  ORDER BY component, day
  LIMIT -1
)
SELECT component, sum(n) AS n, min(day) AS first_day, max(day) AS last_day,
  min(worst) AS worst_day, max(best) AS best_day,
  group_concat(substr('▁▂▃▄▅▆▇█', 1 + height, 1), '') AS trend
FROM bars
GROUP BY component
ORDER BY component
