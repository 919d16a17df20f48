-- score/trace: what is derived anew of the trace ?1, by the scorer ?15. The model ?2, which an index
-- has, is score/model's.
UPDATE main.traces
SET prompt_tokens = ?3, completion_tokens = ?4, finish_reason = ?5, blocked = ?6,
  error_class = ?7, error = ?8, response_text = ?9, reward_safety = ?10, reward_empathy = ?11,
  reward_length = ?12, reward_latency = ?13, combined_reward = ?14, scorer_id = ?15
WHERE id = ?1
