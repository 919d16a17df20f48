#!/bin/sh
# hostile_folders.sh -- import of folders that hold all they should not: every entry ends as one row of
# the ledger, and none keeps the others from coming in.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

# Root may read everything: where that matters somebody else does it.
chmod 755 "$work" "$work/here"
cp "$program" "$work/lightning"
program=$work/lightning
mkdir db
chmod 777 db

day=t/20241206
mkdir -p $day t/20241207

it 'gives every kind of entry its row and goes on'
trace a >$day/a.json
trace a >$day/a_same.json
trace a 13 >$day/a_other.json
: >$day/empty.json
printf '{"trace_id": "half", "prom' >$day/half.json
printf '{"trace_id": "spaces"}   \n' >$day/spaces.json
printf '[1, 2]' >$day/list.json
printf '{"component": "Planner"}' >$day/no_id.json
printf '{"trace_id": ""}' >$day/no_name.json
printf '{"trace_id": "latin \344"}' >$day/latin.json
printf '{"trace_id": "x"}\0' >$day/nul.json
# Editors and writers leave these; the last two are taken: they are files that end in .json.
trace t >$day/b.json.tmp
trace t >$day/b.json~
trace t >$day/.b.json.swp
trace t >$day/b.json.1
trace t >$day/upper.JSON
trace t >$day/.json
trace hidden >$day/.hidden.json
trace lock >"$day/.#lock.json"
mkdir -p $day/folder.json $day/deeper
trace deep >$day/folder.json/deep.json
trace deep >$day/deeper/deep.json
ln -s a.json $day/link.json
ln -s nowhere $day/nowhere.json
ln -s . $day/here.json
mkfifo $day/pipe.json
python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$day/socket.json')"
# Names as bytes.
trace newline >"$day/new
line.json"
trace bytes >"$(printf '%s/odd\377.json' $day)"
trace quote >"$day/it's \"x\"; --.json"
trace dash >$day/-rf.json
trace percent >$day/%s%n.json
trace long >"$day/$(printf '%0250d' 0).json"
trace escape >"$(printf '%s/\033[31mred.json' $day)"
# Beside the days.
trace top >t/top.json
mkdir -p t/20241301 t/20240230 t/2024120 t/2024-12-06 t/00000101 t/nested/20241206 t/.git
for folder in 20241301 20240230 2024120 2024-12-06 00000101 nested/20241206; do
    trace "in $folder" >t/$folder/x.json
done
ln -s 20241206 t/20241208
trace file >t/20241209
mkfifo t/20241210
trace last >t/20241207/last.json
age t
run lightning import t --db x.db
exits 1
prints '45 files met
  imported         12
  duplicate         1
  conflict          1
  rejected          5
  incomplete        2
  skipped          24
x.db: 12 traces, 0.2 MB'
complains "lightning: t/00000101: skipped: a folder whose name is no day (YYYYMMDD)
lightning: t/20240230: skipped: a folder whose name is no day (YYYYMMDD)
lightning: t/20241206/empty.json: incomplete: empty
lightning: t/20241206/half.json: incomplete: ends at byte 26, where '\"' to end the string is expected
lightning: t/20241206/latin.json: rejected: expected valid UTF-8 at byte 20
lightning: t/20241206/list.json: rejected: expected '{' at byte 0
lightning: t/20241206/no_id.json: rejected: expected an object with a trace_id at byte 0
lightning: t/20241206/no_name.json: rejected: expected a trace_id that is a non-empty string at byte 13
lightning: t/20241206/nul.json: rejected: expected the end of the document at byte 17
lightning: t/20241208: skipped: a symbolic link, which is not followed
lightning: and 4 more: SELECT path, state, reason FROM files WHERE state <> 'imported'"
no_day='a folder whose name is no day (YYYYMMDD)'
link='a symbolic link, which is not followed'
suffix='its name does not end in .json'
same 'the ledger' "$(ledger x.db)" "X'32303234313230362F6F6464FF2E6A736F6E'|imported|
.git|skipped|$no_day
00000101|skipped|$no_day
2024-12-06|skipped|$no_day
20240230|skipped|$no_day
2024120|skipped|$no_day
$(printf '20241206/\033[31mred.json')|imported|
20241206/%s%n.json|imported|
20241206/-rf.json|imported|
20241206/.#lock.json|imported|
20241206/.b.json.swp|skipped|$suffix
20241206/.hidden.json|imported|
20241206/.json|skipped|$suffix
20241206/$(printf '%0250d' 0).json|imported|
20241206/a.json|imported|
20241206/a_other.json|conflict|its trace_id is that of another trace, with other bytes; the first one stays
20241206/a_same.json|duplicate|
20241206/b.json.1|skipped|$suffix
20241206/b.json.tmp|skipped|$suffix
20241206/b.json~|skipped|$suffix
20241206/deeper|skipped|a folder
20241206/empty.json|incomplete|empty
20241206/folder.json|skipped|a folder
20241206/half.json|incomplete|ends at byte 26, where '\"' to end the string is expected
20241206/here.json|skipped|$link
20241206/it's \"x\"; --.json|imported|
20241206/latin.json|rejected|expected valid UTF-8 at byte 20
20241206/link.json|skipped|$link
20241206/list.json|rejected|expected '{' at byte 0
20241206/new\\nline.json|imported|
20241206/no_id.json|rejected|expected an object with a trace_id at byte 0
20241206/no_name.json|rejected|expected a trace_id that is a non-empty string at byte 13
20241206/nowhere.json|skipped|$link
20241206/nul.json|rejected|expected the end of the document at byte 17
20241206/pipe.json|skipped|a FIFO
20241206/socket.json|skipped|a socket
20241206/spaces.json|imported|
20241206/upper.JSON|skipped|$suffix
20241207/last.json|imported|
20241208|skipped|$link
20241209|skipped|not in a day's folder (YYYYMMDD)
20241210|skipped|a FIFO
20241301|skipped|$no_day
nested|skipped|$no_day
top.json|skipped|not in a day's folder (YYYYMMDD)"
same 'the days' "$(sqlite3 x.db 'SELECT day, count(*) FROM traces GROUP BY day')" '2024-12-06|11
2024-12-07|1'

