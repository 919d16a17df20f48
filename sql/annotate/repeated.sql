-- annotate/repeated: scores of the same trace under the same name by the same person that differ,
-- and the first line with another.
SELECT line, trace_id, name, source, first
FROM (
  SELECT *, min(line) OVER same AS first, first_value(value) OVER (same ORDER BY line) AS first_value,
    first_value(comment) OVER (same ORDER BY line) AS first_comment
  FROM temp.given
  WINDOW same AS (PARTITION BY trace_id, name, source)
)
WHERE value <> first_value OR comment IS NOT first_comment
ORDER BY line
