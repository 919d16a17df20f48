-- sqlite_import: the same import by the stock shell, with fsdir() and json_extract(). It scores by
-- the rules of sql/reports/legacy_rewards.sql and keeps the document as it is.
-- Before it: .parameter set :dir "'DIR'"
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
BEGIN;
CREATE TABLE traces (id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE, component TEXT,
  day TEXT, timestamp_start TEXT, timestamp_end TEXT, model TEXT, latency_ms REAL,
  prompt_tokens INTEGER, completion_tokens INTEGER, finish_reason TEXT, blocked INTEGER,
  reward REAL, combined_reward REAL, error TEXT, response_text TEXT, document TEXT);
CREATE TABLE files (path TEXT PRIMARY KEY, mtime INTEGER) WITHOUT ROWID;
INSERT INTO traces
SELECT NULL, trace_id, component, day, timestamp_start, timestamp_end, model, latency_ms,
  prompt_tokens, completion_tokens, finish_reason, blocked, reward,
  CASE WHEN error IS NOT NULL THEN -1.0 WHEN blocked THEN 0.0 ELSE
    0.5 + 0.3 * min(((instr(words, 'that sounds difficult') > 0)
      + (instr(words, 'it makes sense') > 0)
      + (instr(words, 'you''re not alone') > 0) + (instr(words, 'that must feel') > 0)
      + (instr(words, 'it''s valid to feel') > 0)) / 3.0, 1.0)
    + 0.1 * CASE WHEN n = 0 THEN 0.0 WHEN n < 20 THEN 0.2 WHEN n < 50 THEN 0.6
        WHEN n <= 200 THEN 1.0 WHEN n <= 300 THEN 0.8 ELSE 0.5 END
    + 0.1 * CASE WHEN latency_ms = 0 THEN 0.0 WHEN latency_ms < 1000 THEN 1.0
        WHEN latency_ms < 3000 THEN 0.7 WHEN latency_ms < 5000 THEN 0.4 ELSE 0.1 END
  END,
  error, reply, document
FROM (
  SELECT *, lower(reply) AS words, length(reply) AS n
  FROM (
    SELECT json_extract(document, '$.trace_id') AS trace_id,
      json_extract(document, '$.component') AS component,
      substr(json_extract(document, '$.timestamp_end'), 1, 10) AS day,
      json_extract(document, '$.timestamp_start') AS timestamp_start,
      json_extract(document, '$.timestamp_end') AS timestamp_end,
      json_extract(document, '$.metadata.model') AS model,
      json_extract(document, '$.latency_ms') AS latency_ms,
      json_extract(document, '$.reward') AS reward,
      coalesce(json_extract(document, '$.response.usage.prompt_tokens'),
        json_extract(document, '$.response.usageMetadata.promptTokenCount')) AS prompt_tokens,
      coalesce(json_extract(document, '$.response.usage.completion_tokens'),
        json_extract(document, '$.response.usageMetadata.candidatesTokenCount'))
        AS completion_tokens,
      coalesce(json_extract(document, '$.response.choices[0].finish_reason'),
        json_extract(document, '$.response.candidates[0].finishReason')) AS finish_reason,
      coalesce(json_extract(document, '$.metadata.blocked_by_safety'), 0) AS blocked,
      json_extract(document, '$.response.error') AS error,
      coalesce(json_extract(document, '$.response.choices[0].message.content'),
        json_extract(document, '$.response.candidates[0].content.parts[0].text'), '') AS reply,
      document
    FROM (
      SELECT CAST(data AS TEXT) AS document FROM fsdir(:dir) WHERE name LIKE '%.json'
      LIMIT -1
    )
    LIMIT -1
  )
  LIMIT -1
);
INSERT INTO files SELECT name, mtime FROM fsdir(:dir) WHERE name LIKE '%.json';
CREATE INDEX traces_by_day ON traces (day, component, model);
CREATE INDEX traces_by_component ON traces (component, combined_reward);
COMMIT;
PRAGMA synchronous = FULL;
PRAGMA wal_checkpoint(TRUNCATE);
SELECT component, count(*), printf('%.9f', avg(combined_reward)) FROM traces GROUP BY 1 ORDER BY 1;