it 'keeps the bytes of all that it could read'
same 'documents that are not their files' "$(lightning sql --db x.db --format csv "
  SELECT t.path FROM files AS f JOIN documents AS d ON d.id = f.document_id
  JOIN legacy_traces('t') AS t ON CAST(t.path AS BLOB) = CAST(f.path AS BLOB)
  WHERE document_hash(t.document) <> d.hash")" ''
same 'documents that are their files' "$(lightning sql --db x.db --format csv "
  SELECT count(*) AS n FROM files AS f JOIN documents AS d ON d.id = f.document_id
  JOIN legacy_traces('t') AS t ON CAST(t.path AS BLOB) = CAST(f.path AS BLOB)
  WHERE document_hash(t.document) = d.hash")" 'n
21'
same 'files without bytes' "$(sqlite3 x.db "
  SELECT count(*) FROM files WHERE state <> 'skipped' AND document_id IS NULL")" 0

it 'meets the same again'
run lightning import t --db x.db
exits 1
prints '45 files met, nothing changed
  unchanged        45  (of them 1 conflict, 5 rejected, 2 incomplete)
x.db: 12 traces, 0.2 MB'
complains ''
whole x.db

it 'prints no name raw'
mkdir -p names/20241206
: >"$(printf 'names/20241206/\033[31m\nodd\377.json')"
age names
run lightning import names --db names.db
exits 1
complains "$(printf 'lightning: names/20241206/\\x1b[31m\\nodd\357\277\275.json: incomplete: empty')"

it 'takes a device for no file'
if [ "$(id -u)" = 0 ] && mknod $day/device.json c 1 5 2>/dev/null; then
    age $day
    cp x.db device.db
    run lightning import t --db device.db
    exits 1
    same 'its row' "$(ledger device.db "path GLOB '*device*'")" '20241206/device.json|skipped|a device'
    rm $day/device.json
else
    echo 'skipped: making a device needs root'
fi

it 'says which files and folders may not be read, and takes them once they may be'
mkdir -p shut/20241206 shut/20241207
trace good >shut/20241206/good.json
trace shut >shut/20241206/shut.json
trace inside >shut/20241207/inside.json
age shut
chmod 0 shut/20241206/shut.json shut/20241207
chmod 755 shut shut/20241206
if [ "$(id -u)" = 0 ]; then
    chown -R 65534 shut
fi
run unprivileged "$program" import shut --db db/shut.db
exits 1
prints '3 files met
  imported          1
  rejected          2
db/shut.db: 1 trace, 0.2 MB'
complains "lightning: shut/20241206/shut.json: rejected: cannot be read: Permission denied
lightning: shut/20241207: rejected: a day's folder that cannot be opened: Permission denied"
same 'the ledger' "$(ledger db/shut.db)" "20241206/good.json|imported|
20241206/shut.json|rejected|cannot be read: Permission denied
20241207|rejected|a day's folder that cannot be opened: Permission denied"
run unprivileged "$program" import shut --db db/shut.db
exits 1
prints '3 files met
  rejected          2
  unchanged         1
db/shut.db: 1 trace, 0.2 MB'
# Neither size nor time of a file tells that it may be read now.
chmod 600 shut/20241206/shut.json
chmod 700 shut/20241207
run unprivileged "$program" import shut --db db/shut.db
exits 0
prints '3 files met
  imported          2
  unchanged         1
