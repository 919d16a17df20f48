-- The statistics. R's values for the same stand in tests/unit/test_stats.c.

-- What they are registered as: 2048 is deterministic, 2097152 innocuous; w is a window function.
SELECT name, narg, type, flags & 2048, flags & 2097152
FROM pragma_function_list
WHERE name IN ('mean_ci', 'percentile', 'moments', 'sample', 'mean_of', 'mean_ci_of', 'percentile_of', 'wilson_low',
  'wilson_high') AND NOT builtin
ORDER BY name, narg;

-- mean_ci: half the width of the interval.
WITH t(x) AS (VALUES (4), (7), (NULL), (13.0), (16))
SELECT avg(x), round(mean_ci(x), 9), round(mean_ci(x, 0.9), 9), typeof(mean_ci(x)) FROM t;
-- A NULL level is the default, and one that is text is read.
WITH t(x) AS (VALUES (4), (7), (13), (16))
SELECT round(mean_ci(x, NULL), 9), round(mean_ci(x, '0.9'), 9) FROM t;
-- A large offset.
WITH t(x) AS (VALUES (1e9 + 4), (1e9 + 7), (1e9 + 13), (1e9 + 16)) SELECT round(mean_ci(x), 9) FROM t;
-- Equal values; one value; only NULLs; no row; an infinity; squares that overflow.
WITH t(x) AS (VALUES (0.1), (0.1), (0.1)) SELECT quote(mean_ci(x)) FROM t;
SELECT quote(mean_ci(5));
WITH t(x) AS (VALUES (NULL), (NULL)) SELECT quote(mean_ci(x)) FROM t;
SELECT quote(mean_ci(1)) WHERE 0;
WITH t(x) AS (VALUES (1), (9e999), (2)) SELECT quote(mean_ci(x)) FROM t;
WITH t(x) AS (VALUES (1e308), (-1e308)) SELECT quote(mean_ci(x)) FROM t;
-- By group, and filtered.
WITH t(g, x) AS (VALUES ('a', 1), ('a', 2), ('b', 5), ('b', 9), ('b', 1), ('c', 3))
SELECT g, count(*), round(mean_ci(x), 6), round(mean_ci(x) FILTER (WHERE x < 9), 6)
FROM t GROUP BY g ORDER BY g;
-- What is refused.
SELECT mean_ci('4');
SELECT mean_ci(x'34');
SELECT mean_ci(4, 0);
SELECT mean_ci(4, 95);
SELECT mean_ci(4, -9e999);
SELECT mean_ci(4, 'much');
SELECT mean_ci(NULL, x'30');
WITH t(x, level) AS (VALUES (1, 0.9), (2, 0.95)) SELECT mean_ci(x, level) FROM t;

-- Frames that only grow, or are whole, or leave a row out.
WITH t(i, x) AS (VALUES (1, 4), (2, 7), (3, 13), (4, 16))
SELECT
  i,
  round(mean_ci(x) OVER (ORDER BY i), 6),
  round(mean_ci(x) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 6),
  round(mean_ci(x) OVER (), 6),
  round(mean_ci(x) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW), 6)
FROM t ORDER BY i;
-- Two partitions: the second knows nothing of the first.
WITH t(g, x) AS (VALUES ('a', 5), ('a', 1e6), ('b', 4), ('b', 7))
SELECT g, x, round(mean_ci(x) OVER (PARTITION BY g ORDER BY x), 3) FROM t ORDER BY g, x;
-- A frame that lets go of rows: what the 1e15 left behind would be all there is to see.
WITH t(i, x) AS (VALUES (1, 1e15), (2, 1), (3, 2))
SELECT mean_ci(x) OVER (ORDER BY i ROWS 1 PRECEDING) FROM t LIMIT 1 OFFSET 2;

-- percentile, as SQLite's own has it.
WITH t(x) AS (VALUES (11), (1), (9), (4), (NULL), (11), (6), (8), (7), (11)),
  p(p) AS (VALUES (0), (12.5), (15), (20), (50), (80), (89), (100))
SELECT p, round(percentile(x, p), 9), typeof(percentile(x, p)) FROM t, p GROUP BY p ORDER BY p;
-- Negative numbers, ties, zeroes of both signs.
WITH t(x) AS (VALUES (-5), (-1.5), (0.0), (-0.0), (-1.5), (3))
SELECT percentile(x, 0), percentile(x, 20), percentile(x, 30), percentile(x, 50), percentile(x, 100)
FROM t;
-- The widest interval there is.
WITH t(x) AS (VALUES (-1.7e308), (1.7e308))
SELECT percentile(x, 50), round(percentile(x, 75) / 1.7e308, 9) FROM t;
-- One value; only NULLs; no row; p as text; p that differs by less than 0.001.
SELECT percentile(7, 30);
SELECT quote(percentile(NULL, 30));
SELECT quote(percentile(7, 30)) WHERE 0;
SELECT percentile(7, '30');
WITH t(x, p) AS (VALUES (1, 50), (2, 50.0005)) SELECT percentile(x, p) FROM t;
-- Many rows: 0 to 99,999 in a scattered order.
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 99999)
SELECT percentile(i * 7919 % 100000, 50), percentile(i * 7919 % 100000, 95) FROM t;
-- What is refused.
SELECT percentile('7', 30);
SELECT percentile(x'37', 30);
SELECT percentile(9e999, 30);
SELECT percentile(7, -0.1);
SELECT percentile(7, 100.1);
SELECT percentile(7, 'most');
SELECT percentile(7, NULL);
SELECT percentile(NULL, 101);
WITH t(x, p) AS (VALUES (1, 50), (NULL, 51)) SELECT percentile(x, p) FROM t;

