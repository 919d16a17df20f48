#!/bin/sh
# open.sh -- which files are opened, which are refused, and what is left beside them.
. "$(dirname "$0")/lib.sh"

# What a file is, to see that it was not changed.
fingerprint()
{
    cksum "$1"
    stat -c '%a %Y' "$1"
}

# refuses FILE COMPLAINT: neither reading nor writing commands take the file, nor do they change it.
refuses()
{
    before=$(fingerprint "$1")
    for options in '' --write; do
        # shellcheck disable=SC2086 # no option is no word
        run lightning sql --db "$1" $options 'SELECT 1'
        exits 3
        prints ''
        complains "lightning: $2"
    done
    run lightning analyze --db "$1"
    exits 3
    complains "lightning: $2"
    same "$1 after it" "$(fingerprint "$1")" "$before"
    same "beside $1" "$(ls "$1"-* 2>/dev/null)" ''
}

# Creating belongs to import: it refuses the same files.
refuses_import()
{
    before=$(fingerprint "$1")
    run lightning import "$traces" --db "$1"
    exits 3
    complains "lightning: $2"
    same "$1 after it" "$(fingerprint "$1")" "$before"
}

it 'says how to make a file that is not there'
run lightning sql 'SELECT 1'
exits 3
prints ''
complains 'lightning: traces.db: there is no such file: make it with `lightning import DIR --db traces.db`, or name another with --db'
run lightning analyze --db no/such.db
exits 3
complains 'lightning: no/such.db: there is no such file: make it with `lightning import DIR --db no/such.db`, or name another with --db'
same 'the folder after it' "$(ls)" ''

it 'refuses what is not a file, or may not be read'
mkdir folder.db
run lightning sql --db folder.db 'SELECT 1'
exits 3
complains 'lightning: folder.db: cannot be read: Is a directory'
mkfifo pipe.db
run lightning sql --db pipe.db 'SELECT 1'
exits 3
complains 'lightning: pipe.db: cannot be read: Operation not supported'

it 'says that an empty file is empty'
: >empty.db
refuses empty.db 'empty.db: is empty: fill it with `lightning import DIR --db empty.db`'

it 'refuses what is no database'
echo 'The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog twice.' \
    >text.db
refuses text.db 'text.db: is not an SQLite database; it is left as it is'
refuses_import text.db 'text.db: is not an SQLite database; it is left as it is'
printf 'SQLite format 3\0' >short.db
refuses short.db 'short.db: is not an SQLite database; it is left as it is'

it 'refuses the database of another program, whatever its numbers are'
sqlite3 plain.db 'CREATE TABLE t (a)'
refuses plain.db 'plain.db: is a database of another program; it is left as it is'
refuses_import plain.db 'plain.db: is a database of another program; it is left as it is'
sqlite3 numbered.db 'PRAGMA application_id = 4711; PRAGMA user_version = 1'
refuses numbered.db 'numbered.db: is a database of another program; it is left as it is'
refuses_import numbered.db 'numbered.db: is a database of another program; it is left as it is'
sqlite3 other-wal.db 'PRAGMA journal_mode = WAL; CREATE TABLE t (a)' >/dev/null
refuses other-wal.db 'other-wal.db: is a database of another program; it is left as it is'

it 'leaves alone what another program has only in its -wal yet'
sqlite3 busy.db 'PRAGMA journal_mode = WAL; CREATE TABLE t (a)' \
    '.shell cp busy.db crashed.db; cp busy.db-wal crashed.db-wal' >/dev/null
cp crashed.db-wal wal-before
before=$(fingerprint crashed.db)
for options in '' --write; do
    # shellcheck disable=SC2086 # no option is no word
    run lightning sql --db crashed.db $options 'SELECT 1'
    exits 3
    complains 'lightning: crashed.db: is a database of another program; it is left as it is'
done
run lightning import "$traces" --db crashed.db
exits 3
does cmp crashed.db-wal wal-before
same 'the file after it' "$(fingerprint crashed.db)" "$before"

it 'refuses a file of a newer lightning'
make_db newer.db 'PRAGMA user_version = 9999'
refuses newer.db "newer.db: is of version 9999, made by a newer lightning; this one knows up to $latest"
refuses_import newer.db "newer.db: is of version 9999, made by a newer lightning; this one knows up to $latest"

it 'never takes a name for a URI or for memory'
make_db './file:uri.db?mode=ro'
run lightning sql --write --db 'file:uri.db?mode=ro' 'CREATE TABLE extra (a)'
exits 0
complains ''
run lightning sql --db :memory: 'SELECT 1'
exits 3

it 'makes a file that only its owner may read, whatever the umask'
(umask 000 && lightning import "$traces" --db new.db >/dev/null 2>&1)
same 'its permissions' "$(stat -c %a new.db)" 600
run lightning sql --format csv --db new.db 'PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode'
exits 0
prints "application_id
1818847086
user_version
$latest
journal_mode
wal"
same 'beside it' "$(ls new.db*)" new.db

it 'fills a file that is empty'
lightning import "$traces" --db empty.db >/dev/null 2>&1
run lightning sql --format csv --db empty.db 'PRAGMA application_id'
exits 0

