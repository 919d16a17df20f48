-- annotate/row: one score by a person.
INSERT INTO temp.given (line, trace_id, name, value, source, comment) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
