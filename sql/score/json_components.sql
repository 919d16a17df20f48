-- score/json_components: components more than half of whose replies are JSON.
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH replies AS (
  SELECT component, trim(response_text, ' ' || char(9) || char(10) || char(13)) AS reply
  FROM observations
  WHERE response_text <> ''
    AND day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
), told AS (
  SELECT component,
    CASE WHEN reply GLOB '[{[]*' THEN json_valid(reply) ELSE reply GLOB '```json*```' END AS is_json
  FROM replies
)
SELECT coalesce(component, 'no component'), CAST(round(100.0 * sum(is_json) / count(*)) AS INTEGER)
FROM told
GROUP BY component
HAVING sum(is_json) * 2 > count(*)
ORDER BY component
