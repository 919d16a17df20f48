-- store/trace: one row of traces; a trace_id that is already there changes nothing.
INSERT INTO main.traces (
  trace_id, component, day, timestamp_start, timestamp_end, session_id, user_id, model, latency_ms,
  prompt_tokens, completion_tokens, finish_reason, blocked, error_class, reward, reward_safety,
  reward_empathy, reward_length, reward_latency, combined_reward, error, response_text,
  document_id, scorer_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
  ?21, ?22, ?23, ?24)
ON CONFLICT (trace_id) DO NOTHING
