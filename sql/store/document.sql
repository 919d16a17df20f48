-- store/document: an original, packed with the dictionary named.
INSERT INTO main.documents (id, hash, size, bytes, dictionary_id) VALUES (?1, ?2, ?3, ?4, ?5)
