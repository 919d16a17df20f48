-- export/legacy: every file whose bytes are kept, and every trace that came without a file (through
-- the inbox), which gets the name that the agent would have given it.
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
  SELECT '', replace(day, '-', '') || '/' || trace_id || '.json', NULL, document_id
  FROM main.traces
  WHERE :root IS NULL
    AND document_id NOT IN (SELECT document_id FROM main.files WHERE document_id IS NOT NULL)
)
SELECT k.root, k.path, k.mtime,
  unpack(d.bytes, (SELECT y.bytes FROM main.dictionaries AS y WHERE y.id = d.dictionary_id))
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
