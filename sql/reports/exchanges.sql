-- exchanges: prompts and their replies, the newest first
-- needs: lightning
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
-- :limit how many (default: 10)
SELECT trace_id, coalesce(prompt, trace_prompt(trace_id)) AS prompt, response_text AS reply
FROM observations
WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
  AND (:component IS NULL OR component = :component)
  AND (:model IS NULL OR model = :model)
ORDER BY day DESC, timestamp_end DESC, trace_id
LIMIT coalesce(:limit, 10)
