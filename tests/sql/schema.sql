-- The file: what it refuses, and that any sqlite3 can use it. Beyond loading, nothing here needs the
-- extension but the last part.
.nullvalue NULL
.open made.db
.read ../../sql/schema.sql
PRAGMA application_id;
PRAGMA user_version;
PRAGMA journal_mode;
PRAGMA page_size;
PRAGMA encoding;
SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name;
-- All that is stored calls no function but SQLite's own.
SELECT f.name FROM (SELECT DISTINCT name FROM pragma_function_list WHERE NOT builtin) AS f JOIN sqlite_schema AS s ON s.sql LIKE '%' || f.name || '(%';
SELECT name FROM sqlite_schema WHERE sql LIKE '%legacy_traces%' OR sql LIKE '%read_trace%' OR sql LIKE '%strict%';

PRAGMA foreign_keys = ON;
.dbconfig defensive on
.dbconfig trusted_schema off
.dbconfig enable_trigger on

-- ---- traces ----

-- The least there is, with its defaults; the most there is.
INSERT INTO traces (trace_id, day) VALUES ('a', '2024-12-06');
.mode line
SELECT * FROM traces;
.mode list
INSERT INTO scorers (id, name, version, hash) VALUES (1, 'lightning', '0', 'x');
INSERT INTO prompts (id, template, hash) VALUES (1, 'Say {x}', 'h');
INSERT INTO documents (id, hash, size, bytes) VALUES (1, zeroblob(16), 2, x'00');
INSERT INTO traces (id, trace_id, component, day, timestamp_start, timestamp_end, session_id, user_id, model, latency_ms, prompt_tokens,
  completion_tokens, finish_reason, blocked, error_class, reward, reward_safety, reward_empathy, reward_length, reward_latency, combined_reward,
  scorer_id, prompt_id, document_id, sample_weight, error, response_text)
VALUES (2, 'b', 'C', '2024-12-07', 's', 'e', 'session', 'user', 'm', 1.5, 1, 2, 'stop', 1, 'other', -1.0, 1.0, 0.5, 0.6, 0.1, 0.62, 1, 1, 1, 10.0, 'error', '');
-- A whole number for a real is taken as one, and the other way round; so is a number in a text.
UPDATE traces SET latency_ms = 12, reward = '0.5', prompt_tokens = 3.0, completion_tokens = '4', combined_reward = 1, sample_weight = 2 WHERE id = 1;
SELECT quote(latency_ms), quote(reward), prompt_tokens, completion_tokens, quote(combined_reward), quote(sample_weight) FROM traces WHERE id = 1;
-- What each column refuses.
UPDATE traces SET trace_id = NULL WHERE id = 1;
UPDATE traces SET trace_id = '' WHERE id = 1;
UPDATE traces SET trace_id = x'61' WHERE id = 1;
UPDATE traces SET trace_id = 'b' WHERE id = 1;
UPDATE traces SET day = NULL WHERE id = 1;
UPDATE traces SET day = '20241206' WHERE id = 1;
UPDATE traces SET day = '2024-12-06T10:00:00' WHERE id = 1;
UPDATE traces SET day = x'323032342d31322d3036' WHERE id = 1;
UPDATE traces SET latency_ms = 'slow' WHERE id = 1;
UPDATE traces SET latency_ms = x'00' WHERE id = 1;
UPDATE traces SET prompt_tokens = 1.5 WHERE id = 1;
UPDATE traces SET prompt_tokens = 'many' WHERE id = 1;
UPDATE traces SET completion_tokens = x'00' WHERE id = 1;
UPDATE traces SET blocked = NULL WHERE id = 1;
UPDATE traces SET blocked = 2 WHERE id = 1;
UPDATE traces SET blocked = 'yes' WHERE id = 1;
UPDATE traces SET reward = 'good' WHERE id = 1;
UPDATE traces SET reward_safety = 'good' WHERE id = 1;
UPDATE traces SET reward_empathy = 'good' WHERE id = 1;
UPDATE traces SET reward_length = 'good' WHERE id = 1;
UPDATE traces SET reward_latency = 'good' WHERE id = 1;
UPDATE traces SET combined_reward = x'31' WHERE id = 1;
UPDATE traces SET sample_weight = NULL WHERE id = 1;
UPDATE traces SET sample_weight = 0 WHERE id = 1;
UPDATE traces SET sample_weight = -1 WHERE id = 1;
UPDATE traces SET sample_weight = 'heavy' WHERE id = 1;
INSERT INTO traces (id, trace_id, day) VALUES ('one', 'c', '2024-12-06');
-- An id with a NUL in it is one; a longer text too.
INSERT INTO traces (trace_id, day) VALUES (char(0), '2024-12-06'), (' ', '2024-12-06');
SELECT quote(trace_id), length(CAST(trace_id AS BLOB)) FROM traces WHERE id > 2;
DELETE FROM traces WHERE id > 2;

