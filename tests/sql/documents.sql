-- The originals: packing them, and getting them or parts of them back.
.nullvalue NULL

-- What they are registered as: 2048 is deterministic, 524288 direct only, 2097152 innocuous.
SELECT name, narg, type, flags & 2048, flags & 524288, flags & 2097152
FROM pragma_function_list
WHERE (name IN ('pack', 'stored_document', 'unpack', 'train_dictionary') OR name LIKE 'document\_%' ESCAPE '\' OR name LIKE 'trace\_%' ESCAPE '\')
  AND NOT builtin
ORDER BY name;

-- ---- pack and unpack ----

-- Without a dictionary: what comes back, and as what. Bytes that are no UTF-8 come back as a blob.
WITH t(document) AS (VALUES ('{"a": 1}'), (''), (x''), (x'7b7d'), (x'ff00fe'), ('a' || char(0) || 'b'), ('Ü💛'), (12), (1.5))
SELECT quote(document), quote(unpack(pack(document, NULL), NULL)) FROM t;
SELECT quote(pack(NULL, NULL)), quote(unpack(NULL, NULL)), quote(unpack(NULL, x'00'));
SELECT length(CAST(unpack(pack(zeroblob(3000000), NULL), NULL) AS BLOB));
-- An empty dictionary is none.
SELECT unpack(pack('abc', x''), NULL), unpack(pack('abc', NULL), x'');

-- With one, made of documents like them: the same back, and smaller.
CREATE TABLE samples (document TEXT);
WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 500)
INSERT INTO samples SELECT json_object('trace_id', 'Sample_' || i, 'component', 'MasterResponder', 'seed', hex(i * 7919 % 65536),
  'metadata', json_object('model', 'llama-3.1-8b-instant', 'max_tokens', 150, 'temperature', 0.7),
  'response', json_object('id', 'chatcmpl-' || hex(i * 104729), 'object', 'chat.completion', 'finish_reason', 'stop'))
FROM t;
CREATE TABLE dictionary AS SELECT train_dictionary(document) AS bytes FROM samples;
SELECT typeof(bytes), hex(substr(bytes, 1, 4)) FROM dictionary;
SELECT count(*), sum(unpack(pack(document, bytes), bytes) = document), sum(length(pack(document, bytes)) < length(pack(document, NULL)))
FROM samples, dictionary;
-- The same samples give the same dictionary; too few, or none, give NULL; NULLs do not count.
SELECT count(*) FROM dictionary WHERE bytes = (SELECT train_dictionary(document) FROM samples);
SELECT quote(train_dictionary(document)) FROM (SELECT document FROM samples LIMIT 3);
SELECT quote(train_dictionary(document)) FROM samples WHERE 0;
SELECT quote(train_dictionary(NULL)) FROM samples;
-- A size may be asked for; there must be room for zstd's tables.
SELECT length(train_dictionary(document, 2000)) BETWEEN 1000 AND 2000, length(train_dictionary(document)) > 2000,
  quote(train_dictionary(document, 100)), quote(train_dictionary(document, -1)), quote(train_dictionary(document, NULL))
FROM samples;
-- Any bytes may serve as a dictionary.
SELECT unpack(pack('some words, some words', x'736f6d6520776f726473'), x'736f6d6520776f726473');

-- With the wrong dictionary, or none.
SELECT unpack(pack(document, bytes), NULL) FROM samples, dictionary LIMIT 1;
SELECT unpack(pack(document, bytes), x'0102030405060708') FROM samples, dictionary LIMIT 1;

-- Forged bytes: none, no frame, a frame cut short, one that says it is huge, one that does not say its
-- size, one that lies about it, one that is followed by others.
SELECT unpack(x'', NULL);
SELECT unpack(x'00', NULL);
SELECT unpack(CAST('{"trace_id": "a"}' AS BLOB), NULL);
SELECT unpack(substr(pack('{"trace_id": "a"}', NULL), 1, 12), NULL);
SELECT unpack(x'28b52ffde00000000000000040010000', NULL);
SELECT unpack(x'28b52ffd0458110000616263', NULL);
SELECT unpack(x'28b52ffda0ffffff3f010000', NULL);
SELECT quote(unpack(CAST(pack('abc', NULL) || x'00' AS BLOB), NULL));
SELECT quote(unpack(CAST(pack('abc', NULL) || pack('def', NULL) AS BLOB), NULL));
-- Wrong types.
SELECT unpack('abc', NULL);
SELECT unpack(7, NULL);
SELECT unpack(x'00', 'abc');
SELECT unpack(x'00', 7);
SELECT pack('abc', 'abc');
SELECT pack('abc');

-- document_hash: XXH3-128 of the bytes; of '' it is the published 99aa06d3…
SELECT hex(document_hash('')), hex(document_hash(x'')), quote(document_hash(NULL));
SELECT hex(document_hash('abc')), hex(document_hash(x'616263'));

-- ---- document_value and document_type ----

CREATE TABLE d AS SELECT '{"a": {"b": [10, {"c": "x"}, [true, false, null]]}, "": "no name", "k.with[odd": 5, "text": "\u00dc \"q\" \ud83d\udc9b \ud83d",
  "int": 9223372036854775807, "big": 9223372036854775808, "minus": -0, "real": 1.0, "exp": 1e3, "huge": 1e999, "nan": NaN, "inf": -Infinity,
  "twice": 1, "esc\u0061ped": "found", "twice": 2}' AS j;
