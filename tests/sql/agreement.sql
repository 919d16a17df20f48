-- How well two judges agree. R's values for the same stand in tests/unit/test_agreement.c.

-- What they are registered as: 2048 is deterministic, 2097152 innocuous; a is an aggregate.
SELECT name, narg, type, flags & 2048, flags & 2097152
FROM pragma_function_list
WHERE name GLOB 'spearman*' OR name GLOB 'auc*' OR name GLOB 'kappa*'
ORDER BY name, narg;

CREATE TABLE t (x, y, label, a, b);
INSERT INTO t VALUES (0.1, 1, 0, 1, 1), (0.4, 2, 0, 2, 2), (0.4, 3, 1, 3, 3), (0.35, 2, 0, 1, 2),
  (0.8, 5, 1, 2, 2), (0.9, 4, 1, 3, 3), (0.9, 4, 0, 3, 1), (0.2, 1, 0, 1, 1), (0.55, 3, 1, 2, 2),
  (0.6, 3, 0, 2, 3), (0.4, 2, 0, 1, 1), (0.7, 5, 1, 3, 3);
SELECT round(spearman(x, y), 9), round(auc(x, label), 9), round(kappa(a, b), 9) FROM t;
-- Integers, and either way round.
SELECT round(spearman(y, x), 9), round(spearman(-x, y), 9), round(kappa(b, a), 9) FROM t;
-- NULL on either side is no pair.
SELECT round(spearman(x, y), 9), round(auc(x, label), 9), round(kappa(a, b), 9)
FROM (SELECT * FROM t UNION ALL VALUES (NULL, 9, NULL, NULL, 1), (0, NULL, NULL, 7, NULL));
-- Intervals; they do not depend on the order of the rows.
SELECT round(spearman_low(x, y), 2), round(spearman_high(x, y), 2), round(auc_low(x, label), 2),
  round(auc_high(x, label), 2), round(kappa_low(a, b), 3), round(kappa_high(a, b), 3) FROM t;
SELECT spearman_low(x, y) = (SELECT spearman_low(x, y) FROM (SELECT * FROM t ORDER BY x DESC))
FROM t;
-- A NULL level is the default, text is read.
SELECT spearman_low(x, y, NULL) = spearman_low(x, y, 0.95), spearman_low(x, y, '0.5') > spearman_low(x, y)
FROM t;
-- By group.
SELECT label, round(spearman(x, y), 6), count(*) FROM t GROUP BY label;
-- Where there is no answer: no rows, one pair, equal values, one label, two pairs for an interval.
SELECT quote(spearman(1, 2)), quote(auc(1, 0)), quote(kappa(1, 1)), quote(spearman_low(1, 2)) WHERE 0;
SELECT quote(spearman(1, 2)), quote(auc(1, 0)), quote(kappa(1, 1)), quote(spearman_low(1, 2));
SELECT quote(spearman(1, y)), quote(spearman(x, 1)), quote(auc(x, 1)), quote(auc(x, 0)), quote(kappa(1, 1))
FROM t;
SELECT quote(spearman(x, y)), quote(spearman_low(x, y)) FROM t WHERE x < 0.3;
-- What is refused.
SELECT spearman('0.4', 1);
SELECT spearman(1, x'34');
SELECT spearman(1, 9e999);
SELECT spearman(1);
SELECT auc(0.4, 0.5);
SELECT auc_low(0.4, -1);
SELECT kappa('good', 'bad');
SELECT kappa_high(1, 1, 95);
SELECT kappa_high(1, 1, 'much');
WITH l(level) AS (VALUES (0.9), (0.95)) SELECT spearman_low(1, 2, level) FROM l;
