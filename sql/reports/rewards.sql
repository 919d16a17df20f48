-- rewards: the mean of each reward with its 95 % interval, by component and model
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH groups AS (
  SELECT component, model, count(*) AS n,
    avg(combined_reward) AS combined, mean_ci(combined_reward) AS combined_ci,
    avg(reward_safety) AS safety, mean_ci(reward_safety) AS safety_ci,
    avg(reward_empathy) AS empathy, mean_ci(reward_empathy) AS empathy_ci,
    avg(reward_length) AS length, mean_ci(reward_length) AS length_ci,
    avg(reward_latency) AS latency, mean_ci(reward_latency) AS latency_ci
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY component, model
), rewards AS (
  SELECT component, model, 1 AS place, 'combined' AS reward, n, combined AS mean, combined_ci AS ci
  FROM groups
  UNION ALL
  SELECT component, model, 2, 'safety', n, safety, safety_ci FROM groups
  UNION ALL
  SELECT component, model, 3, 'empathy', n, empathy, empathy_ci FROM groups
  UNION ALL
  SELECT component, model, 4, 'length', n, length, length_ci FROM groups
  UNION ALL
  SELECT component, model, 5, 'latency', n, latency, latency_ci FROM groups
)
-- A reward is in 0..1, and so is what its mean can be.
SELECT reward, component, model, n, mean, max(mean - ci, 0.0) AS low, min(mean + ci, 1.0) AS high
FROM rewards
ORDER BY place, component, model
