-- score/batch: the next :limit traces after the id :after that another scorer than :scorer scored,
-- with what this one derives from them, then with what is stored; trace_id is NULL where the
-- document cannot be read as a trace. Most come from their documents;
-- a trace that has none is scored by its reply, and the rest of it stays. :policy is JSON or NULL;
-- :dictionary and :bytes are a dictionary, which need not be looked up row by row.
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH batch AS (
  SELECT id
  FROM observations
  WHERE id > :after
    AND scorer_id IS NOT :scorer
    AND (document_id IS NOT NULL OR response_text IS NOT NULL OR error IS NOT NULL)
    AND day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  ORDER BY id
  LIMIT :limit
), of_text AS (
  SELECT t.trace_id, t.id, t.model, t.prompt_tokens, t.completion_tokens, t.finish_reason, t.blocked,
    t.error_class, t.error, t.response_text, t.latency_ms,
    reward_safety(t.response_text, CASE WHEN t.blocked THEN '{"blocked_by_safety": true}' END,
      :policy) AS safety
  FROM batch JOIN main.traces AS t ON t.id = batch.id
  WHERE t.document_id IS NULL
)
SELECT r.trace_id, t.id, coalesce(r.model, t.model), r.prompt_tokens, r.completion_tokens, r.finish_reason,
  r.blocked, r.error_class, r.error, r.response_text,
  r.reward_safety, r.reward_empathy, r.reward_length, r.reward_latency, r.combined_reward,
  t.reward_safety, t.reward_empathy, t.reward_length, t.reward_latency, t.combined_reward
FROM batch
JOIN main.traces AS t ON t.id = batch.id
LEFT JOIN main.documents AS d ON d.id = t.document_id
JOIN read_trace(
  CASE WHEN d.dictionary_id = :dictionary THEN unpack(d.bytes, :bytes)
    ELSE unpack(d.bytes, (SELECT bytes FROM main.dictionaries WHERE id = d.dictionary_id)) END,
  NULL, NULL, NULL, :policy) AS r
WHERE t.document_id IS NOT NULL
UNION ALL
SELECT o.trace_id, o.id, o.model, o.prompt_tokens, o.completion_tokens, o.finish_reason, o.blocked,
  o.error_class, o.error, o.response_text,
  o.safety, reward_empathy(o.response_text), reward_length(o.response_text),
  reward_latency(o.latency_ms),
  CASE WHEN o.safety = 0 THEN 0.0
    ELSE combined_reward(o.response_text, o.latency_ms, NULL, NULL, :policy) END,
  t.reward_safety, t.reward_empathy, t.reward_length, t.reward_latency, t.combined_reward
FROM of_text AS o
JOIN main.traces AS t ON t.id = o.id
