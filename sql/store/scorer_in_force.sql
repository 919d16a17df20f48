-- store/scorer_in_force: the scorer that scores what comes in.
SELECT id FROM main.scorers
WHERE hash = lightning_scorer((SELECT policy FROM main.policies WHERE kind = 'safety' AND in_force = 1))
