-- rewards: the mean of each reward with its 95 % interval, by component and model
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT component, model,
    count(*) AS n,
    count(error) AS failed,
    count(CASE WHEN response_text GLOB '[{[]*' AND json_valid(response_text) THEN 1 END) AS json,
    moments(combined_reward) AS combined,
    moments(reward_safety) AS safety,
    moments(reward_empathy) AS empathy,
    moments(reward_length) AS length,
    moments(reward_latency) AS speed
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
), groups AS (
  SELECT component, model, sum(n) AS n,
    mean_of(combined) AS combined, mean_ci_of(combined) AS combined_ci,
    mean_of(safety) AS safety, mean_ci_of(safety) AS safety_ci,
    mean_of(empathy) AS empathy, mean_ci_of(empathy) AS empathy_ci,
    mean_of(length) AS length, mean_ci_of(length) AS length_ci,
    mean_of(speed) AS latency, mean_ci_of(speed) AS latency_ci,
    CASE WHEN 2 * sum(json) > sum(n) - sum(failed) THEN coalesce(component, '-')
      || ': most replies are JSON, of which empathy and length say nothing' END AS note
  FROM parts
  GROUP BY component, model
), rewards AS (
  SELECT component, model, 1 AS place, 'combined' AS reward, n, combined AS mean, combined_ci AS ci, note
  FROM groups
  UNION ALL
  SELECT component, model, 2, 'safety', n, safety, safety_ci, NULL FROM groups
  UNION ALL
  SELECT component, model, 3, 'empathy', n, empathy, empathy_ci, note FROM groups
  UNION ALL
  SELECT component, model, 4, 'length', n, length, length_ci, note FROM groups
  UNION ALL
  SELECT component, model, 5, 'latency', n, latency, latency_ci, NULL FROM groups
)
-- A reward is in 0..1, and so is what its mean can be.
SELECT reward, component, model, n, mean, max(mean - ci, 0.0) AS low, min(mean + ci, 1.0) AS high, note
FROM rewards
ORDER BY place, component, model
