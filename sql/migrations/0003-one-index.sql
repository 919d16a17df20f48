-- 0003-one-index: one index in place of two, in the order in which the reports group the traces.
--
-- By hand, on a file of version 2 and in one transaction, as 0002 says.

DROP INDEX traces_by_component;
DROP INDEX traces_by_day;

-- Within a day, a component and a model rows stay in the order in which a folder gives them, so that
-- sums over both are equal to the last digit. It takes no more room than the two did.
CREATE INDEX traces_by_day ON traces (day, component, model);
