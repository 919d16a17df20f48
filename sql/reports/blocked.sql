-- blocked: calls that a filter blocked, as a share of the calls with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
SELECT component,
  model,
  CAST(total(blocked) AS INTEGER) AS n,
  count(*) AS calls,
  total(blocked) / count(*) AS share,
  wilson_low(total(blocked), count(*)) AS low,
  wilson_high(total(blocked), count(*)) AS high
FROM observations
WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
  AND (:component IS NULL OR component = :component)
  AND (:model IS NULL OR model = :model)
GROUP BY component, model
HAVING n > 0
ORDER BY component, model
