#!/bin/sh
# sql.sh -- `lightning sql`: what it runs, what it refuses, and where it says an error is.
. "$(dirname "$0")/lib.sh"

make_db traces.db "INSERT INTO traces (trace_id, day, component) VALUES ('a', '2024-12-06', 'Planner')"

it 'runs statements given as an operand or on stdin'
run lightning sql --format csv 'SELECT trace_id FROM traces; SELECT 2 AS two'
exits 0
prints 'trace_id
a
two
2'
run_with 'SELECT trace_id -- a comment
FROM traces;

-- and no more' lightning sql --format csv
exits 0
prints 'trace_id
a'
complains ''
run_with '' lightning sql
exits 0
prints ''
run lightning sql ' ;; -- nothing'
exits 0
prints ''
complains ''

it 'has the functions of the extension'
run lightning sql --format csv "SELECT reward_length('{}') IS NOT NULL AS known"
exits 0
prints 'known
1'

it 'does not write without --write'
run lightning sql "DELETE FROM traces"
exits 2
prints ''
complains 'lightning: line 1: attempt to write a readonly database: writing needs --write'
run lightning sql "ATTACH 'other.db' AS o; CREATE TABLE o.t (a)"
exits 3
complains 'lightning: line 1: unable to open database: other.db'
run lightning sql "/* no file */ VACUUM INTO 'copy.db'"
exits 2
complains 'lightning: line 1: VACUUM needs --write; `lightning backup` copies a file'
same 'the folder' "$(ls)" traces.db
run lightning sql --format csv 'CREATE TEMP TABLE t AS SELECT 1 AS a; SELECT * FROM t'
exits 0
prints 'a
1'

it 'writes with --write'
run lightning sql --write "UPDATE traces SET component = 'Critic'; SELECT changes() AS n"
exits 0
prints 'n
-
1'
same 'the row' "$(sqlite3 traces.db 'SELECT component FROM traces')" Critic

it 'says on which line an error is'
run_with 'SELECT 1 AS a;

-- a comment
SELECT
  trace_id,
  nonsense
FROM traces;
SELECT 2' lightning sql --format csv
exits 2
prints 'a
1'
complains 'lightning: line 6: no such column: nonsense'
run_with 'SELECT 1;
  SELEC 2' lightning sql --format json
exits 2
complains 'lightning: line 2: near "SELEC": syntax error'
run_with '
-- the statement begins below
SELECT abs(-9223372036854775808)' lightning sql
exits 2
complains 'lightning: line 3: integer overflow'
run lightning sql --write "INSERT INTO traces (trace_id, day) VALUES ('a', '2024-12-07')"
exits 3
complains 'lightning: line 1: UNIQUE constraint failed: traces.trace_id'
run lightning sql 'SELECT 1 FROM (SELECT'
exits 2
complains 'lightning: line 1: incomplete input'

it 'says that a transaction without an end is not kept'
run lightning sql --write "BEGIN; DELETE FROM traces"
exits 2
complains 'lightning: the transaction has no COMMIT: nothing of it is kept'
same 'the rows' "$(sqlite3 traces.db 'SELECT count(*) FROM traces')" 1

it 'keeps the statements before the one that fails, as the shell does'
run lightning sql --write "UPDATE traces SET model = 'm'; nonsense"
exits 2
same 'the row' "$(sqlite3 traces.db 'SELECT model FROM traces')" m

it 'refuses NUL bytes, which would hide what is behind them'
printf 'SELECT 1;\0DROP TABLE traces' >"$work/nul"
status=0
lightning sql --write <"$work/nul" >"$work/out" 2>"$work/err" || status=$?
ran='lightning sql <nul'
exits 2
prints ''
complains 'lightning: the SQL on stdin has a NUL byte'

it 'only prints with --show-sql'
run lightning --show-sql sql --db nowhere.db 'SELECT 1; DELETE FROM traces -- all'
exits 0
prints 'SELECT 1; DELETE FROM traces -- all
;'
run lightning --show-sql sql 'SELECT 1'
prints 'SELECT 1;'
same 'the folder' "$(ls)" traces.db

it 'calls no function of the extension from what a file stores, unless it is harmless'
sqlite3 traces.db "CREATE VIEW trap AS SELECT lightning_take_in() AS n"
run lightning sql --write 'SELECT * FROM trap'
exits 2
complains 'lightning: line 1: unsafe use of lightning_take_in()'