db/shut.db: 3 traces, 0.2 MB'
complains ''
same 'the ledger' "$(ledger db/shut.db)" '20241206/good.json|imported|
20241206/shut.json|imported|
20241207/inside.json|imported|'

it 'keeps what it had of files that may not be read any more'
echo 'no trace' >shut/20241206/broken.json
age shut
if [ "$(id -u)" = 0 ]; then
    chown 65534 shut/20241206/broken.json
fi
run unprivileged "$program" import shut --db db/shut.db
exits 1
before=$(sqlite3 db/shut.db 'SELECT path, document_id FROM files; SELECT id FROM documents')
chmod 0 shut/20241206/shut.json shut/20241206/broken.json
touch shut/20241206/shut.json shut/20241206/broken.json
run unprivileged "$program" import shut --db db/shut.db
exits 1
complains 'lightning: shut/20241206/broken.json: rejected: cannot be read: Permission denied
lightning: shut/20241206/shut.json: rejected: cannot be read: Permission denied'
same 'the traces' "$(sqlite3 db/shut.db 'SELECT count(*) FROM traces')" 3
same 'whose bytes are kept' "$(sqlite3 db/shut.db 'SELECT path, document_id FROM files; SELECT id FROM documents')" "$before"
chmod 600 shut/20241206/shut.json
rm -f shut/20241206/broken.json
run unprivileged "$program" import shut --db db/shut.db
exits 0
same 'the traces' "$(sqlite3 db/shut.db 'SELECT count(*) FROM traces')" 3

it 'does not read a file of 10 GB to see that it is too large'
mkdir -p large/20241206
trace small >large/20241206/small.json
if truncate -s 10G large/20241206/sparse.json 2>/dev/null; then
    age large
    run timeout 20 "$program" import large --db large.db
    exits 1
    prints '2 files met
  imported          1
  rejected          1
large.db: 1 trace, 0.2 MB'
    complains 'lightning: large/20241206/sparse.json: rejected: larger than 64 MiB'
    if can_inject; then
        ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace.log -P "$PWD/large/20241206/sparse.json" \
            -e trace=read "$program" import large --db large2.db >/dev/null 2>&1
        same 'how often it was read from' "$(wc -l <trace.log)" 1
    fi
    run timeout 20 "$program" import large --db large.db
    exits 1
    prints '2 files met, nothing changed
  unchanged         2  (of them 1 rejected)
large.db: 1 trace, 0.2 MB'
    rm large/20241206/sparse.json
else
    echo 'skipped: no file of 10 GB can be made here'
fi

it 'takes the largest file it reads and not the next'
mkdir -p cap/20241206
for more in 0 1; do
    {
        trace "cap $more" | tr -d '}'
        printf ', "x": "'
        head -c $(((64 << 20) + more - $(trace "cap $more" | wc -c) - 8 - 2 + 1)) /dev/zero | tr '\0' x
        printf '"}'
    } >cap/20241206/cap$more.json
done
same 'their sizes' "$(stat -c %s cap/20241206/*)" '67108864
67108865'
age cap
run lightning import cap --db cap.db
exits 1
complains 'lightning: cap/20241206/cap1.json: rejected: larger than 64 MiB'
same 'the ledger' "$(ledger cap.db)" '20241206/cap0.json|imported|
20241206/cap1.json|rejected|larger than 64 MiB'
# It may also be that the size a file tells is not what it turns out to have.
if ! sanitized; then
    build shim_io -shared
    rm cap.db
    run env LD_PRELOAD="$work/shim_io.so" SHIM_SHORT=1 "$program" import cap --db cap.db
    exits 1
    complains 'lightning: cap/20241206/cap1.json: rejected: larger than 64 MiB'
fi
rm -r cap cap.db

it 'takes 20,000 files of one day, in the order of their names'
mkdir -p many/20241206
i=20000
while [ $i -gt 0 ]; do
    trace $i >many/20241206/$i.json
    i=$((i - 1))
done
age many
run lightning import many --db many.db
exits 0
does grep -q '^20000 files met$' "$work/out"
does grep -q '^  imported      20000$' "$work/out"
complains ''
same 'rows out of order' "$(sqlite3 many.db "SELECT count(*) FROM (
  SELECT path > lag(path) OVER (ORDER BY document_id) AS later FROM files) WHERE NOT later")" 0
run lightning import many --db many.db
exits 0
does grep -q '^20000 files met, nothing changed$' "$work/out"
rm -r many many.db

it 'takes one day when DIR is one, and one that is met by several paths once'
mkdir elsewhere
ln -s ../t elsewhere/link
run lightning import t/20241207 --db days.db
exits 0
prints '1 file met
  imported          1
