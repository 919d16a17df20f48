-- show/near: trace_ids that may have been meant by ?1: some that are about as long.
SELECT trace_id FROM main.traces
WHERE length(trace_id) BETWEEN length(?1) - 2 AND length(?1) + 2
LIMIT 20000
