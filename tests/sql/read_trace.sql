-- read_trace(document): one document as a row of `traces`.
.nullvalue NULL

SELECT group_concat(name, ', ') FROM pragma_table_xinfo('read_trace') WHERE NOT hidden;
SELECT group_concat(name, ', ') FROM pragma_table_xinfo('read_trace') WHERE hidden;

-- Every column, of a document whose keys come in another order, with escapes, and more than is known.
.mode line
SELECT id, trace_id, component, day, timestamp_start, timestamp_end, session_id, user_id, model, latency_ms, prompt_tokens, completion_tokens,
  finish_reason, blocked, error_class, reward, reward_safety, round(reward_empathy, 6) AS reward_empathy, reward_length, reward_latency,
  round(combined_reward, 6) AS combined_reward, scorer_id, prompt_id, document_id, sample_weight, error, response_text, file_error,
  length(document) AS document_length, dictionary, session_key, user_key, prompt, metadata, response, hex(document_hash) AS document_hash,
  hex(packed) = hex(pack(document, NULL)) AS packed_as_pack_does, note, credentials, unknown_shape
FROM read_trace('{"reward": 0.25, "latency_ms": 1e3, "timestamp_end": "2024-12-06T10:00:01", "response": {"usage": {"completion_tokens": 7,
 "prompt_tokens": 12}, "model": "of the reply", "choices": [{"finish_reason": "length", "message": {"content": "It makes\nsense"}}]},
 "prompt": "Say \u201chello\u201d", "timestamp_start": "2024-12-05T23:59:59", "extra": [1, {"trace_id": "inner"}],
 "metadata": {"session_id": "s\u00fc\u00df", "user_id": 42, "temperature": 0}, "component": "Ev\/en \"odd\"", "trace_id": "t\u00e4g"}');
.mode list

-- Where the model stands: the metadata's word goes before the reply's.
SELECT model FROM read_trace('{"trace_id": "a", "metadata": {"model": "asked"}, "response": {"model": "answered", "choices": []}}');
SELECT model FROM read_trace('{"trace_id": "a", "response": {"modelVersion": "answered", "candidates": [{"finishReason": "STOP"}]}}');
-- Why it ended.
WITH words(word) AS (VALUES ('stop'), ('STOP'), ('length'), ('MAX_TOKENS'), ('tool_calls'), ('function_call'), ('content_filter'), ('SAFETY'), ('RECITATION'), ('Other'), (''))
SELECT word, finish_reason, blocked FROM words, read_trace(json_object('trace_id', 'a', 'response', json_object('choices', json_array(json_object('message', json_object('content', 'x'), 'finish_reason', word)))));
-- What kind of error, and its key masked.
WITH errors(message) AS (VALUES ('Read timed out. (read timeout=30)'), ('429 Client Error: Too Many Requests for url: https://x/?key=made-up-key-0123456789'),
  ('503 Server Error: Service Unavailable'), ('401 Client Error: Unauthorized; Bearer made-up-0123456789abcdef'), ('400 Bad Request: maximum context length is 8192'),
  ('400: the response was filtered by content_filter'), ('Connection aborted'), ('something else'), (''))
