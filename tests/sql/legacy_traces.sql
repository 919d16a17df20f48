-- legacy_traces(directory): an old folder read in place. ../data/traces is the demo tree.
.nullvalue NULL

-- ---- every column ----

-- The visible ones are those of `traces`, by name, type and order, then those of the file; the hidden
-- ones follow.
.read ../../sql/schema.sql
SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_info('legacy_traces');
SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_xinfo('legacy_traces') WHERE hidden;
SELECT t.name, t.type, f.name, f.type FROM pragma_table_info('traces') AS t LEFT JOIN pragma_table_info('legacy_traces') AS f USING (cid)
WHERE t.name <> f.name OR t.type <> f.type OR f.name IS NULL;

-- A chat reply, a Gemini reply, a call that timed out, one that was refused (its key masked), a reply
-- that the writer's gate blocked, one that the provider withheld, a file that was cut off.
.mode line
SELECT id, trace_id, component, day, timestamp_start, timestamp_end, session_id, user_id, model, round(latency_ms, 3) AS latency_ms,
  prompt_tokens, completion_tokens, finish_reason, blocked, error_class, reward, reward_safety, round(reward_empathy, 6) AS reward_empathy,
  reward_length, reward_latency, round(combined_reward, 6) AS combined_reward, scorer_id, prompt_id, document_id, sample_weight, error,
  response_text, length(document) AS document_length, path, size, typeof(mtime) AS mtime_type, file_error, file_state,
  substr(prompt, 1, 40) AS prompt, metadata, length(response) AS response_length, hex(document_hash) AS document_hash,
  typeof(packed) AS packed_type, note, credentials, unknown_shape
FROM legacy_traces('../data/traces')
WHERE path IN ('20241201/MasterResponder_20241201_081408_786253.json', '20241201/TherapyTool_20241201_162003_069037.json',
  '20241201/Controller_20241201_194726_115803.json', '20241201/MasterResponder_20241201_133220_339814.json',
  '20241202/MasterResponder_20241202_140516_607769.json', '20241202/TherapyTool_20241202_173349_959009.json',
  '20241202/MasterResponder_20241202_122701_207953.json');
.mode list

-- The hidden arguments come back; the folder's absolute path ends as it should.
SELECT directory, quote(dictionary), session_key, user_key, substr(root, -12) FROM legacy_traces('../data/traces', NULL, 'trace_id') LIMIT 1;
SELECT session_id, user_id FROM legacy_traces('../data/traces', NULL, 'metadata.model', 'response.object') WHERE component = 'MasterResponder' LIMIT 2;
-- A session that is a number is its text, one that is an object is none.
SELECT session_id, user_id FROM legacy_traces('../data/traces', NULL, 'metadata.max_tokens', 'metadata') LIMIT 1;
-- What packed packs is the document, with the dictionary given too.
SELECT count(*), sum(unpack(packed, NULL) = document), sum(document_hash(document) = document_hash), sum(length(CAST(document AS BLOB)) = size)
FROM legacy_traces('../data/traces');
SELECT count(*), sum(unpack(packed, dictionary) = document)
FROM legacy_traces('../data/traces', x'7b0a20202274726163655f6964223a202254686572617079546f6f6c5f3230323431323031');

-- The parts of the document are what trace_prompt() and trace_response() will give.
SELECT count(*), sum(prompt = document_value(document, '$.prompt')), sum(response = document_value(document, '$.response')),
  sum(metadata = document_value(document, '$.metadata')), sum(model = document_value(document, '$.metadata.model'))
FROM legacy_traces('../data/traces') WHERE file_error IS NULL;

-- ---- order, rows, aggregates ----

-- In the order of the names; one row per file.
SELECT path FROM legacy_traces('../data/traces') LIMIT 3 OFFSET 17;
SELECT count(*), count(trace_id), count(file_error), count(DISTINCT path), count(DISTINCT rowid), min(rowid) > 0 FROM legacy_traces('../data/traces');
SELECT component, model, count(*), count(error), sum(blocked), sum(prompt_tokens), sum(completion_tokens), round(avg(latency_ms), 3),
  round(avg(combined_reward), 6), round(sum(reward), 3)
