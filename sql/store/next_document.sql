-- store/next_document: an id that no document ever had.
SELECT 1 + coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'documents'), 0)
