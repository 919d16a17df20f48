#!/bin/sh
# hostile_crowd.sh -- many importers and readers on one file at once: every trace comes in once, every
# reader sees whole batches, and nobody is told that the file is locked.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

importers=${IMPORTERS:-8}
readers=3

# 300 small files, for a dictionary, and 24 large ones, for several transactions.
mkdir -p t/20241206 t/20241207
n=0
while [ $n -lt 300 ]; do
    n=$((n + 1))
    trace small$n >t/20241206/$n.json
done
head -c 750000 /dev/zero | tr '\0' x >filler
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
    {
        printf '{"trace_id": "large%s", "prompt": "' $n
        cat filler
        printf '"}'
    } >t/20241207/$n.json
done
rm filler
cp t/20241206/7.json t/20241207/again.json
trace small8 99 >t/20241207/other.json
printf '{' >t/20241207/half.json
files=327
age t
lightning import t --db alone.db >alone.out 2>/dev/null

# Importers leave log.N and status.N.
start_importers()
{
    rm -f log.* status.*
    i=0
    while [ $i -lt "$importers" ]; do
        i=$((i + 1))
        {
            lightning import t --db "$1" >"log.$i" 2>&1
            echo $? >"status.$i"
        } &
    done
}

# Readers leave what they saw, "traces files" of each moment, in seen.N.
start_readers()
{
    i=0
    while [ $i -lt "$readers" ]; do
        i=$((i + 1))
        while [ -e reading ]; do
            sqlite3 -cmd '.timeout 30000' "$1" "BEGIN; SELECT (SELECT count(*) FROM traces),
              (SELECT count(*) FROM files WHERE state = 'imported'),
              (SELECT count(*) FROM files); COMMIT" 2>&1
        done >"seen.$i" &
    done
}

# The number that all logs together have under NAME.
total()
{
    awk -v name="$1" '$1 == name { sum += $2 } END { print sum + 0 }' log.*
}

check_all()
{
    same 'how the importers ended' "$(sort -u status.*)" 1
    names_no_lock log.*
    same 'the files that each met' "$(sed -n 's/ files met.*//p' log.* | sort -u)" $files
    same 'imported, by all together' "$(total imported)" 324
    same 'duplicate, by all together' "$(total duplicate)" 1
    same 'conflict, by all together' "$(total conflict)" 1
    same 'incomplete, by all together' "$(total incomplete)" 1
    same 'met by all together' \
        "$(($(total imported) + $(total duplicate) + $(total conflict) + $(total incomplete) + $(total unchanged)))" \
        $((files * importers))
    same 'what is in it' "$(digest "$1")" "$(digest alone.db)"
    same 'dictionaries' "$(sqlite3 "$1" 'SELECT count(*) FROM dictionaries')" 1
    whole "$1"
    same 'beside it' "$(ls "$1"*)" "$1"
}

it 'lets importers make and fill one file at once'
start_importers x.db
wait
check_all x.db

it 'lets readers see whole batches meanwhile'
mkdir empty
lightning import empty --db y.db >/dev/null
touch reading
start_readers y.db
start_importers y.db
i=0
while [ $i -lt "$importers" ]; do
    i=$((i + 1))
    while [ ! -s status.$i ]; do
        sleep 0.05
    done
done 2>/dev/null
rm reading
wait
check_all y.db
names_no_lock seen.*
same 'errors of readers' "$(grep -h -v '^[0-9]*|[0-9]*|[0-9]*$' seen.*)" ''
same 'moments with traces but no row for their file, or the other way' \
    "$(awk -F'|' '$1 != $2' seen.* | sort -u)" ''
does test "$(cat seen.* | wc -l)" -gt 3

it 'waits for a writer that takes its time'
lightning import empty --db z.db >/dev/null
sqlite3 z.db 'BEGIN IMMEDIATE' 'DELETE FROM scorers' '.shell touch writing' '.shell sleep 2' ROLLBACK &
while [ ! -e writing ]; do
    sleep 0.05
done
run lightning import t --db z.db
exits 1
does grep -q "^$files files met" "$work/out"
wait
same 'what is in it' "$(digest z.db)" "$(digest alone.db)"

# ---- one after the other, to the instant ----

if nm "$program" | grep -q __asan_init; then
    echo 'skipped: what others do at the worst moment: AddressSanitizer lets no shim before it'
    exit 0
fi
build shim_io -shared
rm -rf t
mkdir -p t/20241206
for name in a b; do
    trace $name >t/20241206/$name.json
done
age t

# race SCRIPT: an import that runs the script before it opens each file.
race()
{
    rm -f race.db*
    lightning import empty --db race.db >/dev/null
    run env LD_PRELOAD="$work/shim_io.so" SHIM_RUN="$1" "$program" import t --db race.db
}

cat >first.sh <<END
if [ "\$1" = a.json ]; then
    '$program' import t --db race.db >other.log 2>&1
fi
END
cat >one.sh <<END
case \$1 in
a.json)
    mv t/20241206/b.json spare
    '$program' import t --db race.db >other.log 2>&1
    mv spare t/20241206/b.json
    ;;
b.json) sqlite3 race.db 'INSERT INTO inbox (document) VALUES (1)' >sqlite.log 2>&1 || true ;;
esac
END

it 'looks a file up again when it has the lock: another may have been first'
race first.sh
exits 0
prints '2 files met, nothing changed
  unchanged         2
race.db: 2 traces, 0.2 MB'
does grep -q '^  imported          2' other.log
same 'the ledger' "$(ledger race.db)" '20241206/a.json|imported|
20241206/b.json|imported|'

it 'takes the lock for writing before it reads what it will write'
race one.sh
exits 0
complains ''
prints '2 files met
  imported          1
  unchanged         1
race.db: 2 traces, 0.2 MB'
