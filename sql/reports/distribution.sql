-- distribution: how the combined reward is spread
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH RECURSIVE bins(bin) AS (
  SELECT 0 UNION ALL SELECT bin + 1 FROM bins WHERE bin < 9
), counted AS (
  -- The last bin has both its ends; rounding keeps 0.7 out of the bin below it.
  SELECT min(CAST(round(combined_reward * 10, 9) AS INTEGER), 9) AS bin, count(*) AS n
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
    AND combined_reward IS NOT NULL
  GROUP BY 1
), shares AS (
  SELECT bin, coalesce(n, 0) AS n, coalesce(n, 0) * 1.0 / sum(n) OVER () AS share
  FROM bins LEFT JOIN counted USING (bin)
)
SELECT bin / 10.0 AS reward_from, (bin + 1) / 10.0 AS reward_to, n, share,
  substr('████████████████████████████████████████', 1, CAST(round(40 * share) AS INTEGER)) AS bar
FROM shares
WHERE (SELECT count(*) FROM counted) > 0
ORDER BY bin
