-- show/texts: what was asked in trace ?1, and what was answered.
SELECT trace_prompt(trace_id) AS Prompt, response_text AS Reply
FROM main.traces
WHERE trace_id = ?1
