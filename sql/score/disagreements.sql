-- disagreements: where a reward and people's scores are furthest apart, by rank
-- Reads the TEMP table `judged` (score/judged.sql). The reward is the one that the scores are named
-- after, else the combined one. Ranks count from the lowest, equal ones share theirs; gap is positive
-- where the reward ranks a trace higher than people do.
-- :limit how many of each name (default: 10)
WITH named AS (
  SELECT * FROM judged AS j
  WHERE reward = CASE WHEN name IN ('safety', 'empathy', 'length', 'latency', 'recorded')
    THEN name ELSE 'combined' END
), ranked AS (
  SELECT name, reward, trace_id, human, ours,
    rank() OVER (PARTITION BY name ORDER BY ours)
      + (count(*) OVER (PARTITION BY name, ours) - 1) / 2.0
      - rank() OVER (PARTITION BY name ORDER BY human)
      - (count(*) OVER (PARTITION BY name, human) - 1) / 2.0 AS gap
  FROM named
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY name ORDER BY abs(gap) DESC, trace_id) AS place
  FROM ranked
  WHERE gap <> 0
)
SELECT name, reward, trace_id, human, ours, gap
FROM numbered
WHERE place <= coalesce(:limit, 10)
ORDER BY name, place
