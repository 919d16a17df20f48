#!/bin/sh
# hostile_changes.sh -- folders that change between imports, and during them: nothing is lost, nothing
# comes in twice, and what is half-written waits.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

day=t/20241206
b=20241206/b.json

# fresh: a folder with three traces, and no database.
fresh()
{
    rm -rf t x.db
    mkdir -p $day
    for id in a b c; do
        trace $id >$day/$id.json
    done
    age t
}

# tells FIRST SECOND…: import t --db x.db; the lines that its counts are.
tells()
{
    run lightning import t --db x.db
    printf '%s\n' "$@" >"$work/want"
    sed '$d' "$work/out" >"$work/counts"
    checks=$((checks + 1))
    if ! cmp -s "$work/want" "$work/counts"; then
        break_it "import prints (- expected, + found):"
        diff -a -U 3 "$work/want" "$work/counts" | tail -n +3
    fi
}

# rows: the traces, by id, with the latency that tells their versions apart.
rows()
{
    sqlite3 x.db "SELECT group_concat(trace_id || ' ' || CAST(latency_ms AS INTEGER), ', ')
      FROM (SELECT * FROM traces ORDER BY trace_id)"
}

# ---- a file that is being written ----

it 'takes a half-written file when it is complete, whatever it was cut to'
fresh
whole_trace=$(trace b 12)
n=0
while [ $n -lt ${#whole_trace} ]; do
    printf '%s' "$whole_trace" | head -c $n >$day/b.json
    age t
    run lightning import t --db x.db
    exits 1
    same "the ledger at $n bytes" "$(sqlite3 x.db "SELECT state FROM files WHERE path = '$b'")" incomplete
    same "the traces at $n bytes" "$(rows)" 'a 12, c 12'
    n=$((n + 7))
done
trace b 12 >$day/b.json
age t
tells '3 files met' '  imported          1' '  unchanged         2'
exits 0
complains ''
same 'the traces' "$(rows)" 'a 12, b 12, c 12'
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 3

it 'keeps a trace while its file is rewritten, and replaces it when the new version is complete'
trace b 13 | head -c 40 >$day/b.json
age t
tells '3 files met' '  incomplete        1' '  unchanged         2'
exits 1
complains "lightning: t/$b: incomplete: ends at byte 40, where ',' or '}' is expected"
same 'the traces' "$(rows)" 'a 12, b 12, c 12'
same 'its document' "$(lightning sql --db x.db --format csv "SELECT trace_document('b') AS d" | tail -n 1 | tr -d '\\"')" \
    "$(trace b 12 | tr -d '"')"
tells '3 files met, nothing changed' '  unchanged         3  (of them 1 incomplete)'
exits 1
trace b 1300 >$day/b.json
age t
tells '3 files met' '  replaced          1  its file was rewritten' '  unchanged         2'
exits 0
same 'the traces' "$(rows)" 'a 12, b 1300, c 12'
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 3

it 'replaces a trace when its file is rewritten in one go, by another trace too'
trace b 14000 >$day/b.json
age t
tells '3 files met' '  replaced          1  its file was rewritten' '  unchanged         2'
trace other >$day/b.json
age t
tells '3 files met' '  replaced          1  its file was rewritten' '  unchanged         2'
same 'the traces' "$(rows)" 'a 12, c 12, other 12'
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 3

it 'keeps a trace whose file is no trace any more, or is gone'
row=$(sqlite3 x.db "SELECT id, document_id FROM traces WHERE trace_id = 'other'")
echo '[]' >$day/b.json
rm $day/c.json
age t
tells '2 files met' '  rejected          1' '  unchanged         1'
same 'the traces' "$(rows)" 'a 12, c 12, other 12'
rm $day/b.json
mkdir $day/b.json
age t
tells '2 files met' '  skipped           1' '  unchanged         1'
same 'the traces' "$(rows)" 'a 12, c 12, other 12'
rmdir $day/b.json
trace other >$day/b.json
age t
tells '2 files met, nothing changed' '  unchanged         2'
same 'the row of the trace' "$(sqlite3 x.db "SELECT id, document_id FROM traces WHERE trace_id = 'other'")" "$row"
exits 0
same 'the traces' "$(rows)" 'a 12, c 12, other 12'
whole x.db

# ---- times ----

it 'sees another content behind the same size and time when the file was new'
fresh
trace b 11 >$day/b.json
run lightning import t --db x.db
cp -p $day/b.json stamp
trace b 99 >$day/b.json
touch -r stamp $day/b.json
tells '3 files met' '  replaced          1  its file was rewritten' '  unchanged         2'
same 'the traces' "$(rows)" 'a 12, b 99, c 12'

it 'reads a file again for as long as its time lies ahead'
for latency in 21 22 23; do
    trace b $latency >$day/b.json
    touch -d '2100-01-01' $day/b.json
    tells '3 files met' '  replaced          1  its file was rewritten' '  unchanged         2'
    same 'the traces' "$(rows)" "a 12, b $latency, c 12"
done
tells '3 files met, nothing changed' '  unchanged         3'

it 'takes a file for the same when only its time changed'
touch -d '2020-01-01' $day/*.json
tells '3 files met, nothing changed' '  unchanged         3'
same 'times of the ledger' "$(sqlite3 x.db "SELECT DISTINCT date(mtime / 1000000000, 'unixepoch') FROM files")" 2020-01-01

it 'keeps times before 1970 and far ahead'
touch -d '1965-05-05 05:05:05.5 UTC' $day/a.json
touch -d '2200-01-01 UTC' $day/c.json
run lightning import t --db x.db
exits 0
run lightning export --as legacy out --db x.db
exits 0
same 'the times' "$(stat -c '%n %y' out/20241206/*)" "$(cd t && stat -c 'out/%n %y' 20241206/*)"

# ---- the same trace_id twice ----

it 'takes the same bytes twice as a duplicate, and lets it stand in when the first is rewritten'
fresh
cp -p $day/b.json $day/b_copy.json
tells '4 files met' '  imported          3' '  duplicate         1'
exits 0
trace new >$day/b.json
age t
tells '4 files met' '  imported          1' '  unchanged         3'
same 'the traces' "$(rows)" 'a 12, b 12, c 12, new 12'
same 'the ledger' "$(ledger x.db)" '20241206/a.json|imported|
20241206/b.json|imported|
20241206/b_copy.json|imported|
20241206/c.json|imported|'
trace newer >$day/b_copy.json
age t
tells '4 files met' '  replaced          1  its file was rewritten' '  unchanged         3'
same 'the traces' "$(rows)" 'a 12, c 12, new 12, newer 12'

it 'does not take a duplicate for the owner of the document it shares'
fresh
cp -p $day/b.json $day/b_copy.json
run lightning import t --db x.db
printf '{"trace_id": "b", ' >$day/b_copy.json
age t
tells '4 files met' '  incomplete        1' '  unchanged         3'
trace else >$day/b_copy.json
age t
tells '4 files met' '  imported          1' '  unchanged         3'
same 'the traces' "$(rows)" 'a 12, b 12, c 12, else 12'
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 4

it 'swaps two files without losing either trace'
fresh
run lightning import t --db x.db
mv $day/a.json spare
mv $day/b.json $day/a.json
mv spare $day/b.json
touch -d 2022-02-02 $day/*
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'a 12, b 12, c 12'
run lightning import t --db x.db
trace a 1 >$day/a.json
trace b 2 >$day/b.json
run lightning import t --db x.db
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'a 1, b 2, c 12'

it 'tells of other bytes under a trace_id that it has, keeps both, and takes the second when the first goes'
fresh
trace b 77 >$day/b_other.json
age t
tells '4 files met' '  imported          3' '  conflict          1'
exits 1
complains 'lightning: t/20241206/b_other.json: conflict: its trace_id is that of another trace, with other bytes; the first one stays'
tells '4 files met, nothing changed' '  unchanged         4  (of them 1 conflict)'
exits 1
same 'the traces' "$(rows)" 'a 12, b 12, c 12'
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 4
trace renamed >$day/b.json
age t
tells '4 files met' '  imported          1' '  replaced          1  its file was rewritten' '  unchanged         2'
exits 0
same 'the traces' "$(rows)" 'a 12, b 77, c 12, renamed 12'
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 4

it 'makes a duplicate of a conflict that is resolved'
fresh
trace b 777 >$day/b_other.json
age t
run lightning import t --db x.db
cp -p $day/b.json $day/b_other.json
age t
tells '4 files met' '  duplicate         1' '  unchanged         3'
exits 0
same 'its documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 3

it 'settles a file without looking through the tables'
fresh
run lightning import t --db x.db
lightning --show-sql import t --db x.db | grep -v ' temp\.' | grep -e '^SELECT .*main\..*;$' -e '^UPDATE ' -e '^DELETE ' \
    -e '^INSERT .*;$' | sed 's/^/EXPLAIN QUERY PLAN /' >plans.sql
does test "$(wc -l <plans.sql)" -ge 8
while read -r plan; do
    lightning sql --db x.db --format csv "$plan"
done <plans.sql >plans
does grep -q 'SEARCH ' plans
same 'scans' "$(grep 'SCAN \(main\.\)\?\(files\|traces\|documents\)' plans)" ''

# ---- two paths ----

it 'meets a tree under two paths: a link is the same root, a copy is another'
fresh
printf '{' >$day/half.json
age t
run lightning import t --db x.db
ln -s t link
mkdir -p deep/er
ln -s ../../t deep/er/link
for path in link deep/er/link ./deep/../t/ "$PWD/t"; do
    run lightning import "$path" --db x.db
    exits 1
    prints '4 files met, nothing changed
  unchanged         4  (of them 1 incomplete)
x.db: 3 traces, 0.2 MB'
done
cp -a t copy
run lightning import copy --db x.db
exits 1
prints '4 files met
  duplicate         3
  incomplete        1
x.db: 3 traces, 0.2 MB'
run lightning import copy t link --db x.db
exits 1
prints '12 files met, nothing changed
  unchanged        12  (of them 3 incomplete)
x.db: 3 traces, 0.2 MB'
same 'the traces' "$(rows)" 'a 12, b 12, c 12'
same 'its roots' "$(sqlite3 x.db 'SELECT DISTINCT root FROM files ORDER BY 1')" "$PWD/copy
$PWD/t"
rm -rf copy deep link

# ---- a writer at work ----

it 'takes all of a writer that is at work while it imports, each once'
rm -rf t x.db
mkdir -p t
(
    i=0
    while [ $i -lt 240 ]; do
        folder=t/2024120$((1 + i % 3))
        mkdir -p $folder
        # Some write in place, piece by piece, some rename when they are done, some write twice.
        case $((i % 4)) in
        0)
            trace w$i | head -c 30 >$folder/$i.json
            sleep 0.005
            trace w$i | tail -c +31 >>$folder/$i.json
            ;;
        1)
            trace w$i >$folder/$i.json.tmp
            mv $folder/$i.json.tmp $folder/$i.json
            ;;
        2)
            trace w$i 1 >$folder/$i.json
            sleep 0.005
            trace w$i 2 >$folder/$i.json
            ;;
        3)
            : >$folder/$i.json
            trace w$i >$folder/$i.json
            ;;
        esac
        i=$((i + 1))
    done
) &
writer=$!
imports=0
while kill -0 $writer 2>/dev/null; do
    run lightning import t --db x.db
    does test "$status" -le 1
    imports=$((imports + 1))
done
wait $writer
run lightning import t --db x.db
exits 0
complains ''
does test $imports -gt 2
# A file that was there under its name of the time keeps its row.
# Which files were met before they were rewritten is a matter of luck.
sqlite3 x.db "DELETE FROM files WHERE path LIKE '%.json.tmp';
  UPDATE files SET reason = NULL WHERE reason = 'rewritten'"
lightning import t --db once.db >/dev/null 2>&1
same 'what is in it' "$(digest x.db)" "$(digest once.db)"
same 'the traces' "$(sqlite3 x.db "SELECT count(*), count(DISTINCT trace_id), sum(latency_ms = 1) FROM traces")" '240|240|0'
whole x.db
