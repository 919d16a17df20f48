#!/bin/sh
# backup.sh -- `lightning backup`: a copy that is whole, private, and made while others write.
. "$(dirname "$0")/lib.sh"

lightning import "$traces" >/dev/null 2>&1
# A copy has its indexes in another order.
dump()
{
    sqlite3 "$1" .dump | sort | cksum
}

it 'copies the file, for its owner alone'
umask 000
run lightning backup copy.db
umask 022
exits 0
prints "traces.db: copied to copy.db, $(stat -c %s copy.db) bytes"
complains ''
same 'its permissions' "$(stat -c %a copy.db)" 600
same 'what is in it' "$(dump copy.db)" "$(dump traces.db)"
same 'its numbers' "$(sqlite3 copy.db 'PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode; PRAGMA page_size; PRAGMA integrity_check')" "1818847086
$latest
wal
8192
ok"
same 'the folder' "$(ls)" 'copy.db
traces.db'
run lightning analyze --db copy.db
exits 0

it 'refuses a name that is taken, by whatever it is'
before=$(cksum copy.db)
run lightning backup copy.db
exits 2
prints ''
complains 'lightning: copy.db: is there already, and is left as it is'
same 'the copy' "$(cksum copy.db)" "$before"
run lightning backup traces.db
exits 2
: >empty.db
run lightning backup empty.db
exits 2
same 'the empty file' "$(stat -c %s empty.db)" 0
mkdir folder
run lightning backup folder
exits 2
ln -s nowhere link.db
run lightning backup link.db
exits 2
rm -r empty.db folder link.db

it 'has nothing to copy from a file that is not there'
run lightning backup --db nowhere.db new.db
exits 3
does test ! -e new.db

it 'says why a copy cannot be made'
run lightning backup no/such/folder.db
exits 3
complains 'lightning: no/such/folder.db: cannot be made: No such file or directory'

it 'leaves nothing behind when the disk is full'
(
    ulimit -f 64
    trap '' XFSZ
    lightning backup new.db >"$work/out" 2>"$work/err" </dev/null
)
status=$?
ran='lightning backup, with too little room'
exits 3
prints ''
does grep -q '^lightning: traces.db: ' "$work/err"
same 'the folder' "$(ls)" 'copy.db
traces.db'

it 'copies what is committed while another process writes'
sqlite3 traces.db "BEGIN IMMEDIATE; DELETE FROM traces;" '.shell touch writing' '.shell sleep 2' \
    'ROLLBACK' &
while [ ! -e writing ]; do
    sleep 0.1
done
run lightning backup busy.db
exits 0
wait
rm writing
same 'what is in it' "$(dump busy.db)" "$(dump copy.db)"

it 'takes names that SQL would take for something else'
run lightning backup "it's a copy.db"
exits 0
run lightning backup 'file:x.db?mode=ro'
exits 0
does test -s './file:x.db?mode=ro'

it 'cleans up when it is interrupted'
rm -f -- *copy.db busy.db 'file:x.db?mode=ro'
sqlite3 traces.db "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 6000)
  INSERT INTO documents (hash, size, bytes) SELECT randomblob(16), 1, randomblob(20000) FROM n"
# Not by the function: its shell would get the signal.
"$program" backup slow.db >"$work/out" 2>"$work/err" &
process=$!
while [ -z "$(find . -name 'slow.db.*' -size +100k)" ] && kill -0 "$process" 2>/dev/null; do
    sleep 0.01
done
kill -TERM "$process"
status=0
{ wait "$process" || status=$?; } 2>/dev/null
ran='lightning backup, interrupted'
exits 143
prints ''
same 'the folder' "$(ls)" traces.db

it 'only prints with --show-sql'
run lightning --show-sql backup new.db
exits 0
prints "VACUUM main INTO 'new.db';
-- and in the copy: PRAGMA journal_mode = WAL"
does test ! -e new.db
