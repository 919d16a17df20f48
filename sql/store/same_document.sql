-- store/same_document: the document of a stored trace, and whether it is, byte for byte, ?2.
SELECT t.document_id, unpack(d.bytes, y.bytes) = CAST(?2 AS TEXT)
FROM main.traces AS t
JOIN main.documents AS d ON d.id = t.document_id
LEFT JOIN main.dictionaries AS y ON y.id = d.dictionary_id
WHERE t.trace_id = ?1
