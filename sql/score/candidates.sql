-- score/candidates: how many traces are to be scored anew, and how many cannot be: nothing is left
-- of them to score. ?1 is the scorer.
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
SELECT coalesce(sum(scorer_id IS NOT ?1 AND there), 0), coalesce(sum(NOT there), 0), count(*)
FROM (
  SELECT scorer_id,
    document_id IS NOT NULL OR response_text IS NOT NULL OR error IS NOT NULL AS there
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
)
