-- days: the combined reward by day and model, with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT day, model,
    count(*) AS n,
    moments(combined_reward) AS combined
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
)
-- A reward is in 0..1, and so is what its mean can be.
SELECT day, model, sum(n) AS n, mean_of(combined) AS mean,
  max(mean_of(combined) - mean_ci_of(combined), 0.0) AS low,
  min(mean_of(combined) + mean_ci_of(combined), 1.0) AS high
FROM parts
GROUP BY day, model
ORDER BY day, model
