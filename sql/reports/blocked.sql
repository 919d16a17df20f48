-- blocked: calls that a filter blocked, as a share of the calls with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT component, model,
    count(*) AS n,
    sum(blocked) AS blocked
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
)
SELECT component,
  model,
  sum(blocked) AS n,
  sum(n) AS calls,
  1.0 * sum(blocked) / sum(n) AS share,
  wilson_low(sum(blocked), sum(n)) AS low,
  wilson_high(sum(blocked), sum(n)) AS high
FROM parts
GROUP BY component, model
HAVING sum(blocked) > 0
ORDER BY component, model