it 'lets several processes make the same file at once'
for round in 1 2 3 4 5; do
    for process in 1 2 3 4; do
        {
            lightning import "$traces" --db "race$round.db" >"log$process" 2>&1
            echo "$?" >"status$process"
        } &
    done
    wait
    # A broken file in the folder makes the status of an import 1.
    same "how they ended, round $round" "$(cat status? | sort -u | tr -d '01\n')" ''
    same 'their tables' "$(sqlite3 "race$round.db" .schema | cksum)" "$(sqlite3 new.db .schema | cksum)"
    same 'the file' "$(sqlite3 "race$round.db" 'PRAGMA integrity_check')" ok
    same 'beside it' "$(ls "race$round.db"*)" "race$round.db"
done
same 'complaints of locks' "$(grep -h -e lock -e busy log?)" ''

it 'leaves no -wal after reading or writing'
make_db tidy.db
run lightning sql --db tidy.db 'SELECT count(*) FROM traces'
exits 0
run lightning sql --db tidy.db --write "INSERT INTO traces (trace_id, day) VALUES ('a', '2024-12-06')"
exits 0
run lightning analyze --db tidy.db --start-date 20300101
exits 0
same 'beside it' "$(ls tidy.db*)" tidy.db

it 'follows a link to where the file is'
mkdir away
mv tidy.db away/real.db
ln -s away/real.db tidy.db
run lightning sql --db tidy.db 'SELECT count(*) FROM traces'
exits 0
run lightning sql --db tidy.db --write "UPDATE traces SET model = 'm'"
exits 0
same 'beside it' "$(ls away tidy.db*)" 'tidy.db

away:
real.db'
rm tidy.db
mv away/real.db tidy.db
ln -s nowhere.db dangling.db
run lightning import "$traces" --db dangling.db
exits 3
complains 'lightning: dangling.db: cannot be opened: unable to open database file'

it 'reads the -wal that a crash has left, and leaves it for a writer'
make_db busy2.db
sqlite3 busy2.db "INSERT INTO traces (trace_id, day) VALUES ('a', '2024-12-06')" \
    '.shell cp busy2.db wal.db; cp busy2.db-wal wal.db-wal' >/dev/null
cp wal.db-wal wal-before
run lightning sql --db wal.db --format csv 'SELECT count(*) AS n FROM traces'
exits 0
prints 'n
1'
does cmp wal.db-wal wal-before
run lightning sql --db wal.db --write --format csv 'SELECT count(*) AS n FROM traces'
prints 'n
1'
same 'beside it' "$(ls wal.db*)" wal.db

it 'opens every connection with foreign keys, a patient lock and full syncing'
run lightning sql --db tidy.db --format csv 'PRAGMA foreign_keys; PRAGMA busy_timeout; PRAGMA synchronous'
exits 0
prints 'foreign_keys
1
timeout
30000
synchronous
2'

# Root may write anywhere: these need somebody else.
chmod 755 "$work" "$work/here"
cp "$program" "$work/here/lightning"
program=$work/here/lightning

it 'reads a file in a folder where nothing may be written, whatever its name'
mkdir shut
for name in traces.db 'odd %41?mode=rw#.db'; do
    cp tidy.db "shut/$name"
    chmod 644 "shut/$name"
done
chmod 555 shut
for name in traces.db 'odd %41?mode=rw#.db'; do
    run unprivileged "$program" sql --db "shut/$name" --format csv 'SELECT count(*) AS n FROM traces'
    exits 0
    complains ''
    prints 'n
1'
    run unprivileged "$program" analyze --db "shut/$name"
    exits 0
done
same 'the folder after it' "$(ls shut)" 'odd %41?mode=rw#.db
traces.db'

it 'says so when such a file was written meanwhile'
run unprivileged "$program" sql --db shut/traces.db 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
  SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n' &
sleep 0.2
touch -d '2024-12-06' shut/traces.db
wait
same 'its complaint' "$(cat "$work/err")" \
    'lightning: shut/traces.db: was written while it was read, so what was read may be wrong: run it again'

it 'says why a file with a -wal in such a folder cannot be read'
chmod 755 shut
echo log >shut/traces.db-wal
chmod 644 shut/traces.db-wal
chmod 555 shut
run unprivileged "$program" sql --db shut/traces.db 'SELECT 1'
exits 3
prints ''
complains 'lightning: shut/traces.db: cannot be read where it is: SQLite must write shut/traces.db-shm beside it and may not: copy it (with its -wal, if any) to a folder of your own'
run unprivileged "$program" analyze --db shut/traces.db
exits 3

it 'says that a file may not be read, or not be written'
mkdir open
chmod 777 open
cp tidy.db open/mine.db
chmod 600 open/mine.db
run unprivileged "$program" sql --db open/mine.db 'SELECT 1'
if [ "$(id -u)" = 0 ]; then
    exits 3
    complains 'lightning: open/mine.db: cannot be read: Permission denied'
fi
chmod 444 open/mine.db
run unprivileged "$program" sql --db open/mine.db --write 'SELECT 1'
exits 3
complains 'lightning: open/mine.db: cannot be written: you may only read it'
run unprivileged "$program" sql --db open/mine.db --format csv 'SELECT count(*) AS n FROM traces'
exits 0
prints 'n
1'
chmod 555 open
run unprivileged "$program" import "$traces" --db open/new.db
exits 3
complains 'lightning: open/new.db: cannot be made: Permission denied'
