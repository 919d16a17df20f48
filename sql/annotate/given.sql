-- annotate/given: what is to be taken in, with the lines of the file.
CREATE TEMP TABLE given (
  line INTEGER, trace_id TEXT, name TEXT, value REAL, source TEXT, comment TEXT)
