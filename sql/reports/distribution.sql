-- distribution: how the combined reward is spread
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH parts AS (
  SELECT component,
    group_concat(min(max(CAST(combined_reward * 10 + 1e-9 AS INTEGER), 0), 9), '') AS tenths
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
), bins(bin) AS (
  VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
), counted AS (
  -- `tenths` is a digit for each trace. The last bin has both its ends; the 1e-9 keeps a 0.7 that lost
  -- its last digit to rounding out of the bin below it.
  SELECT bin, sum(length(tenths) - length(replace(tenths, bin, ''))) AS n
  FROM bins CROSS JOIN parts
  GROUP BY bin
), shares AS (
  SELECT bin, n, 1.0 * n / sum(n) OVER () AS share
  FROM counted
)
SELECT bin / 10.0 AS reward_from, (bin + 1) / 10.0 AS reward_to, n, share,
  substr('████████████████████████████████████████', 1, CAST(round(40 * share) AS INTEGER)) AS bar
FROM shares
WHERE share IS NOT NULL
ORDER BY bin
