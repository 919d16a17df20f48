-- parts: what the reports of `lightning analyze` are made of, read once for all of them. Each report has
-- the lines it needs in a WITH clause of its own, so that it can be run alone; the command line puts this
-- table in its place. The groups are in the order of an index: nothing is sorted, and sums are of the
-- same rows in the same order however many reports there are.
CREATE TEMP TABLE parts AS
  SELECT day, component, model,
    count(*) AS n,
    count(error) AS failed,
    sum(blocked) AS blocked,
    count(CASE WHEN typeof(response_text) = 'null' AND error IS NULL AND blocked = 0 THEN 1 END) AS unread,
    min(CASE WHEN typeof(response_text) = 'null' AND error IS NULL AND blocked = 0 THEN trace_id END) AS unread_example,
    json_group_array(error_class) FILTER (WHERE error_class IS NOT NULL) AS kinds,
    count(CASE WHEN response_text GLOB '[{[]*' AND json_valid(response_text) THEN 1 END) AS json,
    moments(latency_ms) AS latency,
    sample(latency_ms) AS latencies,
    sum(prompt_tokens) AS tokens_in,
    sum(completion_tokens) AS tokens_out,
    moments(combined_reward) AS combined,
    moments(reward_safety) AS safety,
    moments(reward_empathy) AS empathy,
    moments(reward_length) AS length,
    moments(reward_latency) AS speed,
    min(combined_reward) AS least,
    max(combined_reward) AS most,
    group_concat(min(max(CAST(combined_reward * 10 + 1e-9 AS INTEGER), 0), 9), '') AS tenths,
    count(combined_reward) AS scored,
    sum(combined_reward) AS total
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
  GROUP BY day, component, model