-- ---- what points at what ----

UPDATE traces SET scorer_id = 9 WHERE id = 1;
UPDATE traces SET prompt_id = 9 WHERE id = 1;
DELETE FROM scorers;
DELETE FROM prompts;
DELETE FROM documents;
-- A trace cannot come before its document.
INSERT INTO traces (trace_id, day, document_id) VALUES ('lost', '2024-12-06', 8);
UPDATE documents SET dictionary_id = 9;
INSERT INTO prompts (template, hash, superseded_by) VALUES ('Say {y}', 'i', 9);
INSERT INTO prompts (component, template, hash) VALUES ('C', 'Say', 'j'), ('C', 'Say it', 'j');
-- What goes with it.
INSERT INTO dictionaries (id, bytes) VALUES (1, x'00');
INSERT INTO dictionary_samples VALUES (1, 'a'), (1, 'b');
INSERT INTO dictionary_samples VALUES (2, 'a');
DELETE FROM dictionaries;
SELECT count(*) FROM dictionary_samples;
INSERT INTO trace_text VALUES (1, 'p', 'm', 'r');
INSERT INTO trace_text VALUES (99, 'p', 'm', 'r');
DELETE FROM traces WHERE id = 1;
SELECT count(*) FROM trace_text;

-- ---- the other tables ----

INSERT INTO dictionaries (bytes) VALUES ('text');
INSERT INTO documents (hash, size, bytes) VALUES (x'00', 0, x'');
INSERT INTO documents (hash, size, bytes) VALUES ('0123456789abcdef', 0, x'');
INSERT INTO documents (hash, size, bytes) VALUES (zeroblob(16), -1, x'');
INSERT INTO documents (hash, size, bytes) VALUES (zeroblob(16), 'big', x'');
INSERT INTO documents (hash, size, bytes) VALUES (zeroblob(16), 0, 'text');
INSERT INTO documents (hash, size, bytes) VALUES (zeroblob(16), 0, NULL);
INSERT INTO scorers (name, version, hash) VALUES ('lightning', '1', 'x');
INSERT INTO files (root, path, size, mtime, state, reason, document_id) VALUES ('/r', 'a.json', 1, 2, 'imported', NULL, 1), ('/r', x'ff2e6a736f6e', NULL, NULL, 'skipped', 'a FIFO', NULL);
INSERT INTO files (root, path, size, mtime, state, reason, document_id) VALUES ('/r', 'a.json', 1, 2, 'imported', NULL, 1);
INSERT INTO files (root, path, size, mtime, state, reason, document_id) VALUES ('/r', 7, 1, 2, 'imported', NULL, 1);
INSERT INTO files (root, path, size, mtime, state, reason, document_id) VALUES ('/r', 'b.json', 1, 2, 'lost', NULL, 1);
INSERT INTO files (root, path, size, mtime, state, reason, document_id) VALUES (NULL, 'b.json', 1, 2, 'imported', NULL, 1);
INSERT INTO feedback (trace_id, name, value, source) VALUES ('a', 'helpful', 1, 'me');
INSERT INTO feedback (trace_id, name, source) VALUES ('a', 'helpful', 'me');
INSERT INTO feedback (trace_id, name, value, source) VALUES ('a', 'helpful', 'yes', 'me');
SELECT trace_id, name, value, typeof(value), source, comment, typeof(created_at), length(created_at) FROM feedback;

-- The inbox takes any text or blob, and stamps it.
INSERT INTO inbox (document) VALUES ('{}'), (x'7b7d'), (''), ('no JSON');
INSERT INTO inbox (document) VALUES (NULL);
INSERT INTO inbox (document) VALUES (7);
INSERT INTO inbox (document) VALUES (1.5);
SELECT id, quote(document), received_at GLOB '2[0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9].[0-9][0-9][0-9]Z', reason FROM inbox;

-- ---- views ----

SELECT name FROM pragma_table_info('observations') EXCEPT SELECT name FROM pragma_table_info('traces') ORDER BY 1;
SELECT name FROM pragma_table_info('traces') EXCEPT SELECT name FROM pragma_table_info('observations');
SELECT trace_id, metric, prompt, document FROM observations;
-- The schema itself may not be written.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = 'x';
PRAGMA integrity_check;
PRAGMA foreign_key_check;
