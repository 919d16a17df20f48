-- store/scorer: the scorer of this build with the policy in force, so that scores can say who
-- computed them.
INSERT OR IGNORE INTO main.scorers (name, version, hash, policy_id)
SELECT 'lightning' || coalesce(' with ' || p.name, ''), lightning_version(),
  lightning_scorer(p.policy), p.id
FROM (SELECT 1) LEFT JOIN main.policies AS p ON p.kind = 'safety' AND p.in_force = 1
