-- score/changes: how the mean of each reward changed over n traces: n and the two sums of each.
WITH changes(place, reward, n, before, after) AS (
  VALUES (1, 'combined', ?13, ?14, ?15), (2, 'safety', ?1, ?2, ?3), (3, 'empathy', ?4, ?5, ?6),
    (4, 'length', ?7, ?8, ?9), (5, 'latency', ?10, ?11, ?12)
)
SELECT reward, n, before / n AS before, after / n AS after, (after - before) / n AS change
FROM changes
ORDER BY place