-- Frames of every kind.
WITH t(i, x) AS (VALUES (1, 16), (2, 4), (3, NULL), (4, 4), (5, 7))
SELECT
  i,
  percentile(x, 50) OVER (ORDER BY i),
  percentile(x, 50) OVER (ORDER BY i ROWS 1 PRECEDING),
  percentile(x, 50) OVER (ORDER BY i ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING),
  percentile(x, 50) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING),
  percentile(x, 100) OVER (PARTITION BY i > 3)
FROM t ORDER BY i;

-- Groups of groups: what is packed by g and by h gives of all what all values give.
CREATE TEMP TABLE v(g, h, x);
INSERT INTO v VALUES ('a', 1, 4), ('a', 1, 7), ('a', 2, 1e9), ('a', 3, NULL), ('b', 1, 13.5), ('c', 1, NULL);
WITH parts AS (SELECT g, moments(x) AS m, sample(x) AS s FROM v GROUP BY g, h)
SELECT g, typeof(mean_of(m)), round(mean_of(m), 3), round(mean_ci_of(m), 3), round(mean_ci_of(m, 0.9), 3), percentile_of(s, 50), percentile_of(s, 100)
FROM parts GROUP BY g ORDER BY g;
SELECT g, round(avg(x), 3), round(mean_ci(x), 3), round(mean_ci(x, 0.9), 3), percentile(x, 50), percentile(x, 100) FROM v GROUP BY g ORDER BY g;
-- Equal values stay so.
WITH parts AS (SELECT moments(x) AS m FROM (SELECT 0.1 AS x UNION ALL SELECT 0.1 UNION ALL SELECT 0.1), (SELECT 1 AS h UNION ALL SELECT 2) GROUP BY h)
SELECT mean_of(m), mean_ci_of(m) FROM parts;
-- No values; no row.
SELECT quote(moments(NULL)), quote(sample(NULL)), quote(mean_of(NULL)), quote(mean_ci_of(NULL)), quote(percentile_of(NULL, 5));
SELECT quote(moments(1)), quote(sample(1)), quote(mean_of(1)), quote(percentile_of(1, 5)) WHERE 0;
-- What is refused.
SELECT moments('4');
SELECT sample(x'34');
SELECT sample(9e999);
SELECT mean_of(4);
SELECT mean_of(x'00');
SELECT mean_of(x'ffffffffffffffff' || zeroblob(16));
SELECT mean_of(CAST(x'ffffffffffffffff' || zeroblob(16) AS BLOB));
WITH m(m) AS (SELECT CAST(x'ffffffffffffff7f' || zeroblob(16) AS BLOB)) SELECT mean_of(m) FROM (SELECT m FROM m UNION ALL SELECT m FROM m);
SELECT mean_ci_of('moments');
SELECT mean_ci_of(moments, 95) FROM (SELECT moments(3) AS moments);
SELECT percentile_of('sample', 50);
SELECT percentile_of(x'', 50);
SELECT percentile_of(x'00', 50);
SELECT percentile_of(x'000000000000f07f', 50);
SELECT percentile_of(sample, 101) FROM (SELECT sample(3) AS sample);
SELECT moments(3) OVER ();

-- Wilson: none, all, some; levels.
SELECT wilson_low(0, 10), round(wilson_high(0, 10), 9);
SELECT round(wilson_low(10, 10), 9), wilson_high(10, 10);
SELECT round(wilson_low(3, 10), 9), round(wilson_high(3, 10), 9);
SELECT round(wilson_low(3, 10, 0.9), 9), round(wilson_high(3, 10, '0.9'), 9);
SELECT round(wilson_low(3, 10, NULL), 9);
SELECT round(wilson_low(1, 1000, 0.999), 9), round(wilson_high(1, 1000, 0.999), 9);
-- Weighted counts.
SELECT round(wilson_low(1.5, 4.5), 9), round(wilson_high(1.5, 4.5), 9);
-- No count, no interval.
SELECT quote(wilson_low(0, 0)), quote(wilson_high(0, 0)), quote(wilson_low(NULL, 5)), quote(wilson_high(1, NULL));
-- What is refused.
SELECT wilson_low(-1, 10);
SELECT wilson_high(11, 10);
SELECT wilson_low(1, 0);
SELECT wilson_low(0, -1);
SELECT wilson_low(1, 9e999);
SELECT wilson_low('3', 10);
SELECT wilson_high(3, x'00');
SELECT wilson_low(3, 10, 0);
SELECT wilson_high(3, 10, 1);
SELECT wilson_low(NULL, 10, 95);
SELECT wilson_low(3, 10, 'high');
