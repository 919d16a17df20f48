-- errors: failed calls and unknown replies by kind, as a share of the calls with its 95 % interval
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT component, model,
    count(*) AS n,
    count(CASE WHEN typeof(response_text) = 'null' AND error IS NULL AND blocked = 0 THEN 1 END) AS unread,
    json_group_array(error_class) FILTER (WHERE error_class IS NOT NULL) AS kinds
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
), failures AS (
  SELECT component, model, value AS error_class, count(*) AS n
  FROM parts, json_each(kinds)
  GROUP BY component, model, value
  UNION ALL
  -- Not failed, but no reply either that could be read; `summary` names one.
  SELECT component, model, '(unknown reply)', sum(unread)
  FROM parts
  WHERE unread > 0
  GROUP BY component, model
), calls AS (
  SELECT component, model, sum(n) AS calls
  FROM parts
  GROUP BY component, model
)
SELECT f.component, f.model, error_class, n, calls,
  1.0 * n / calls AS share,
  wilson_low(n, calls) AS low,
  wilson_high(n, calls) AS high
FROM failures AS f
JOIN calls AS c ON c.component IS f.component AND c.model IS f.model
ORDER BY f.component, f.model, n DESC, error_class
