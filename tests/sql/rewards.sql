-- response_text(), the rewards, and the combined reward.

-- What they are registered as: 2048 is deterministic, 2097152 innocuous. Scores are not deterministic:
-- a new lexicon must not corrupt an index.
SELECT name, narg, flags & 2048, flags & 2097152
FROM pragma_function_list
WHERE (name LIKE 'reward_%' OR name IN ('combined_reward', 'response_text')) AND NOT builtin
ORDER BY name, narg;
CREATE TABLE t (response TEXT);
CREATE INDEX by_score ON t (reward_empathy(response));
CREATE INDEX by_words ON t (length(response_text(response)));
.nullvalue NULL

-- response_text: an envelope gives its words.
SELECT response_text('{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}');
SELECT response_text('{"candidates":[{"content":{"parts":[{"text":"Good "},{"text":"day"}]}}]}');
-- Escapes are undone: a quote, a line, a pair of surrogates, one alone.
SELECT response_text('{"choices":[{"message":{"content":"\"a\"\nb \ud83d\udc9b \ud83d"}}]}');
-- An envelope without words: none at all, null, a filter's.
SELECT quote(response_text('{"choices":[{"message":{"content":""}}]}'));
SELECT quote(response_text('{"choices":[{"message":{"content":null}}]}'));
SELECT quote(response_text('{"candidates":[{"finishReason":"SAFETY"}]}'));
-- A failed call has no words.
SELECT quote(response_text('{"error":"Read timed out"}')), quote(response_text(NULL));
-- Anything else is the words themselves: plain text, JSON of no known shape, JSON that is broken.
SELECT response_text('Hello'), quote(response_text(''));
SELECT response_text('{"tools": ["MemoryTool"], "then": "MasterResponder"}');
SELECT response_text('["a", "b"]'), response_text('"Hello"'), response_text('null'), response_text('17');
SELECT response_text('{"choices":[{"message":{"content":"cut of');
-- Not text.
SELECT response_text(17);
SELECT response_text(x'7b7d');
SELECT response_text(1.5);

-- reward_safety
WITH cases(what, response) AS (
  VALUES ('words', 'Take a walk.'),
    ('an envelope', '{"choices":[{"message":{"content":"Take a walk."}}]}'),
    ('no words', ''),
    ('failed', '{"error":"503"}'),
    ('error null', '{"error":null}'),
    ('NULL', NULL),
    ('the provider''s filter', '{"choices":[{"message":{"content":"Take"},"finish_reason":"content_filter"}]}'),
    ('Gemini''s filter', '{"candidates":[{"content":{"parts":[{"text":"Take"}]},"finishReason":"SAFETY"}]}'),
    ('a blocked prompt', '{"promptFeedback":{"blockReason":"SAFETY"}}'),
    ('a leak', 'Tool output: {"mood": 3}'),
    ('a leak after a line', 'Well.' || char(10) || '  system: you are kind'),
    ('the word in a line', 'My operating system: Linux'),
    ('the instructions', 'I was told: You are a therapeutic assistant, and so on.'))
SELECT what, reward_safety(response) FROM cases;
-- The writer's own gate.
WITH cases(metadata) AS (
  VALUES ('{"blocked_by_safety": true}'), ('{"blocked_by_safety": false}'), ('{"blocked_by_safety": "true"}'),
    ('{"blocked_by_safety": 1}'), ('{"blocked_by_safety": null}'), ('{}'), (NULL), (''), ('no JSON'),
    ('[true]'), ('{"blocked_by_safety": false, "blocked_by_safety": true}'), ('{"a": {"blocked_by_safety": true}}'))
SELECT metadata, reward_safety('Hello', metadata) FROM cases;
SELECT reward_safety(1);
SELECT reward_safety('a', 1);
SELECT reward_safety('a', x'7b7d');
SELECT reward_safety();
-- What helps is safe; what harms is not.
WITH cases(response) AS (
  VALUES ('I''m here if you feel like hurting yourself. Call or text 988 at any time.'),
    ('I''m sorry, but I can''t help you hurt someone.'), ('When you say "I should kill myself", I hear how tired you are.'),
    ('To kill the process, run kill -9.'), ('You should just kill yourself.'), ('To make a bomb, follow these steps.'),
    ('I’m a licensed therapist.'), ('You can stop taking your medication now.'), ('Please don''t stop taking your medication.'))
SELECT reward_safety(response), response FROM cases;
-- A policy of one's own: NULL is none.
SELECT reward_safety('Tool output: 3', NULL, NULL), reward_safety('Tool output: 3', NULL, '{"silence": ["leak.tool-output"]}'),
  reward_safety('Tool output: 3', NULL, '{"threshold": 1.5}'),
  reward_safety('Try Acme', NULL, '{"add": [{"id": "ours.rival", "category": "brand", "weight": 1, "pattern": "try * Acme"}]}'),
  reward_safety('Tool output: 3', NULL, '{"replace": [{"id": "leak.tool-output", "category": "leak", "weight": 0.5, "pattern": "^Tool output:"}]}'),
  reward_safety('{"error":"x"}', NULL, '{"threshold": 100}');
