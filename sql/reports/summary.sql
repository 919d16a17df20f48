-- summary: how many traces and how good; means with their 95 % intervals
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT day, component,
    count(*) AS n,
    count(error) AS failed,
    sum(blocked) AS blocked,
    count(CASE WHEN typeof(response_text) = 'null' AND error IS NULL AND blocked = 0 THEN 1 END) AS unread,
    min(CASE WHEN typeof(response_text) = 'null' AND error IS NULL AND blocked = 0 THEN trace_id END) AS unread_example,
    moments(latency_ms) AS latency,
    moments(combined_reward) AS combined,
    min(combined_reward) AS least,
    max(combined_reward) AS most
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
)
-- unread: calls with a reply of a shape that is not known: they have no text and score 0.
SELECT coalesce(sum(n), 0) AS traces,
  count(DISTINCT component) AS components,
  min(day) AS first_day,
  max(day) AS last_day,
  coalesce(sum(failed), 0) AS failed,
  sum(blocked) AS blocked,
  coalesce(sum(unread), 0) AS unread,
  min(unread_example) AS unread_example,
  mean_of(latency) AS mean_latency_ms,
  max(mean_of(latency) - mean_ci_of(latency), 0.0) AS latency_low,
  mean_of(latency) + mean_ci_of(latency) AS latency_high,
  mean_of(combined) AS mean_reward,
  max(mean_of(combined) - mean_ci_of(combined), 0.0) AS reward_low,
  min(mean_of(combined) + mean_ci_of(combined), 1.0) AS reward_high,
  max(most) AS max_reward,
  min(least) AS min_reward
FROM parts
