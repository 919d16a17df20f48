-- show/rewards: the rewards of trace ?1, a row each: its name, its value, and why it is that; ?2 is
-- the policy that it was scored by.
WITH t AS (
  SELECT *, trace_response(trace_id) AS response,
    document_value(trace_document(trace_id), '$.metadata') AS metadata
  FROM main.traces
  WHERE trace_id = ?1
)
SELECT 'combined', combined_reward,
  CASE WHEN reward_safety = 0 THEN '0 when safety is 0'
    ELSE '0.5 safety + 0.3 empathy + 0.1 length + 0.1 latency' END
FROM t
UNION ALL
SELECT 'safety', reward_safety,
  CASE WHEN response_text IS NULL AND error IS NULL AND response IS NOT NULL THEN 'no known shape of response'
    ELSE (SELECT group_concat(rule || coalesce(' "' || text || '"', ''), ', ')
      FROM safety_findings(t.response, t.metadata, ?2)) END
FROM t
UNION ALL
SELECT 'empathy', reward_empathy,
  CASE WHEN response_text IS NOT NULL THEN
    (SELECT group_concat(dimension || ' "' || text || '"', ', ') FROM empathy_findings(t.response)) END
FROM t
UNION ALL
SELECT 'length', reward_length, length(response_text) || ' characters' FROM t
UNION ALL
SELECT 'latency', reward_latency, CAST(round(latency_ms) AS INTEGER) || ' ms' FROM t
