#!/bin/sh
# usage.sh -- commands, options, operands, help: what is taken and how mistakes are answered.
. "$(dirname "$0")/lib.sh"

make_db traces.db

it 'says its version'
run lightning --version
exits 0
same 'the version' "$(sed 's/[0-9][0-9.]*$/N/' "$work/out")" 'lightning N'
complains ''

it 'asks for a command when there is none'
run lightning
exits 2
prints ''
complains 'lightning: which command? `lightning help` lists them'

it 'names the nearest command'
run lightning anlyze
exits 2
prints ''
complains 'lightning: there is no command "anlyze": did you mean analyze?'
run lightning back
complains 'lightning: there is no command "back": did you mean backup?'
run lightning frobnicate
exits 2
complains 'lightning: there is no command "frobnicate": `lightning help` lists them'
run lightning help frobnicate
exits 2
complains 'lightning: there is no command "frobnicate": `lightning help` lists them'

it 'names the nearest option'
run lightning sql --wriet 'SELECT 1'
exits 2
prints ''
complains 'lightning: there is no option --wriet: did you mean --write?'
run lightning analyze --comp=x
complains 'lightning: there is no option --comp: did you mean --component?'
run lightning sql --frobnicate
exits 2
complains 'lightning: there is no option --frobnicate: `lightning help sql` lists them'
run lightning --format csv sql 'SELECT 1'
exits 2
complains 'lightning: there is no option --format that may stand before a command'
run lightning sql -w
exits 2
complains 'lightning: there is no option -w: options are spelt out, as in --help'

it 'shows what is in a message, but never sends it to the terminal as it is'
run lightning "$(printf 'a\033[2Jb\nc')"
complains 'lightning: there is no command "a\x1b[2Jb\nc": `lightning help` lists them'

it 'takes options before and after the command, with = and without'
run lightning --db traces.db sql --format csv 'SELECT 1 AS a'
exits 0
prints 'a
1'
run lightning --db=traces.db sql 'SELECT 1 AS a' --format=csv
exits 0
prints 'a
1'
run lightning sql 'SELECT 1 AS a' --format csv --db traces.db
exits 0
prints 'a
1'

it 'takes no option for the value of another'
run lightning analyze --component --model
exits 2
complains 'lightning: --component needs a value: --component NAME'
run lightning sql 'SELECT 1' --db
exits 2
complains 'lightning: --db needs a value: --db FILE'
run lightning sql 'SELECT 1' --db=
exits 2
complains 'lightning: --db needs the name of a file'

it 'refuses a value for a switch, and an option given twice'
run lightning sql --write=yes 'SELECT 1'
exits 2
complains 'lightning: --write takes no value'
run lightning analyze --component a --component b
exits 2
complains 'lightning: --component is given twice'

it 'ends the options at --'
run lightning sql --format csv -- '--
SELECT 1 AS a'
exits 0
prints 'a
1'
run lightning backup -- --write
exits 0
does test -s ./--write

it 'counts the operands'
run lightning backup
exits 2
complains 'lightning: backup needs OUT: see `lightning help backup`'
run lightning backup a b
exits 2
complains 'lightning: backup: what is "b" for? See `lightning help backup`'
run lightning import
exits 2
complains 'lightning: import needs DIR...: see `lightning help import`'

it 'takes the file from --db, else $LIGHTNING_DB, else traces.db'
cp traces.db other.db
sqlite3 other.db "INSERT INTO traces (trace_id, day) VALUES ('x', '2024-12-06')"
count='SELECT count(*) AS n FROM traces'
run lightning sql --format csv "$count"
prints 'n
0'
LIGHTNING_DB=other.db
export LIGHTNING_DB
run lightning sql --format csv "$count"
prints 'n
1'
run lightning sql --format csv --db traces.db "$count"
prints 'n
0'
LIGHTNING_DB=
run lightning sql --format csv "$count"
prints 'n
0'
unset LIGHTNING_DB

it 'knows a date when it sees one'
for date in 2024-13-01 2024-00-10 2024-02-30 2023-02-29 1900-02-29 2024-12-32 2024-12-00 20241301 \
    24-12-06 2024-12-6 2024/12/06 '2024-12-06 ' yesterday 2024-1206 202412-06 0000-01-01 +2024120 ''; do
    run lightning analyze --start-date "$date"
    exits 2
    prints ''
    complains "lightning: --start-date $date is not a date: write 2024-12-06 or 20241206"
done
run lightning analyze --end-date 2024-13-01
exits 2
complains 'lightning: --end-date 2024-13-01 is not a date: write 2024-12-06 or 20241206'
for date in 2024-12-06 20241206 2024-02-29 20000229 0001-01-01 99991231; do
    run lightning analyze --start-date "$date" --end-date "$date"
    exits 0
done

it 'knows the formats'
run lightning sql --format xml 'SELECT 1'
exits 2
prints ''
complains 'lightning: --format xml: there are table, csv and json'

it 'helps, within 80 columns'
lightning help >all
names=$(sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' all)
for name in $names; do
    run lightning help "$name"
    exits 0
    complains ''
    cp "$work/out" by_help
    run lightning "$name" --help
    exits 0
    prints "$(cat by_help)"
    cat by_help >>all
    does grep -q "^Usage: lightning $name" by_help
done
does grep -q -e '--where SQL' all
does test "$(echo "$names" | wc -l)" -ge 6
same 'longer lines' "$(awk 'length > 80' all)" ''
same 'lines with blanks at the end' "$(grep ' $' all)" ''
run lightning --help
exits 0
does grep -q '^Usage: lightning COMMAND' "$work/out"
run lightning -h
exits 0
