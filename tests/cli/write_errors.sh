#!/bin/sh
# write_errors.sh -- output that cannot be written is no success; a reader that goes away is no error.
. "$(dirname "$0")/lib.sh"

make_db traces.db "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
  INSERT INTO traces (trace_id, day, component) SELECT 'trace ' || i, '2024-12-06', 'Planner' FROM n"
full='lightning: the output cannot be written: No space left on device'
all='SELECT * FROM traces'

# fills COMMAND…: its output meets a full disk.
fills()
{
    status=0
    "$@" >/dev/full 2>"$work/err" </dev/null || status=$?
    ran="$* >/dev/full"
    exits 3
    complains "$full"
}

it 'notices a full disk'
for format in table csv json; do
    fills lightning sql --format $format "$all"
    fills lightning sql --format $format 'SELECT 1'
done
fills lightning help
fills lightning help analyze
fills lightning --version
fills lightning analyze
fills lightning analyze --list
fills lightning --show-sql analyze
fills lightning analyze summary --format json
fills lightning backup copy.db

it 'notices a closed stdout'
status=0
lightning sql "$all" >&- 2>"$work/err" || status=$?
ran='lightning sql >&-'
exits 3
complains 'lightning: the output cannot be written: Bad file descriptor'
same 'the file' "$(sqlite3 traces.db 'PRAGMA integrity_check')" ok

it 'ends without a word when its reader goes away, and leaves no -wal'
for format in table csv json; do
    { lightning sql --format $format "$all" 2>"$work/err"; echo $? >status; } | head -n 1 >/dev/null
    status=$(cat status)
    ran="lightning sql --format $format | head -n 1"
    exits 0
    complains ''
done
{ lightning analyze 2>"$work/err"; echo $? >status; } | true
status=$(cat status)
ran='lightning analyze | true'
exits 0
complains ''
same 'beside the file' "$(ls traces.db*)" traces.db

it 'stops reading when nothing more can be written'
does timeout 20 sh -c "'$program' sql --format csv 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n' | head -n 3 >/dev/null"