days.db: 1 trace, 0.2 MB'
run lightning import t/20241206/ --db days.db
exits 1
prints '33 files met
  imported         11
  duplicate         1
  conflict          1
  rejected          5
  incomplete        2
  skipped          13
days.db: 12 traces, 0.2 MB'
for folder in t/20241206 ./t/../t/20241206 elsewhere/link/20241206 t/20241208; do
    run lightning import "$folder" --db days.db
    exits 1
    prints '33 files met, nothing changed
  unchanged        33  (of them 1 conflict, 5 rejected, 2 incomplete)
days.db: 12 traces, 0.2 MB'
done
run lightning import elsewhere/link --db days.db
exits 1
prints '45 files met
  skipped          11
  unchanged        34  (of them 1 conflict, 5 rejected, 2 incomplete)
days.db: 12 traces, 0.2 MB'
same 'its roots' "$(sqlite3 days.db 'SELECT DISTINCT root FROM files')" "$PWD/t"
same 'what is in it' "$(holds days.db)" "$(holds x.db)"

it 'says what is wrong with a DIR, and takes those before it'
run lightning import nowhere --db new.db
exits 3
prints ''
complains "lightning: cannot open the folder 'nowhere': No such file or directory"
run lightning import t/top.json --db new.db
exits 3
complains "lightning: cannot open the folder 't/top.json': Not a directory"
run lightning import '' --db new.db
exits 3
complains "lightning: cannot open the folder '': No such file or directory"
ln -s loop loop
run lightning import loop --db new.db
exits 3
complains "lightning: cannot open the folder 'loop': Too many levels of symbolic links"
run lightning import /dev/null --db new.db
exits 3
complains "lightning: cannot open the folder '/dev/null': Not a directory"
mkdir empty
run lightning import empty --db empty.db
exits 0
prints '0 files met
empty.db: 0 traces, 0.2 MB'

# ---- what changes between listing and opening ----

if sanitized; then
    echo 'skipped: files that change between listing and opening: a sanitizer lets no shim before it'
    exit 0
fi

# changes NAME [SPARE]: an import of the folder `race`, whose file NAME changes when it is opened.
changes()
{
    rm -rf race race.db*
    mkdir -p race/20241206
    for name in a b c; do
        trace $name >race/20241206/$name.json
    done
    age race
    run env LD_PRELOAD="$work/shim_io.so" SHIM_OPEN="$1" ${2:+SHIM_SPARE="$2"} \
        timeout 20 "$program" import race --db race.db
}

it 'passes over a file that vanished after it was listed'
changes b.json
exits 0
prints '3 files met
  imported          2
  skipped           1
race.db: 2 traces, 0.2 MB'
complains ''
same 'the ledger' "$(ledger race.db)" '20241206/a.json|imported|
20241206/b.json|skipped|vanished while the folder was read
20241206/c.json|imported|'
trace b >race/20241206/b.json
age race
run lightning import race --db race.db
exits 0
same 'the ledger' "$(ledger race.db "path GLOB '*b.json'")" '20241206/b.json|imported|'

it 'does not follow a link that took a file'"'"'s place after it was listed'
trace secret >secret.json
ln -s "$PWD/secret.json" spare
changes b.json spare
exits 1
complains 'lightning: race/20241206/b.json: rejected: cannot be read: Too many levels of symbolic links'
same 'the traces' "$(sqlite3 race.db 'SELECT trace_id FROM traces ORDER BY trace_id')" 'a
c'

it 'does not wait for a FIFO that took a file'"'"'s place after it was listed'
rm spare
mkfifo spare
changes b.json spare
exits 1
same 'the traces' "$(sqlite3 race.db 'SELECT trace_id FROM traces ORDER BY trace_id')" 'a
c'
run lightning import race --db race.db
exits 0
same 'the ledger' "$(ledger race.db "path GLOB '*b.json'")" '20241206/b.json|skipped|a FIFO'

it 'reads no folder that took a file'"'"'s place after it was listed'
rm spare
mkdir spare
changes b.json spare
exits 1
complains 'lightning: race/20241206/b.json: rejected: cannot be read: Is a directory'

it 'does not follow a link that took the place of a day after it was listed'
mkdir other
trace secret >other/secret.json
rm -rf race
mkdir -p race/20241206
trace a >race/20241206/a.json
ln -s "$PWD/other" race_day
run env LD_PRELOAD="$work/shim_io.so" SHIM_OPEN=20241206 SHIM_SPARE=race_day "$program" sql \
    --db x.db --format csv "SELECT path, trace_id, file_error FROM legacy_traces('race')"
exits 0
prints "path,trace_id,file_error
20241206,,\"a day's folder that cannot be opened: Not a directory\""
