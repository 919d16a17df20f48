#!/bin/sh
# version_1.sh -- a file that the first version made (tests/data/version-1.db: five traces, one file
# that broke off, one in the inbox) is read, brought up to date, scored anew and given back.
. "$(dirname "$0")/lib.sh"

old=$project/tests/data/version-1.db

it 'reads it as it is where it may not be written'
mkdir shut
cp "$old" shut/old.db
cp "$program" "$work/here/lightning"
chmod 755 "$work" "$work/here" "$work/here/lightning"
chmod 444 shut/old.db
chmod 555 shut
run unprivileged "$work/here/lightning" analyze summary --db shut/old.db --format csv
exits 1
does grep -q '^5,3,' "$work/out"
does grep -q 'shut/old.db: cannot be written: 1 in its inbox' "$work/err"
run unprivileged "$work/here/lightning" show MasterResponder_20241201 --db shut/old.db
exits 0
does grep -q '^  safety      1.00' "$work/out"
run unprivileged "$work/here/lightning" score --dry-run --db shut/old.db
exits 0
does grep -q '5 of 5 traces would be scored anew' "$work/out"
chmod 755 shut
does cmp "$old" shut/old.db

it 'is shown before it is brought up to date'
cp "$old" old.db
run lightning show MasterResponder_20241201 --db old.db
exits 0
does cmp "$old" old.db

it 'is not taken into by hand before it is'
run_with "SELECT load_extension('${program%/*}/lightning'); SELECT lightning_take_in();" sqlite3 old.db
if nm -D "${program%/*}/lightning.so" | grep -q __asan_init; then
    : # the stock shell cannot load it
else
    does grep -q 'the file is of version 1' "$work/err"
    does cmp "$old" old.db
fi

it 'is brought up to date by what writes, and nothing is lost'
run lightning sql --write --db old.db 'PRAGMA user_version; PRAGMA foreign_key_check; PRAGMA integrity_check'
exits 0
same 'its version' "$(sqlite3 old.db 'PRAGMA user_version')" "$latest"
for table in traces documents files inbox feedback trace_text; do
    same "$table" "$(sqlite3 old.db "SELECT * FROM $table")" "$(sqlite3 "$old" "SELECT * FROM $table")"
done
same 'the scorer' "$(sqlite3 old.db 'SELECT id, name, policy_id IS NULL FROM scorers')" '1|lightning|1'

it 'has the tables of a new file'
lightning import "$traces" --db new.db >/dev/null 2>&1
schema="SELECT type, name, replace(replace(sql, '  ', ' '), char(10), ' ') FROM sqlite_master
  WHERE name NOT LIKE 'sqlite%' ORDER BY 1, 2"
same 'schema' "$(sqlite3 old.db "$schema")" "$(sqlite3 new.db "$schema")"

it 'is the same by hand'
cp "$old" hand.db
(cd "$project" && for file in sql/migrations/*.sql; do
    number=${file#sql/migrations/}
    sqlite3 -bail "$work/here/hand.db" 'BEGIN IMMEDIATE' ".read $file" "PRAGMA user_version = ${number%%-*}" COMMIT
done)
same 'schema' "$(sqlite3 hand.db "$schema")" "$(sqlite3 new.db "$schema")"
same 'version' "$(sqlite3 hand.db 'PRAGMA user_version')" "$(sqlite3 new.db 'PRAGMA user_version')"
sqlite3 shown.db <"$project/sql/schema.sql" >/dev/null
lightning --show-sql import "$traces" --db none.db | sed -n '/^-- schema/,/^PRAGMA foreign_keys/p' >create.sql
rm -f shown.db*
sqlite3 shown.db <create.sql >/dev/null
same 'what --show-sql prints' "$(sqlite3 shown.db "$schema")" "$(sqlite3 new.db "$schema")"

it 'is analysed, scored anew and exported as any file is'
run lightning analyze summary --db old.db --format csv
exits 0
does grep -q '^6,4,' "$work/out"
run lightning score --db old.db
exits 0
does grep -q '^old.db: 5 of 6 traces scored anew$' "$work/out"
run lightning export --as legacy copy --db old.db
exits 0
for file in $(cd copy && find . -name '*.json' ! -name 'Planner*' ! -name '*_122701_207953.json'); do
    does cmp "copy/$file" "$traces/$file"
done
same 'files' "$(find copy -name '*.json' | wc -l)" 7
