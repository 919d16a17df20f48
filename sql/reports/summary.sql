-- summary: how many traces and how good; means with their 95 % intervals
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
SELECT count(*) AS traces,
  count(DISTINCT component) AS components,
  min(day) AS first_day,
  max(day) AS last_day,
  count(error) AS failed,
  sum(blocked) AS blocked,
  avg(latency_ms) AS mean_latency_ms,
  max(avg(latency_ms) - mean_ci(latency_ms), 0.0) AS latency_low,
  avg(latency_ms) + mean_ci(latency_ms) AS latency_high,
  avg(combined_reward) AS mean_reward,
  max(avg(combined_reward) - mean_ci(combined_reward), 0.0) AS reward_low,
  min(avg(combined_reward) + mean_ci(combined_reward), 1.0) AS reward_high,
  max(combined_reward) AS max_reward,
  min(combined_reward) AS min_reward
FROM observations
WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
  AND (:component IS NULL OR component = :component)
  AND (:model IS NULL OR model = :model)