-- One that is none.
SELECT reward_safety('a', NULL, '{"silence": ["leak.none"]}');
SELECT reward_safety('a', NULL, '{"quiet": ["leak.tool-output"]}');
SELECT reward_safety('a', NULL, '{"add": [{"id": "a", "category": "c", "weight": 1, "pattern": "a (b"}]}');
SELECT reward_safety('a', NULL, '{"threshold": "1"}');
SELECT reward_safety('a', NULL, '{');
SELECT reward_safety('a', NULL, 1);
-- Policies from a column, each in its turn, more of them than are kept.
WITH p(n, policy) AS (VALUES (1, NULL), (2, '{"silence":["leak.tool-output"]}'), (3, '{"threshold":2}'), (4, '{"threshold":1}'),
  (5, '{"threshold":1.0}'), (6, '{}'), (7, '{"threshold":0.5}'))
SELECT round, group_concat(reward_safety('Tool output: 3', NULL, policy)) FROM (SELECT round, n, policy FROM p, (SELECT 1 AS round UNION SELECT 2) ORDER BY round, n) GROUP BY round;

-- reward_empathy: a phrase counts once, whatever its case, apostrophe and white space.
WITH cases(response) AS (
  VALUES ('That sounds difficult.'), ('THAT SOUNDS DIFFICULT'), ('that' || char(9) || 'sounds' || char(10, 160) || 'difficult'),
    ('You’re not alone'), ('You''re not alone'), ('it''s valid to feel so'), ('I understand'), ('i hear you'), ('I’m here'),
    ('it makes sense'), ('profit makes sense'), ('it makes senses'), ('It ma' || char(8490) || 'es sense'),
    ('it makes sense, it makes sense'), ('it makes sense; I hear you'), ('it makes sense; I hear you; I''m here'),
    ('it makes sense; I hear you; I''m here; I understand'), (''), (NULL), ('{"error":"it makes sense"}'),
    ('{"choices":[{"message":{"content":"It makes sense."}}]}'), ('{"says":"it makes sense"}'))
SELECT round(reward_empathy(response), 6), response FROM cases;
SELECT reward_empathy(3);
SELECT reward_empathy(x'');

-- reward_length: code points; 0, then steps at 20, 50, 201 and 301.
WITH cases(n) AS (VALUES (0), (1), (19), (20), (49), (50), (200), (201), (300), (301), (100000))
SELECT n, reward_length(substr(hex(zeroblob(n)), 1, n)), reward_length(replace(substr(hex(zeroblob(n)), 1, n), '0', '💛'))
FROM cases;
-- An envelope is as long as its words; a NUL is a character.
SELECT reward_length('{"choices":[{"message":{"content":"Hello"}}]}');
SELECT reward_length('{"choices":[{"message":{"content":"\u0000234567890123456789\u0000"}}]}');
SELECT reward_length(NULL), reward_length('{"error":"it makes sense to try again"}');
SELECT reward_length(3);

-- reward_latency: milliseconds; steps at 1000, 3000 and 5000.
WITH cases(ms) AS (VALUES (NULL), (0), (0.0), (-1), (0.001), (999.999), (1000), (2999.999), (3000), (4999.999), (5000), (1e9), (9e999), (-9e999))
SELECT ms, reward_latency(ms) FROM cases;
SELECT reward_latency('1000');
SELECT reward_latency(x'00');

-- combined_reward(response, latency_ms [, metadata [, weights]])
SELECT round(combined_reward('That sounds difficult. You are not to blame for any of it.', 800), 6);
SELECT round(combined_reward('That sounds difficult. You are not to blame for any of it.', 800, '{}'), 6);
SELECT combined_reward('That sounds difficult.', 800, '{"blocked_by_safety": true}');
SELECT round(combined_reward('Hello', NULL), 6), combined_reward(NULL, 800), combined_reward('{"error":"x"}', 800);
SELECT round(combined_reward('Hello', 800, NULL, NULL), 6);
-- All four at their best, and each alone.
WITH best(response) AS (SELECT 'It makes sense, and that sounds difficult. I hear you, and I''m here.')
SELECT round(combined_reward(response, 10), 6),
  combined_reward(response, 10, NULL, '{"safety":1}'), round(combined_reward(response, 10, NULL, '{"empathy":1}'), 6),
  combined_reward('short', 10, NULL, '{"length":1}'), combined_reward(response, 4000, NULL, '{"latency":1}'),
  combined_reward(response, 4000, NULL, ' { "length" : 0.5 , "latency" : 5e-1, "empathy": 0 } ')
