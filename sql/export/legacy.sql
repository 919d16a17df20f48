-- export/legacy: every file whose bytes are kept, and every trace that came without a file (through
-- the inbox), which gets the name that the agent would have given it, or one made of its document's
-- hash where that would be no good name or is taken.
-- :root only files below it (default: all)
-- :all 1: also files that hold no trace; 0: only those of the traces that the others let through
-- :start_date first day, YYYY-MM-DD (default: the first there is)
-- :end_date last day, YYYY-MM-DD (default: the last there is)
-- :component which component (default: all)
-- :model which model (default: all)
WITH kept AS (
  SELECT root, path, mtime, document_id
  FROM main.files
  WHERE document_id IS NOT NULL
    AND (:root IS NULL OR root = :root)
  UNION ALL
  SELECT '', replace(t.day, '-', '') || '/' || CASE
      WHEN t.trace_id GLOB '*[^A-Za-z0-9_.-]*' OR t.trace_id GLOB '.*' OR length(t.trace_id) > 200
        OR EXISTS (SELECT 1 FROM main.files
          WHERE path = replace(t.day, '-', '') || '/' || t.trace_id || '.json')
      THEN 'trace-' || lower(hex(d.hash)) ELSE t.trace_id END || '.json',
    NULL, t.document_id
  FROM main.traces AS t
  JOIN main.documents AS d ON d.id = t.document_id
  WHERE :root IS NULL
    AND t.document_id NOT IN (
      SELECT document_id FROM main.files WHERE document_id IS NOT NULL
      UNION ALL
      SELECT held_id FROM main.files WHERE held_id IS NOT NULL AND state <> 'conflict')
)
SELECT k.root, k.path, k.mtime, stored_document(d.id)
FROM kept AS k
JOIN main.documents AS d ON d.id = k.document_id
WHERE :all OR k.document_id IN (
  SELECT document_id
  FROM observations
  WHERE day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999')
    AND (:component IS NULL OR component = :component)
    AND (:model IS NULL OR model = :model)
)
ORDER BY k.path, k.root
