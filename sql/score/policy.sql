-- score/policy: puts the safety policy ?1 in force, which is called ?2; NULL: none.
-- What is in force already stays as it is.
UPDATE main.policies SET in_force = 0 WHERE kind = 'safety' AND in_force = 1 AND policy IS NOT ?1;
INSERT INTO main.policies (kind, name, policy)
SELECT 'safety', ?2, ?1
WHERE ?1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM main.policies WHERE kind = 'safety' AND policy = ?1);
UPDATE main.policies SET in_force = 1
WHERE id = (SELECT min(id) FROM main.policies WHERE kind = 'safety' AND policy = ?1) AND in_force = 0
