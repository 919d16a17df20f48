-- annotate/unknown: scores of traces that the file has not.
SELECT line, trace_id FROM temp.given
WHERE NOT EXISTS (SELECT 1 FROM main.traces WHERE trace_id = given.trace_id)
ORDER BY line
