-- export/clash: a name whose bytes are kept of two roots, and these roots.
SELECT path, min(root), max(root)
FROM main.files
WHERE document_id IS NOT NULL
  AND (:root IS NULL OR root = :root)
GROUP BY path
HAVING count(*) > 1
ORDER BY path
LIMIT 1
