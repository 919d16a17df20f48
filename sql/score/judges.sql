-- judges: how far people agree with each other, which is what a reward can be held to
-- needs: lightning
-- Reads the TEMP table `given` (score/judged.sql). Means over the pairs of judges with 10 traces or
-- more in common; for kappa each judge's score is good above the middle between the lowest and the
-- highest of that name.
-- :good from which score on people call a reply good (default: above the middle)
WITH called AS (
  SELECT *,
    CASE WHEN :good IS NULL
      THEN value > (min(value) OVER (PARTITION BY name) + max(value) OVER (PARTITION BY name)) / 2
      ELSE value >= CAST(:good AS REAL) END AS good
  FROM given
), pairs AS (
  SELECT a.name, a.source, b.source AS other, count(*) AS n, spearman(a.value, b.value) AS spearman,
    kappa(a.good, b.good) AS kappa
  FROM called AS a
  JOIN called AS b ON b.name = a.name AND b.trace_id = a.trace_id AND b.source > a.source
  GROUP BY a.name, a.source, b.source
  HAVING count(*) >= 10
), several AS (
  SELECT name, count(*) AS traces
  FROM (SELECT name FROM given GROUP BY name, trace_id HAVING count(DISTINCT source) > 1)
  GROUP BY name
)
SELECT g.name, count(DISTINCT g.source) AS judges, coalesce(s.traces, 0) AS traces_with_several,
  (SELECT count(*) FROM pairs WHERE name = g.name) AS pairs,
  (SELECT avg(spearman) FROM pairs WHERE name = g.name) AS spearman,
  (SELECT min(spearman) FROM pairs WHERE name = g.name) AS lowest,
  (SELECT max(spearman) FROM pairs WHERE name = g.name) AS highest,
  (SELECT avg(kappa) FROM pairs WHERE name = g.name) AS kappa
FROM given AS g
LEFT JOIN several AS s ON s.name = g.name
GROUP BY g.name
ORDER BY g.name
