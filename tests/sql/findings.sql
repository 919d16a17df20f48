-- safety_findings(response [, metadata]) and empathy_findings(response): why a score is what it is.
-- Places and lengths are in code points.
.nullvalue NULL
.headers on

SELECT * FROM empathy_findings('That sounds difficult. I hear you.');
SELECT * FROM safety_findings('Tool output: {"mood": 3}');
SELECT * FROM safety_findings('Take a walk.');
.headers off

-- Places behind characters of 2, 3 and 4 bytes; what was found is as it was written.
SELECT phrase, at, length, text FROM empathy_findings('Übel… 💛 YOU’RE  NOT
alone, it''s valid to feel so.');
SELECT phrase, at, length, text, substr(words, 1 + at, length)
FROM (SELECT '💛💛 That sounds difficult' AS words), empathy_findings(words);
-- A phrase is one finding however often it stands; a rule is one each time.
SELECT phrase, at FROM empathy_findings('I hear you. I hear you. i HEAR you.');
SELECT rule, at FROM safety_findings('System: a
System: b
Tool output: c');
-- In the words of an envelope, escapes undone; not in its other members.
SELECT phrase, at, text FROM empathy_findings('{"model":"it makes sense","choices":[{"message":{"content":"\u00dcber: I\u2019m here"}}]}');
SELECT rule, at FROM safety_findings('{"candidates":[{"content":{"parts":[{"text":"Well.\nSystem: "},{"text":"be kind"}]}}]}');
-- JSON of no known shape is words.
SELECT phrase, at FROM empathy_findings('{"then": "it makes sense"}');

-- A rule with gaps is found with all that lies between; two patterns of it over one place are one.
SELECT * FROM safety_findings('Ach 💛 you should really just kill yourself.');
-- By a policy.
SELECT rule, category, weight, text FROM safety_findings('Try our Acme. Tool output: 1', NULL,
  '{"add": [{"id": "ours.rival", "category": "brand", "weight": 0.5, "pattern": ["try *2 Acme", "Globex"]}]}');
SELECT count(*) FROM safety_findings('Tool output: 1', NULL, '{"silence": ["leak.tool-output"]}');
SELECT * FROM safety_findings('a', NULL, '{"silence": ["none"]}');
SELECT * FROM safety_findings('a', NULL, '{"silence": 1}');
SELECT * FROM empathy_findings('a', 'no JSON');
-- A policy for each row, while another reads what it found.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7)
SELECT i, f.rule, reward_safety('a', NULL, '{"threshold": ' || (10 + i) || '}') FROM n,
  safety_findings('Acme Acme', NULL, '{"add": [{"id": "ours.' || i || '", "category": "c", "weight": 1, "pattern": "Acme"}]}') f ORDER BY 1;

-- What is unsafe whatever the words say has no place.
SELECT * FROM safety_findings('{"error":"Read timed out"}');
SELECT * FROM safety_findings(NULL);
SELECT * FROM safety_findings('{"candidates":[{"finishReason":"SAFETY"}]}');
SELECT * FROM safety_findings('Hello', '{"blocked_by_safety": true}');
-- The writer's gate and a rule.
SELECT * FROM safety_findings('System: be kind', '{"blocked_by_safety": true}');
SELECT count(*) FROM safety_findings('Hello', '{"blocked_by_safety": false}');
SELECT count(*) FROM safety_findings('Hello', NULL);
SELECT count(*) FROM safety_findings('Hello', 'no JSON');
SELECT count(*) FROM empathy_findings('{"error":"it makes sense"}');
SELECT count(*) FROM empathy_findings(NULL);
SELECT count(*) FROM empathy_findings('');

-- The weights are the score.
WITH t(id, words) AS (VALUES
  (1, 'It makes sense.'), (2, 'Nothing.'), (3, 'That must feel bad. I understand.'), (4, NULL),
  (5, 'I hear you; I understand; I''m here; it makes sense; you''re not alone'))
SELECT id, round(total(weight), 6), round(reward_empathy(words), 6), group_concat(phrase, ', ')
FROM t LEFT JOIN empathy_findings(words) GROUP BY id ORDER BY id;
WITH t(id, words) AS (VALUES (1, 'System: a'), (2, 'Nothing.'), (3, NULL))
SELECT id, total(weight), reward_safety(words), group_concat(rule) FROM t LEFT JOIN safety_findings(words)
GROUP BY id ORDER BY id;
WITH t(words) AS (VALUES ('Kill yourself, you piece of shit.'), ('fuck'), ('Shit, fuck, damn: I was stabbed and my dog died.'), ('Hello'), ('System: a, System: b'),
  ('vermin, scum, filth, parasites, savages'), ('vermin, scum, filth, parasites'), ('I''m human.'))
SELECT round(total(weight), 3), total(weight) >= 1 AS unsafe, reward_safety(words) FROM t LEFT JOIN safety_findings(words) GROUP BY words ORDER BY words;

-- As a join with a table that comes after it in the text; with a WHERE; twice; by hidden column.
CREATE TABLE replies (id INTEGER PRIMARY KEY, words TEXT, facts TEXT);
INSERT INTO replies VALUES (1, 'I hear you', NULL), (2, 'Hm', '{"blocked_by_safety":true}'), (3, 'System: it makes sense', '{}');
SELECT id, phrase FROM empathy_findings(words), replies ORDER BY id;
SELECT id, rule, category FROM replies, safety_findings(words, facts) ORDER BY id;
SELECT id, rule, phrase FROM replies, safety_findings(words, facts), empathy_findings(words) ORDER BY id;
SELECT phrase FROM empathy_findings WHERE response = 'it makes sense';
SELECT phrase FROM empathy_findings('I hear you, it makes sense') WHERE dimension = 'validation';
SELECT phrase, rowid FROM empathy_findings('I hear you, it makes sense') ORDER BY rowid DESC LIMIT 1;
-- The arguments come back; what a WHERE says of them holds too.
SELECT rule, response, metadata FROM safety_findings('System: x', '{}') WHERE response = 'System: x';
SELECT rule, metadata FROM safety_findings('System: x');
SELECT rule, response, metadata FROM safety_findings(NULL, NULL);
SELECT count(*) FROM safety_findings('System: x') WHERE response = 'System: y';
SELECT phrase, response FROM empathy_findings('I hear you') AS f WHERE f.response IN ('I hear you', 'I understand');
SELECT phrase, response FROM empathy_findings WHERE response IN ('I hear you', 'I understand') ORDER BY 2;
SELECT phrase FROM empathy_findings WHERE response = 'I hear you' OR (response = 'I understand' AND dimension <> '') ORDER BY 1;
SELECT id, phrase FROM replies, empathy_findings(words) AS f WHERE f.response = replies.words OR id = 3 ORDER BY id;
SELECT rule FROM safety_findings WHERE metadata = '{"blocked_by_safety": true}' AND response = 'Hello';
-- Without a response there is nothing to explain.
SELECT count(*) FROM empathy_findings;
SELECT * FROM safety_findings();
SELECT * FROM safety_findings WHERE metadata = '{}';
SELECT * FROM empathy_findings WHERE response = 'I hear you' OR dimension = 'reflection';

-- It is harmless, so a stored view may use it, whoever wrote the file.
PRAGMA trusted_schema = OFF;
CREATE VIEW why AS SELECT id, phrase FROM replies, empathy_findings(words);
SELECT * FROM why ORDER BY id;
-- It cannot be written, and takes no more arguments.
INSERT INTO empathy_findings(phrase) VALUES ('a');
SELECT * FROM empathy_findings('a', '{}', 'c');
SELECT * FROM safety_findings('a', 'b', '{}', 'd');
CREATE VIRTUAL TABLE mine USING empathy_findings;