WITH paths(path) AS (VALUES ('$.a.b[0]'), ('$.a.b[1].c'), ('$.a.b[2]'), ('$.a.b[2][0]'), ('$.a.b[2][1]'), ('$.a.b[2][2]'), ('$.a.b[3]'),
  ('$.a.b[0].c'), ('$.a.b.c'), ('$.a[0]'), ('$.none'), ('$."k.with[odd"'), ('$.text'), ('$.int'), ('$.big'), ('$.minus'), ('$.real'), ('$.exp'),
  ('$.huge'), ('$.nan'), ('$.inf'), ('$.twice'), ('$.escaped'), ('$.a'), ('$.a.b[18446744073709551615]'))
SELECT path, quote(document_value(j, path)), quote(document_type(j, path)) FROM d, paths;
-- The whole of it.
SELECT document_value('[1, 2]', '$'), document_value('"a"', '$'), document_value(' 7 ', '$'), document_type(' 7 ', '$'), quote(document_value('null', '$'));
SELECT quote(document_value(NULL, '$')), quote(document_type('{}', NULL)), quote(document_value(x'7b2261223a317d', '$.a'));
-- Malformed paths.
SELECT document_value('{}', '');
SELECT document_value('{}', 'a');
SELECT document_value('{}', '$a');
SELECT document_value('{}', '$.');
SELECT document_value('{}', '$..a');
SELECT document_value('{}', '$."a');
SELECT document_value('{}', '$.a[');
SELECT document_value('{}', '$[-1]');
SELECT document_value('{}', '$[1');
SELECT document_value('{}', '$[99999999999999999999]');
SELECT document_type('{}', '$[a]');
-- What is no JSON says where.
SELECT document_value('{"a": 1', '$.a');
SELECT document_value('{"a": 1} 2', '$.a');
SELECT document_type('', '$');
SELECT document_type('Hello', '$');

-- ---- stored documents ----

-- A file without such tables.
SELECT trace_document('a');
.read ../../sql/schema.sql
INSERT INTO dictionaries (id, bytes) SELECT 1, bytes FROM dictionary;
CREATE TABLE new (id INTEGER PRIMARY KEY, document);
INSERT INTO new (document) VALUES
  ('{"trace_id": "plain", "prompt": "Say \u201chello\u201d.\nNow.", "response": {"choices": [{"message": {"content": "Hello"}}]}}'),
  ('{"trace_id": "messages", "prompt": [{"role": "user", "content": "Hi"}], "response": "Hello \"you\""}'),
  ('{"trace_id": "failed", "prompt": "", "response": {"error": "x"}, "prompt": "again"}'),
  ('{"trace_id": "nulls", "prompt": null, "response": null}'),
  ('{"trace_id": "bare"}'),
  ('{"trace_id": "numbers", "prompt": 1.50, "response": true}');
INSERT INTO documents (id, hash, dictionary_id, size, bytes)
SELECT new.id, document_hash(document), CASE WHEN new.id % 2 THEN 1 END, length(CAST(document AS BLOB)),
  pack(document, CASE WHEN new.id % 2 THEN bytes END)
FROM new, dictionary;
INSERT INTO traces (id, trace_id, day, document_id) SELECT id, document_value(document, '$.trace_id'), '2024-12-06', id FROM new;
INSERT INTO traces (trace_id, day) VALUES ('no document', '2024-12-06');

SELECT t.trace_id, trace_document(t.trace_id) = document, quote(trace_prompt(t.trace_id)), quote(trace_response(t.trace_id))
FROM traces AS t JOIN new USING (id) ORDER BY id;
-- By the primitive.
SELECT t.trace_id, unpack(d.bytes, y.bytes) = document, d.size, hex(d.hash) = hex(document_hash(document))
FROM traces AS t JOIN documents AS d ON d.id = t.document_id LEFT JOIN dictionaries AS y ON y.id = d.dictionary_id JOIN new ON new.id = t.id
ORDER BY t.id;
-- What is not there.
SELECT count(*), sum(stored_document(d.id) = trace_document(t.trace_id)), count(DISTINCT d.dictionary_id)
FROM traces AS t JOIN documents AS d ON d.id = t.document_id WHERE t.trace_id <> 'damaged';
SELECT quote(stored_document(-1)), quote(stored_document(NULL)), quote(stored_document('x'));
SELECT quote(trace_document('no document')), quote(trace_prompt('no document')), quote(trace_document('nobody')),
  quote(trace_response(NULL)), quote(trace_document(7));
-- Stored bytes that are damaged.
UPDATE documents SET bytes = x'00' WHERE id = 2;
SELECT trace_document('messages');
SELECT trace_prompt('messages');
UPDATE documents SET dictionary_id = NULL WHERE id = 1;
SELECT trace_response('plain');
-- Read tables, so nothing stored may call them; a TEMP view may.
CREATE VIEW stored AS SELECT trace_document(trace_id) FROM traces;
SELECT * FROM stored;
CREATE TEMP VIEW mine AS SELECT trace_response(trace_id) AS response FROM traces WHERE trace_id = 'failed';
SELECT * FROM mine;
-- They mean the main file, whatever lies in front of its tables.
CREATE TEMP TABLE traces (trace_id TEXT, document_id INTEGER);
INSERT INTO temp.traces VALUES ('hidden', 3);
SELECT trace_prompt('failed'), quote(trace_prompt('hidden'));