FROM legacy_traces('../data/traces') WHERE file_error IS NULL GROUP BY component, model ORDER BY component, model;

-- ---- days ----

.mode csv
WITH t(what, n, first, last) AS (
  SELECT '=', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = '2024-12-01'
  UNION ALL SELECT '<', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day < '2024-12-02'
  UNION ALL SELECT '< first', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day < '2024-12-01'
  UNION ALL SELECT '<=', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day <= '2024-12-01'
  UNION ALL SELECT '>', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > '2024-12-01'
  UNION ALL SELECT '> last', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > '2024-12-02'
  UNION ALL SELECT '>=', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day >= '2024-12-02'
  UNION ALL SELECT 'BETWEEN', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day BETWEEN '2024-12-01' AND '2024-12-02'
  UNION ALL SELECT 'BETWEEN, reversed', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day BETWEEN '2024-12-02' AND '2024-12-01'
  UNION ALL SELECT 'a value turned round', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE '2024-12-01' < day
  UNION ALL SELECT '> and <', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > '2024-12-01' AND day < '2024-12-02'
  UNION ALL SELECT '> and >=', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > '2024-12-01' AND day >= '2024-12-01'
  UNION ALL SELECT '= twice', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = '2024-12-01' AND day = '2024-12-02'
  UNION ALL SELECT 'IN', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day IN ('2024-12-02', '2024-12-24', NULL)
  UNION ALL SELECT 'IN a query', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day IN (SELECT '2024-12-01' UNION SELECT 5)
  UNION ALL SELECT 'NOT IN', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day NOT IN ('2024-12-02')
  UNION ALL SELECT 'OR', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = '2024-12-01' OR day = '2024-12-02'
  UNION ALL SELECT 'OR another column', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = '2024-12-01' OR blocked
  UNION ALL SELECT '<>', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day <> '2024-12-01'
  UNION ALL SELECT 'LIKE', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day LIKE '2024-12-%2'
  UNION ALL SELECT 'GLOB', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day GLOB '2024-12-*1'
  UNION ALL SELECT 'IS', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day IS '2024-12-01'
  UNION ALL SELECT 'IS NULL', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day IS NULL
  UNION ALL SELECT 'IS NOT NULL', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day IS NOT NULL
  UNION ALL SELECT '= NULL', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = NULL
  UNION ALL SELECT '>= NULL', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day >= NULL
  UNION ALL SELECT 'BETWEEN NULL', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day BETWEEN NULL AND '2024-12-02'
  UNION ALL SELECT '= 20241201', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = 20241201
  UNION ALL SELECT '> 20241201', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > 20241201
  UNION ALL SELECT '< 20241201', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day < 20241201
  UNION ALL SELECT '< a blob', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day < x'00'
  UNION ALL SELECT '> a blob', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > x'00'
  UNION ALL SELECT '= a longer text', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = '2024-12-01 '
  UNION ALL SELECT '> a shorter text', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > '2024-12'
  UNION ALL SELECT '> ''''', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day > ''
  UNION ALL SELECT 'the default bounds', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day BETWEEN '' AND '9999'
  UNION ALL SELECT 'RTRIM', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day = '2024-12-01  ' COLLATE RTRIM
  UNION ALL SELECT 'NOCASE', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE day COLLATE NOCASE >= '2024-12-02'
  UNION ALL SELECT 'an expression', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE date(day, '+1 day') = '2024-12-02'
  UNION ALL SELECT 'a row value', count(*), min(day), max(day) FROM legacy_traces('../data/traces') WHERE (day, component) >= ('2024-12-02', 'T')
)
SELECT * FROM t;
-- By a column of another table, which is read first.
WITH days(day) AS (VALUES ('2024-12-02'), ('2024-12-03'), (NULL))
SELECT days.day, count(*) FROM days JOIN legacy_traces('../data/traces') AS f ON f.day = days.day GROUP BY days.day;
-- From either side of a join.
SELECT count(*) FROM (SELECT '2024-12-02' AS day) AS d LEFT JOIN legacy_traces('../data/traces') AS f ON f.day > d.day;
SELECT count(*), count(d.day) FROM legacy_traces('../data/traces') AS f LEFT JOIN (SELECT '2024-12-02' AS day) AS d ON f.day = d.day;

-- ---- as a table among others ----

-- LIMIT, OFFSET, ORDER BY.
SELECT trace_id FROM legacy_traces('../data/traces') LIMIT 2;
SELECT trace_id FROM legacy_traces('../data/traces') LIMIT 1 OFFSET 35;
SELECT trace_id FROM legacy_traces('../data/traces') LIMIT 0;
SELECT trace_id, latency_ms FROM legacy_traces('../data/traces') ORDER BY latency_ms DESC LIMIT 2;
-- With itself: each prompt's planner and its answer, and the same cursor begun again for each row.
SELECT count(*) FROM legacy_traces('../data/traces') AS a JOIN legacy_traces('../data/traces') AS b USING (path);
SELECT count(*) FROM legacy_traces('../data/traces') AS a, legacy_traces('../data/traces') AS b WHERE a.day = b.day AND a.component < b.component;
SELECT a.trace_id, b.trace_id FROM legacy_traces('../data/traces') AS a JOIN legacy_traces('../data/traces') AS b
ON b.day = a.day AND b.component = 'TherapyTool' AND substr(b.trace_id, 13, 13) = substr(a.trace_id, 17, 13)
WHERE a.component = 'MasterResponder' ORDER BY 1;
-- Correlated, and in an EXISTS.
SELECT trace_id, (SELECT count(*) FROM legacy_traces('../data/traces') AS b WHERE b.model = a.model AND b.day = a.day)
FROM legacy_traces('../data/traces') AS a WHERE error IS NOT NULL;
SELECT EXISTS (SELECT 1 FROM legacy_traces('../data/traces') WHERE blocked), EXISTS (SELECT 1 FROM legacy_traces('../data/traces') WHERE day = '2024-12-24');
-- The folder from a column; two folders at once.
WITH dirs(dir) AS (VALUES ('../data/traces/20241201'), ('../data/traces/20241202')) SELECT dir, count(*) FROM dirs, legacy_traces(dir) GROUP BY dir;
SELECT count(*) FROM legacy_traces WHERE directory = '../data/traces';
SELECT directory, count(*) FROM legacy_traces WHERE directory IN ('../data/traces', '../data/traces/20241201') GROUP BY 1;
-- SQLite tells by the rowids which rows of the one side of an OR it has had on the other: each folder, and
-- each way to read it, has its own; the same twice is the same.
.shell cp -R ../data/traces twin
SELECT directory, count(*), count(DISTINCT rowid) FROM legacy_traces
WHERE directory = '../data/traces' OR directory = 'twin' GROUP BY 1;
SELECT directory, count(*) FROM legacy_traces WHERE directory IN ('../data/traces', 'twin') GROUP BY 1;
SELECT directory, count(*) FROM legacy_traces
WHERE (directory = 'twin' AND day = '2024-12-02') OR directory = '../data/traces' OR (directory = 'twin' AND day > '2024-12-01') GROUP BY 1;
SELECT directory, count(*) FROM legacy_traces WHERE directory = 'twin' OR directory = 'twin/20241201' OR directory = 'twin' GROUP BY 1;
SELECT session_key, count(*), count(session_id) FROM legacy_traces
WHERE directory = 'twin' AND (session_key = 'trace_id' OR session_key = 'component') GROUP BY 1;
SELECT count(*), count(DISTINCT rowid) FROM (SELECT rowid FROM legacy_traces('../data/traces') UNION ALL SELECT rowid FROM legacy_traces('twin'));
-- Two folders for one table are none.
SELECT count(*) FROM legacy_traces('../data/traces') WHERE directory = '../data/traces/20241201';
-- Windows over it.
SELECT DISTINCT component, first_value(trace_id) OVER (PARTITION BY component ORDER BY latency_ms DESC) FROM legacy_traces('../data/traces') WHERE file_error IS NULL;

-- ---- one day's folder ----

SELECT count(*), min(day), max(day), min(path), max(path) FROM legacy_traces('../data/traces/20241202');
SELECT count(*), substr(min(root), -7) FROM legacy_traces('../data/traces/20241202/');
SELECT count(*) FROM legacy_traces('../data/traces/20241202') WHERE day = '2024-12-01';
SELECT count(*) FROM legacy_traces('../data/traces/20241202') WHERE day >= '2024-12-01';
-- The trace across midnight lies in the folder of its end.
SELECT day, timestamp_start, timestamp_end FROM legacy_traces('../data/traces') WHERE substr(timestamp_start, 1, 10) <> substr(timestamp_end, 1, 10);

-- ---- a folder of other things ----

.shell ./odd_tree.sh
SELECT typeof(path), path, day, file_state, file_error, trace_id, note FROM legacy_traces('odd');
SELECT trace_id, component, day, timestamp_end, model, latency_ms, blocked, reward, reward_safety, round(reward_empathy, 6),
  round(combined_reward, 6), response_text, unknown_shape, note
FROM legacy_traces('odd') WHERE trace_id IN ('nan', 'thrice', 'types', 'shape', 'none');
-- A constraint on the day leaves out what lies in no day's folder; a file that is no trace has the day
-- of its folder.
SELECT path, file_error FROM legacy_traces('odd') WHERE day = '2024-12-06' AND file_error LIKE 'e%';
SELECT count(*), count(day) FROM legacy_traces('odd') WHERE day >= '';
-- Of what is no file there is no document; bytes that are no UTF-8 are a blob, so that they come back.
SELECT path, typeof(document), CASE WHEN document IS NOT NULL THEN size END
FROM legacy_traces('odd') WHERE file_error IS NOT NULL AND day = '2024-12-06';

-- ---- where it cannot be used ----

SELECT * FROM legacy_traces('no/such/folder');
SELECT * FROM legacy_traces('../data/make_traces.py');
SELECT * FROM legacy_traces('');
SELECT * FROM legacy_traces(NULL);
SELECT * FROM legacy_traces;
SELECT * FROM legacy_traces();
INSERT INTO legacy_traces (trace_id) VALUES ('a');
DELETE FROM legacy_traces WHERE directory = '../data/traces';
CREATE VIRTUAL TABLE mine USING legacy_traces;

-- combined_reward(document) may take the row's score, which the threads have made already: only for
-- that very document, also where two cursors hand theirs out in turn.
SELECT count(*), sum(combined_reward(document) IS combined_reward), sum(combined_reward(replace(document, 'a', 'e')) IS combined_reward),
  sum(combined_reward(document) IS NULL) = sum(file_error IS NOT NULL)
FROM legacy_traces('../data/traces');
SELECT count(*), sum(combined_reward(a.document) IS (SELECT combined_reward FROM legacy_traces('../data/traces') AS c WHERE c.path = a.path)),
  sum(combined_reward(b.document) IS (SELECT combined_reward FROM legacy_traces('../data/traces') AS d WHERE d.path = b.path))
FROM (SELECT path, document FROM legacy_traces('../data/traces') LIMIT 5 OFFSET 10) AS a, (SELECT path, document FROM legacy_traces('../data/traces') LIMIT 4) AS b;
SELECT sum(combined_reward(a.document) IS combined_reward(b.document)), sum(combined_reward(a.document) IS a.combined_reward), sum(combined_reward(b.document) IS b.combined_reward)
FROM legacy_traces('../data/traces') AS a, legacy_traces('../data/traces') AS b WHERE a.day = '2024-12-01' AND b.day = '2024-12-02';

-- A TEMP view may use it. One stored in the file may not, whoever trusts it: it would read files for
-- whoever sent it.
CREATE TEMP VIEW old AS SELECT * FROM legacy_traces('../data/traces');
SELECT count(*), round(avg(combined_reward), 6) FROM old WHERE day = '2024-12-01';
SELECT count(*) FROM old JOIN old AS again USING (trace_id);
CREATE VIEW stored AS SELECT trace_id FROM legacy_traces('../data/traces');
SELECT * FROM stored;
PRAGMA trusted_schema = ON;
SELECT count(*) FROM stored;
CREATE TABLE calls (a);
CREATE TRIGGER peek AFTER INSERT ON calls BEGIN SELECT count(*) FROM legacy_traces('../data/traces'); END;
INSERT INTO calls VALUES (1);
SELECT count(*) FROM calls;
