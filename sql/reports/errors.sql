-- errors: failed calls by kind, as a share of the calls with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH calls AS (
  SELECT component, model, error_class, count(*) AS n,
    sum(count(*)) OVER (PARTITION BY component, model) AS calls
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY component, model, error_class
)
SELECT component, model, error_class, n, calls,
  1.0 * n / calls AS share,
  wilson_low(n, calls) AS low,
  wilson_high(n, calls) AS high
FROM calls
WHERE error_class IS NOT NULL
ORDER BY component, model, n DESC, error_class
