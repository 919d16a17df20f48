-- lightning_take_in(): what waits in the inbox becomes traces.
.nullvalue NULL
.read ../../sql/schema.sql
.read ../../sql/migrations/0002-policies.sql
PRAGMA user_version = 2;
PRAGMA foreign_keys = ON;
.dbconfig defensive on
.dbconfig trusted_schema off

-- Nothing waits.
SELECT lightning_take_in();

-- Traces leave the inbox, as text or as blobs; all that is derived is there.
INSERT INTO inbox (document) VALUES
  ('{"trace_id": "one", "component": "C", "prompt": "Well?", "metadata": {"model": "m", "session_id": "s"}, "timestamp_end": "2024-12-06T10:00:00",
    "response": {"choices": [{"message": {"content": "That sounds difficult."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
    "latency_ms": 12, "reward": 0.5}'),
  (CAST('{"trace_id": "two", "timestamp_end": "2024-12-07T00:00:00", "response": {"error": "401: Bearer made-up-0123456789abcdef"}}' AS BLOB));
SELECT lightning_take_in();
.mode line
SELECT *, round(combined_reward, 6) AS rounded, quote(trace_document(trace_id)) AS document, trace_prompt(trace_id) AS prompt FROM traces;
.mode list
SELECT d.id, d.size, d.dictionary_id, hex(d.hash) FROM documents AS d ORDER BY id;
SELECT name, version = lightning_version(), hash = lightning_scorer() FROM scorers;
SELECT count(*) FROM inbox;

-- The same again, whether text or blob, is a duplicate and may go; other bytes are a conflict and stay.
INSERT INTO inbox (document) SELECT trace_document(trace_id) FROM traces;
INSERT INTO inbox (document) SELECT CAST(trace_document('one') AS BLOB);
INSERT INTO inbox (document) VALUES ('{"trace_id": "one", "timestamp_end": "2024-12-06T10:00:00"}');
SELECT lightning_take_in();
SELECT id, document, reason FROM inbox;
SELECT count(*), (SELECT count(*) FROM documents) FROM traces;
-- What has a reason is not tried again, until somebody takes the reason away.
SELECT lightning_take_in();
UPDATE inbox SET document = '{"trace_id": "three", "timestamp_end": "2024-12-06T10:00:00"}', reason = NULL;
SELECT lightning_take_in(), (SELECT count(*) FROM inbox);

-- What is no trace stays with its reason, and keeps nothing behind it waiting.
INSERT INTO inbox (document) VALUES ('Hello'), ('{"trace_id": "cut'), (''), (x''), (x'ff'), ('{}'), ('{"trace_id": "four", "timestamp_end": "2024-12-06"}');
SELECT lightning_take_in();
SELECT quote(document), reason FROM inbox;
DELETE FROM inbox;

-- A trace without a date belongs to the day on which it was received; one that was received on no day
-- stays; one with a date of its own does not mind.
INSERT INTO inbox (document, received_at) VALUES
  ('{"trace_id": "leap", "timestamp_end": "2023-02-29T10:00:00"}', '2024-02-29T09:00:00.000Z'), ('{"trace_id": "never", "timestamp_end": "9999-99-99"}', '2024-13-01'),
  ('{"trace_id": "year 0", "timestamp_end": "0000-01-01"}', '9999-99-99'),
  ('{"trace_id": "five"}', '2024-12-08T09:00:00.000Z'), ('{"trace_id": "six"}', 'yesterday'), ('{"trace_id": "seven"}', ''),
  ('{"trace_id": "eight", "timestamp_end": "2024-12-06"}', 'yesterday'), ('{"trace_id": "nine"}', '2024-12-09');
SELECT lightning_take_in();
SELECT trace_id, day FROM traces WHERE id > 4;
SELECT document, reason FROM inbox;
DELETE FROM inbox;

-- Documents are packed with the file's newest dictionary.
INSERT INTO dictionaries (bytes) VALUES (x'7b2274726163655f6964223a20'), (x'7b2274726163655f6964223a2022');
INSERT INTO inbox (document) VALUES ('{"trace_id": "packed", "timestamp_end": "2024-12-06"}');
SELECT lightning_take_in();
SELECT d.dictionary_id, trace_document(trace_id) FROM traces AS t JOIN documents AS d ON d.id = document_id WHERE trace_id = 'packed';

-- More than one batch, in their order; the ones that stay are no hindrance.
WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 1700)
INSERT INTO inbox (document)
SELECT CASE WHEN i % 10 = 0 THEN 'no trace' ELSE '{"trace_id": "many' || i || '", "timestamp_end": "2024-12-10", "latency_ms": ' || i || '}' END FROM t;
SELECT lightning_take_in();
SELECT count(*), min(latency_ms), max(latency_ms), count(DISTINCT document_id), sum(latency_ms = document_value(trace_document(trace_id), '$.latency_ms'))
FROM traces WHERE day = '2024-12-10';
SELECT count(*), count(DISTINCT reason), min(reason) FROM inbox;
SELECT count(*) FROM (SELECT latency_ms, lag(latency_ms) OVER (ORDER BY id) AS before FROM traces WHERE day = '2024-12-10') WHERE before >= latency_ms;
DELETE FROM inbox;

-- Not inside a transaction, since each batch is one.
INSERT INTO inbox (document) VALUES ('{"trace_id": "later", "timestamp_end": "2024-12-06"}');
BEGIN;
SELECT lightning_take_in();
SELECT count(*) FROM inbox;
COMMIT;
-- It writes, so a statement that writes is none to call it in, nor is anything stored.
CREATE TABLE taken (n);
INSERT INTO taken SELECT lightning_take_in();
SELECT * FROM taken;
CREATE VIEW take AS SELECT lightning_take_in() AS n;
SELECT * FROM take;
SELECT count(*) FROM inbox;
SELECT lightning_take_in();
SELECT lightning_take_in(1);
-- While somebody reads.
INSERT INTO inbox (document) VALUES ('{"trace_id": "latest", "timestamp_end": "2024-12-06"}');
SELECT trace_id, lightning_take_in() FROM traces WHERE id <= 2 ORDER BY id;

PRAGMA foreign_key_check;
PRAGMA integrity_check;
