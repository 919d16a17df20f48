-- models: calls, failures, latency and tokens, by component and model
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT component, model,
    count(*) AS n,
    count(error) AS failed,
    sample(latency_ms) AS latencies,
    sum(prompt_tokens) AS tokens_in,
    sum(completion_tokens) AS tokens_out
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
)
SELECT component,
  model,
  sum(n) AS n,
  sum(failed) AS failed,
  percentile_of(latencies, 50) AS p50_ms,
  percentile_of(latencies, 95) AS p95_ms,
  sum(tokens_in) AS tokens_in,
  sum(tokens_out) AS tokens_out
FROM parts
GROUP BY component, model
ORDER BY component, model
