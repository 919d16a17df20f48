-- components: calls and the combined reward of each component, with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
SELECT component,
  count(*) AS n,
  count(error) AS failed,
  sum(blocked) AS blocked,
  avg(combined_reward) AS reward,
  max(avg(combined_reward) - mean_ci(combined_reward), 0.0) AS low,
  min(avg(combined_reward) + mean_ci(combined_reward), 1.0) AS high,
  max(combined_reward) AS max,
  min(combined_reward) AS min
FROM observations
WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
  AND (:component IS NULL OR component = :component)
  AND (:model IS NULL OR model = :model)
GROUP BY component
ORDER BY component
