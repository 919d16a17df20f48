-- score/model: the model ?2 of the trace ?1. Few change, and setting one to what it is would cost a change
-- of the index.
UPDATE main.traces SET model = ?2 WHERE id = ?1 AND model IS NOT ?2
