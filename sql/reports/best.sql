-- best: the best traces, by combined reward
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
-- :limit how many (default: 10)
SELECT trace_id, combined_reward AS combined, reward_empathy AS empathy, response_text
FROM observations
WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
  AND (:component IS NULL OR component = :component)
  AND (:model IS NULL OR model = :model)
  AND combined_reward IS NOT NULL
ORDER BY combined_reward DESC, trace_id
LIMIT coalesce(:limit, 10)
