-- agreement: how far each reward agrees with people's scores, with 95 % intervals
-- needs: lightning
-- Reads the TEMP table `judged` (score/judged.sql). spearman: rank correlation; auc: how often a
-- reply that people call good has the higher reward; kappa: agreement on which are good, beyond
-- chance. Where all traces but a few have one and the same value no interval is given: with 2
-- of 100 that differ a third of such intervals would see what is not there.
WITH apart AS ( -- how many traces have another value than the most common one
  SELECT name, place, min(differ) AS differ
  FROM (
    SELECT name, place, sum(n) - max(n) AS differ
    FROM (SELECT name, place, count(*) AS n FROM judged GROUP BY name, place, ours)
    GROUP BY name, place
    UNION ALL
    SELECT name, place, sum(n) - max(n)
    FROM (SELECT name, place, count(*) AS n FROM judged GROUP BY name, place, human)
    GROUP BY name, place
  )
  GROUP BY name, place
), measured AS (
  SELECT name, place, reward, count(*) AS n, sum(good) AS good,
    spearman(ours, human) AS spearman, spearman_low(ours, human) AS spearman_low,
    spearman_high(ours, human) AS spearman_high,
    auc(ours, good) AS auc, auc_low(ours, good) AS auc_low, auc_high(ours, good) AS auc_high,
    kappa(ours_good, good) AS kappa, kappa_low(ours_good, good) AS kappa_low,
    kappa_high(ours_good, good) AS kappa_high,
    min(human) = max(human) AS same_human, min(ours) = max(ours) AS same_ours
  FROM judged
  GROUP BY name, place, reward
)
SELECT name, reward, n, good,
  spearman,
  CASE WHEN differ >= 10 THEN spearman_low END AS spearman_low,
  CASE WHEN differ >= 10 THEN spearman_high END AS spearman_high,
  auc,
  CASE WHEN differ >= 10 THEN auc_low END AS auc_low,
  CASE WHEN differ >= 10 THEN auc_high END AS auc_high,
  kappa,
  CASE WHEN differ >= 10 THEN kappa_low END AS kappa_low,
  CASE WHEN differ >= 10 THEN kappa_high END AS kappa_high,
  CASE
    WHEN n < 30 THEN 'too few to tell: it takes 30 traces that people scored'
    WHEN same_human THEN 'people gave all these traces one score: nothing to compare'
    WHEN same_ours THEN 'it gave all these traces one value: nothing to compare'
    WHEN differ < 10 THEN 'too few to tell: all but ' || differ || ' of them are alike'
    WHEN spearman_low IS NULL THEN 'nearly all are alike: nothing to compare'
    WHEN spearman_high < 0 THEN 'goes against people: do not choose by it'
    WHEN spearman_low <= 0 THEN 'no agreement shown: do not choose by it'
    WHEN spearman_low < 0.2 THEN 'agrees a little: only for means over many replies'
    WHEN spearman_low < 0.4 THEN 'agrees: for means, and for picking what to look at'
    ELSE 'agrees well: for means, and to rank single replies'
  END AS trust
FROM measured
JOIN apart USING (name, place)
ORDER BY name, place
