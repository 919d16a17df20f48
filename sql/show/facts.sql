-- show/facts: the facts of trace ?1; each column that is not NULL is printed under its name.
SELECT t.trace_id AS trace,
  t.component,
  coalesce(t.timestamp_start, '?') || ' to ' || coalesce(t.timestamp_end, '?') AS time,
  CAST(round(t.latency_ms) AS INTEGER) || ' ms' AS latency,
  t.model,
  coalesce(t.prompt_tokens, '?') || ' in the prompt, '
    || coalesce(t.completion_tokens, '?') || ' in the reply' AS tokens,
  t.finish_reason AS finish,
  CASE WHEN t.blocked THEN 'yes' END AS blocked,
  t.error_class || ': ' || t.error AS error,
  t.session_id AS session,
  t.user_id AS user,
  (SELECT group_concat(CAST(path AS TEXT), ', ') FROM main.files
    WHERE document_id = t.document_id) AS file,
  CAST(t.reward AS TEXT) AS recorded,
  (SELECT name || ' ' || version FROM main.scorers WHERE id = t.scorer_id) AS scorer
FROM main.traces AS t
WHERE t.trace_id = ?1
