-- components: calls and the combined reward of each component, with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT component,
    count(*) AS n,
    count(error) AS failed,
    sum(blocked) AS blocked,
    count(CASE WHEN response_text GLOB '[{[]*' AND json_valid(response_text) THEN 1 END) AS json,
    moments(combined_reward) AS combined,
    min(combined_reward) AS least,
    max(combined_reward) AS most
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
)
SELECT component,
  sum(n) AS n,
  sum(failed) AS failed,
  sum(blocked) AS blocked,
  mean_of(combined) AS reward,
  max(mean_of(combined) - mean_ci_of(combined), 0.0) AS low,
  min(mean_of(combined) + mean_ci_of(combined), 1.0) AS high,
  max(most) AS max,
  min(least) AS min,
  CASE WHEN 2 * sum(json) > sum(n) - sum(failed) THEN coalesce(component, '-')
    || ': most replies are JSON, of which empathy and length say nothing' END AS note
FROM parts
GROUP BY component
ORDER BY component
