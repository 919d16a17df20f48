-- annotate/counts: how many scores there were, are new, replaced an earlier one.
SELECT count(*), coalesce(sum(id IS NULL), 0), coalesce(sum(changed), 0) FROM temp.settled
