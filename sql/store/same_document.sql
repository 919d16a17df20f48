-- store/same_document: the document of a stored trace, and whether it is, byte for byte, the one
-- that is packed as ?2 with the dictionary ?3. What is packed alike is alike; unpacking costs most.
SELECT t.document_id,
  (d.bytes = ?2 AND d.dictionary_id IS ?3)
  OR unpack(d.bytes, (SELECT bytes FROM main.dictionaries WHERE id = d.dictionary_id))
    = unpack(?2, (SELECT bytes FROM main.dictionaries WHERE id = ?3))
FROM main.traces AS t
JOIN main.documents AS d ON d.id = t.document_id
WHERE t.trace_id = ?1
