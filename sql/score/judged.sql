-- score/judged: each trace that people scored, beside each reward, as the TEMP table `judged`.
-- Several judges: their mean; of one judge's scores of a trace under a name the latest counts.
-- good: whether people's score is above the middle between the lowest and the highest of that
-- name (or from :good on). ours_good: whether the reward is among the highest, about as many as are
-- good; equal ones are all in or all out, but never all of them in.
-- :name scores of this name (default: all)
-- :by scores by this source (default: all)
-- :good from which score on people call a reply good (default: above the middle)
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
DROP TABLE IF EXISTS temp.given;
DROP TABLE IF EXISTS temp.judged;
CREATE TEMP TABLE given AS
SELECT f.trace_id, f.name, f.source, f.value
FROM main.feedback AS f
JOIN observations AS o ON o.trace_id = f.trace_id
WHERE (:name IS NULL OR f.name = :name)
  AND (:by IS NULL OR f.source = :by)
  AND o.day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
  AND (:component IS NULL OR o.component = :component)
  AND (:model IS NULL OR o.model = :model)
  AND f.id = (SELECT max(id) FROM main.feedback
    WHERE trace_id = f.trace_id AND name = f.name AND source = f.source);
CREATE TEMP TABLE judged AS
WITH human AS (
  SELECT name, trace_id, avg(value) AS human FROM given GROUP BY name, trace_id
), called AS (
  SELECT name, trace_id, human,
    CASE WHEN :good IS NULL
      THEN human > (min(human) OVER (PARTITION BY name) + max(human) OVER (PARTITION BY name)) / 2
      ELSE human >= CAST(:good AS REAL) END AS good
  FROM human
), paired AS (
  SELECT c.name, c.trace_id, r.place, r.reward, c.human, c.good,
    CASE r.place WHEN 1 THEN o.combined_reward WHEN 2 THEN o.reward_safety
      WHEN 3 THEN o.reward_empathy WHEN 4 THEN o.reward_length WHEN 5 THEN o.reward_latency
      ELSE o.reward END AS ours
  FROM called AS c
  JOIN observations AS o ON o.trace_id = c.trace_id
  JOIN (SELECT 1 AS place, 'combined' AS reward UNION ALL SELECT 2, 'safety'
    UNION ALL SELECT 3, 'empathy' UNION ALL SELECT 4, 'length' UNION ALL SELECT 5, 'latency'
    UNION ALL SELECT 6, 'recorded') AS r
), counted AS (
  SELECT name, place, ours,
    count(*) OVER (PARTITION BY name, place ORDER BY ours DESC) AS as_high, -- equal ones too
    count(*) OVER (PARTITION BY name, place) AS n,
    sum(good) OVER (PARTITION BY name, place) AS good
  FROM paired
  WHERE ours IS NOT NULL
), cuts AS (
  SELECT name, place, ours,
    row_number() OVER (PARTITION BY name, place
      ORDER BY as_high = n, abs(as_high - good), as_high) AS choice
  FROM counted
)
SELECT p.name, p.trace_id, p.place, p.reward, p.human, p.good, p.ours, p.ours >= c.ours AS ours_good
FROM paired AS p
JOIN cuts AS c ON c.name = p.name AND c.place = p.place AND c.choice = 1
WHERE p.ours IS NOT NULL
