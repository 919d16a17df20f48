#!/bin/sh
# migrations.sh -- files of older versions are brought up to date by what writes, and by nothing else.
# Compiles cli/db.c and what it needs with migrations of the test's own.
. "$(dirname "$0")/lib.sh"

for latest in 1 4 5 6 7; do
    (
        cd "$project/cli" &&
            ${CC:-cc} -std=c11 -D_GNU_SOURCE -DSQLITE_CORE -DLATEST=$latest -I. -o "$work/with-$latest" \
                "$project/tests/cli/migrations.c" \
                db.c schema.c probe.c script.c embedded.c message.c text.c -lsqlite3
    ) || exit 1
done
PATH=$work:$PATH

children='SELECT count(*), group_concat(parent_id) FROM child'

it 'makes a new file of the latest version'
run with-4 new.db create
exits 0
prints 'version 4, foreign keys 1'
same 'the children' "$(sqlite3 new.db "$children")" '3|1,1,2'
same 'the parents' "$(sqlite3 new.db 'SELECT * FROM parent')" '1|a|red
2|b|red'

it 'brings an older file up to date when it is opened for writing'
run with-1 old.db create
exits 0
prints 'version 1, foreign keys 1'
cp old.db kept.db
run with-4 old.db write
exits 0
prints 'version 4, foreign keys 1'
complains ''
same 'the children' "$(sqlite3 old.db "$children")" '3|1,1,2'
same 'the version' "$(sqlite3 old.db 'PRAGMA user_version')" 4
run with-4 old.db write
exits 0
prints 'version 4, foreign keys 1'

it 'reads an older file as it is, and says what brings it up to date when that fails'
cp kept.db old.db
run with-4 old.db read
exits 0
prints 'version 1, foreign keys 1'
complains ''
run with-4 old.db read 'SELECT colour FROM parent'
exits 3
complains "lightning: old.db: no such column: colour
lightning: old.db: is of version 1; \`lightning sql --db old.db --write ''\` brings it up to 4"
does cmp old.db kept.db

it 'refuses the file of a newer version'
cp new.db newer.db
run with-1 newer.db write
exits 3
complains 'lightning: newer.db: is of version 4, made by a newer lightning; this one knows up to 1'
does cmp new.db newer.db

it 'keeps what was reached when a migration fails, and nothing of the one that did'
cp kept.db old.db
run with-5 old.db write
exits 3
prints ''
complains 'lightning: old.db: no such column: nonsense
lightning: old.db: is left at version 4: migrations/0005-broken.sql failed'
same 'the version' "$(sqlite3 old.db 'PRAGMA user_version')" 4
same 'the colours' "$(sqlite3 old.db 'SELECT DISTINCT colour FROM parent')" red

it 'refuses a migration that leaves rows without what they refer to'
cp kept.db old.db
run with-6 old.db write
exits 3
complains 'lightning: old.db: migrations/0006-orphans.sql would leave 3 rows without what they refer to'
same 'the version' "$(sqlite3 old.db 'PRAGMA user_version')" 4
same 'the parents' "$(sqlite3 old.db 'SELECT count(*) FROM parent')" 2

it 'notices a migration that ends its transaction'
cp kept.db old.db
run with-7 old.db write
exits 3
complains 'lightning: migrations/0007-commits.sql: must not end its transaction'

it 'lets several processes bring a file up to date at once'
for round in 1 2 3 4 5; do
    cp kept.db old.db
    for process in 1 2 3 4; do
        with-4 old.db write >"log$process" 2>&1 &
    done
    wait
    same "what they say, round $round" "$(cat log?)" 'version 4, foreign keys 1
version 4, foreign keys 1
version 4, foreign keys 1
version 4, foreign keys 1'
    same 'the children' "$(sqlite3 old.db "$children")" '3|1,1,2'
done
