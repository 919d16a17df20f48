-- show/find: the trace called ?1, or the one whose trace_id begins so; how many there are, up to 2.
SELECT trace_id, count(*)
FROM (
  SELECT trace_id FROM main.traces WHERE trace_id = ?1
  UNION ALL
  SELECT trace_id FROM main.traces
  WHERE trace_id > ?1
    AND substr(trace_id, 1, length(?1)) = ?1
    AND NOT EXISTS (SELECT 1 FROM main.traces WHERE trace_id = ?1)
  LIMIT 2
)