SELECT error_class, error, credentials FROM errors, read_trace(json_object('trace_id', 'a', 'response', json_object('error', message)));
SELECT error_class, error FROM read_trace('{"trace_id": "a", "response": {"error": {"message": "slow down", "code": 429}}}');
SELECT error_class, error, response_text, blocked, unknown_shape FROM read_trace('{"trace_id": "a", "response": {"error": null}}');
-- The day is the date of timestamp_end, when it begins with one.
WITH ends(timestamp_end) AS (VALUES ('2024-12-06T10:00:00'), ('2024-12-06'), ('2024-12-06 10:00:00+02:00'), ('20241206'), ('6.12.2024'), (''), (1733479200), (NULL))
SELECT e.timestamp_end, day, r.timestamp_end FROM ends AS e, read_trace(json_object('trace_id', 'a', 'timestamp_end', e.timestamp_end)) AS r;
-- Keys for session and user.
SELECT session_id, user_id FROM read_trace('{"trace_id": "a", "conversation": {"id": "c1"}, "who": 7, "metadata": {"session_id": "not this"}}', NULL, 'conversation.id', 'who');
SELECT session_id, user_id FROM read_trace('{"trace_id": "a", "metadata": {"session_id": "this", "user_id": null}}', NULL, NULL, NULL);
SELECT session_id, user_id FROM read_trace('{"trace_id": "a", "metadata": {"session_id": ""}}', NULL, 'metadata.session_id.deeper', '');
-- With a dictionary.
SELECT unpack(packed, dictionary) FROM read_trace('{"trace_id": "abc"}', x'7b2274726163655f6964223a2022');
-- Latency and reward of other types; what is not finite is noted.
WITH t(v) AS (VALUES ('12.5'), ('-1'), ('true'), ('"12"'), ('null'), ('NaN'), ('1e999'), ('[1]'))
SELECT v, latency_ms, reward, note FROM t, read_trace('{"trace_id": "a", "latency_ms": ' || v || ', "reward": ' || v || '}');
-- A response of no known shape is noted, beside what else is odd.
WITH t(v) AS (VALUES ('{"says": 1}'), ('[]'), ('17'), ('"words"'), ('null'), ('{"error": 500}'), ('{"error": true}'), ('{"error": false}'), ('{"says": 1}, "latency_ms": NaN, "reward": 1, "reward": 2'))
SELECT v, error, error_class, unknown_shape, note FROM t, read_trace('{"trace_id": "a", "response": ' || v || '}');
-- Tokens that are no counts.
WITH t(v) AS (VALUES ('5'), ('5.0'), ('0'), ('-5'), ('"5"'), ('null'), ('1e300'))
SELECT v, prompt_tokens, typeof(prompt_tokens) FROM t, read_trace('{"trace_id": "a", "response": {"model": "m", "choices": [], "usage": {"prompt_tokens": ' || v || '}}}');
-- Prompt, metadata and response: a string as its words, null as NULL, anything else as its JSON.
WITH t(v) AS (VALUES ('"a \"b\""'), ('null'), ('[1, 2]'), ('{"a": 1}'), ('1.50'), ('true'), ('""'))
SELECT v, quote(prompt), quote(metadata), quote(response)
FROM t, read_trace('{"trace_id": "a", "prompt": ' || v || ', "metadata": ' || v || ', "response": ' || v || '}');

-- What is no trace says why, and has nothing else but its bytes.
WITH t(document) AS (VALUES (NULL), (''), ('Hello'), ('{}'), ('[]'), ('{"trace_id": ""}'), ('{"trace_id": 1}'), ('{"trace_id": "a"'), ('{"trace_id": "a",}'), ('{"trace_id": "a"} '), ('{"trace_id": "a"}}'), (17), (x'7b7d'), (x'ff'))
SELECT quote(t.document), trace_id, file_error, blocked, sample_weight, typeof(packed) FROM t, read_trace(t.document);
-- A blob is read as text.
SELECT trace_id, typeof(document) FROM read_trace(CAST('{"trace_id": "a"}' AS BLOB));
-- Many of them, one after the other; without an argument there is nothing to read.
WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 1000)
SELECT count(*), count(DISTINCT trace_id), max(latency_ms) FROM t, read_trace('{"trace_id": "t' || i || '", "latency_ms": ' || i || '}');
SELECT count(*) FROM read_trace;
SELECT count(*) FROM read_trace() WHERE session_key = 'a';
-- An argument named twice holds twice.
SELECT trace_id, document FROM read_trace('{"trace_id": "a"}') WHERE document IN ('{"trace_id": "b"}', '{"trace_id": "a"}');
SELECT count(*) FROM read_trace('{"trace_id": "a"}') WHERE document = '{"trace_id": "b"}';
SELECT session_key, user_key, user_id FROM read_trace('{"trace_id": "a", "who": 7}') WHERE user_key = 'who';
SELECT count(*) FROM read_trace('{"trace_id": "a"}') WHERE trace_id = 'a' OR component = 'b';
-- It reads nothing but its argument, so a stored view may use it.
PRAGMA trusted_schema = OFF;
CREATE TABLE d (document);
INSERT INTO d VALUES ('{"trace_id": "a"}');
CREATE VIEW v AS SELECT r.trace_id FROM d, read_trace(d.document) AS r;
SELECT * FROM v;