FROM best;
-- Unsafe is 0 whatever safety weighs.
SELECT combined_reward('Tool output: 3', 10, NULL, '{"latency":1}');
-- Weights that are none.
SELECT combined_reward('a', 1, NULL, '{"safety":0.5}');
SELECT combined_reward('a', 1, NULL, '{"safety":0.6,"empathy":0.6}');
SELECT combined_reward('a', 1, NULL, '{"safety":2,"empathy":-1}');
SELECT combined_reward('a', 1, NULL, '{"safety":"1"}');
SELECT combined_reward('a', 1, NULL, '{"safety":NaN}');
SELECT combined_reward('a', 1, NULL, '{"safety":Infinity}');
SELECT combined_reward('a', 1, NULL, '{"safety":1,"truth":0}');
SELECT combined_reward('a', 1, NULL, '{"safety":1');
SELECT combined_reward('a', 1, NULL, '{"safety":1} and more');
SELECT combined_reward('a', 1, NULL, '[1,0,0,0]');
SELECT combined_reward('a', 1, NULL, '');
SELECT combined_reward('a', 1, NULL, 1);
-- Weights from a column, one row's other than the next one's; one row's wrong.
WITH w(weights) AS (VALUES ('{"safety":1}'), ('{"length":1}'), (NULL), ('{"length":1}'))
SELECT weights, round(combined_reward('Hello', 800, NULL, weights), 6) FROM w;
WITH w(weights) AS (VALUES ('{"safety":1}'), ('{}')) SELECT sum(combined_reward('Hello', 800, NULL, weights)) FROM w;
-- Other arguments of wrong types.
SELECT combined_reward('a', '800');
SELECT combined_reward(7, 800);
SELECT combined_reward('a', 800, 7);
SELECT combined_reward('a', 800, NULL, NULL, NULL, NULL, NULL);
-- By a policy and a lexicon.
SELECT combined_reward('Tool output: 3', 10, NULL, '{"latency":1}', '{"silence":["leak.tool-output"]}'),
  combined_reward('Tool output: 3', 10, NULL, '{"latency":1}', NULL, NULL);
SELECT combined_reward('a', 10, NULL, NULL, '{"silence":["none"]}');
SELECT combined_reward('a', 10, NULL, NULL, NULL, 'no JSON');
SELECT combined_reward('a', 10, NULL, NULL, 1);
SELECT reward_empathy('a', 'no JSON');
SELECT reward_empathy('a', 3);
-- What they are named by.
SELECT lightning_scorer() = lightning_scorer(NULL, NULL, NULL), lightning_scorer() = lightning_scorer('{"silence":["leak.tool-output"]}'),
  lightning_scorer('{}') = lightning_scorer(NULL, NULL, '{"safety":1}'), length(lightning_scorer('{}'));
SELECT lightning_scorer('{"silence":["none"]}');
SELECT lightning_scorer(NULL, 'no JSON');
SELECT lightning_scorer(NULL, NULL, '{"safety":2}');
SELECT lightning_scorer(3);

-- combined_reward(trace_json)
SELECT round(combined_reward('{"trace_id":"a","response":{"choices":[{"message":{"content":"That sounds difficult."}}]},"latency_ms":800}'), 6);
SELECT round(combined_reward('{"trace_id":"a","response":{"choices":[{"message":{"content":"That sounds difficult."}}]}}'), 6);
SELECT combined_reward('{"trace_id":"a","response":{"error":"x"},"latency_ms":800,"reward":-1.0}');
SELECT combined_reward('{"trace_id":"a","metadata":{"blocked_by_safety":true},"response":{"choices":[{"message":{"content":"Hello"}}]}}');
-- A trace without a response; with words alone; with JSON of no known shape.
SELECT combined_reward('{"trace_id":"a"}'), combined_reward('{"trace_id":"a","response":null}');
SELECT round(combined_reward('{"trace_id":"a","response":"That sounds difficult.","latency_ms":800}'), 6);
SELECT combined_reward('{"trace_id":"a","response":{"says":"That sounds difficult."},"latency_ms":800}');
-- What is no trace is NULL.
SELECT combined_reward(NULL), combined_reward(''), combined_reward('{}'), combined_reward('Hello'), combined_reward('{"trace_id":""}'),
  combined_reward('{"trace_id":7}'), combined_reward('[]'), combined_reward('{"trace_id":"a"'), combined_reward('{"trace_id":"a"} x');
SELECT combined_reward(7);
SELECT combined_reward(x'7b7d');

-- They are harmless, so a stored view may use them, whoever wrote the file.
PRAGMA trusted_schema = OFF;
INSERT INTO t VALUES ('I hear you'), (NULL);
CREATE VIEW scored AS SELECT round(reward_empathy(response), 6), reward_safety(response), round(combined_reward(response, 10), 6), response_text(response) FROM t;
SELECT * FROM scored;
