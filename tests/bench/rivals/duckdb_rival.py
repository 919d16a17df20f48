#!/usr/bin/env python3
"""duckdb_rival.py json|text DIR [FILE]: DuckDB scores the traces of DIR, or imports them into FILE.

json is read_json with the columns given, so that it need not look for them; text is read_text, and
the members taken out of it with ->>. It scores by the rules of sql/reports/legacy_rewards.sql,
which fit into a query. Prints component|traces|mean reward; the last line says how many seconds it
took, without the start of Python.
"""
import sys
import time

import duckdb

DOCUMENTS = {
    "json": """
SELECT * FROM read_json({folder}, format = 'unstructured', maximum_object_size = 1000000,
  columns = {{trace_id: 'VARCHAR', component: 'VARCHAR', timestamp_start: 'VARCHAR',
  timestamp_end: 'VARCHAR', prompt: 'VARCHAR', metadata: 'JSON', response: 'JSON',
  latency_ms: 'DOUBLE', reward: 'DOUBLE'}})""",
    "text": """
SELECT content->>'$.trace_id' AS trace_id, content->>'$.component' AS component,
  content->>'$.timestamp_start' AS timestamp_start, content->>'$.timestamp_end' AS timestamp_end,
  content->>'$.prompt' AS prompt, content->'$.metadata' AS metadata,
  content->'$.response' AS response, CAST(content->>'$.latency_ms' AS DOUBLE) AS latency_ms,
  CAST(content->>'$.reward' AS DOUBLE) AS reward
FROM read_text({folder})""",
}

SCORED = """
WITH documents AS ({documents}
), columns_of AS (
  SELECT trace_id, component, substr(timestamp_end, 1, 10) AS day, timestamp_start, timestamp_end,
    metadata->>'$.model' AS model, latency_ms, reward, prompt, metadata, response,
    CAST(coalesce(response->>'$.usage.prompt_tokens',
      response->>'$.usageMetadata.promptTokenCount') AS INTEGER) AS prompt_tokens,
    CAST(coalesce(response->>'$.usage.completion_tokens',
      response->>'$.usageMetadata.candidatesTokenCount') AS INTEGER) AS completion_tokens,
    coalesce(response->>'$.choices[0].finish_reason', response->>'$.candidates[0].finishReason')
      AS finish_reason,
    response->>'$.error' AS error,
    coalesce(metadata->>'$.blocked_by_safety' = 'true', false) AS blocked,
    coalesce(response->>'$.choices[0].message.content',
      response->>'$.candidates[0].content.parts[0].text', '') AS reply
  FROM documents
), measured AS (
  SELECT *, lower(reply) AS words, length(reply) AS n FROM columns_of
)
SELECT * EXCLUDE (words, n), CASE WHEN error IS NOT NULL THEN -1.0 WHEN blocked THEN 0.0 ELSE
  0.5 + 0.3 * least((CAST(contains(words, 'that sounds difficult') AS INTEGER)
    + CAST(contains(words, 'it makes sense') AS INTEGER)
    + CAST(contains(words, 'you''re not alone') AS INTEGER)
    + CAST(contains(words, 'that must feel') AS INTEGER)
    + CAST(contains(words, 'it''s valid to feel') AS INTEGER)) / 3.0::DOUBLE, 1.0)
  + 0.1 * CASE WHEN n = 0 THEN 0.0 WHEN n < 20 THEN 0.2 WHEN n < 50 THEN 0.6 WHEN n <= 200 THEN 1.0
      WHEN n <= 300 THEN 0.8 ELSE 0.5 END
  + 0.1 * CASE WHEN latency_ms = 0 THEN 0.0 WHEN latency_ms < 1000 THEN 1.0
      WHEN latency_ms < 3000 THEN 0.7 WHEN latency_ms < 5000 THEN 0.4 ELSE 0.1 END
  END::DOUBLE AS combined_reward
FROM measured"""

COUNT = "SELECT component, count(*), avg(combined_reward) FROM ({}) GROUP BY component ORDER BY 1"


def main():
    how, folder, *file = sys.argv[1:]
    documents = DOCUMENTS[how].format(folder="'%s/*/*.json'" % folder.replace("'", "''"))
    scored = SCORED.format(documents=documents)
    begin = time.perf_counter()
    db = duckdb.connect(*file)
    # Else it keeps a buffer for every file, and runs out of memory.
    db.execute("SET preserve_insertion_order = false")
    if file:
        db.execute("CREATE TABLE traces AS " + scored)
        db.execute("CHECKPOINT")
        scored = "SELECT * FROM traces"
    else:
        rows = db.execute(COUNT.format(scored)).fetchall()
    seconds = time.perf_counter() - begin
    if file:
        rows = db.execute(COUNT.format(scored)).fetchall()
    db.close()
    for component, n, mean in rows:
        print(f"{component}|{n}|{mean:.9f}")
    print(f"seconds {seconds:.6f}")


main()
