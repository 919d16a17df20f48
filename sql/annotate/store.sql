-- annotate/store: a person has one score of a trace under a name: the newest. What is there already
-- stays as it is.
CREATE TEMP TABLE settled AS
SELECT g.trace_id, g.name, g.value, g.source, g.comment, f.id,
  f.id IS NOT NULL AND (f.value <> g.value OR f.comment IS NOT g.comment) AS changed
FROM (SELECT DISTINCT trace_id, name, value, source, comment FROM temp.given) AS g
LEFT JOIN main.feedback AS f ON f.id = (SELECT max(id) FROM main.feedback
  WHERE trace_id = g.trace_id AND name = g.name AND source = g.source);
UPDATE main.feedback
SET (value, comment) = (SELECT value, comment FROM temp.settled AS s WHERE s.id = feedback.id),
  created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
WHERE id IN (SELECT id FROM temp.settled WHERE changed);
INSERT INTO main.feedback (trace_id, name, value, source, comment)
SELECT trace_id, name, value, source, comment FROM temp.settled WHERE id IS NULL ORDER BY trace_id, name, source
