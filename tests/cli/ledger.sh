#!/bin/sh
# ledger.sh -- what cli/ledger.h promises, case by case; and what import tells of it. ledger_random.sh
# looks for cases that are not here.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

# fresh: no folders, no database.
fresh()
{
    rm -rf t u x.db*
    mkdir -p t/20241206 t/20241207
    clock=0
}

# put ID VERSION FILE: a trace, each with a time of its own, so that one import settles it for good.
put()
{
    clock=$((clock + 1))
    trace "$1" "$2" >"$3"
    touch -d "2024-12-08 UTC + $clock minutes" "$3"
}

# states: the ledger, a line for each file; rows: the traces with their versions.
states()
{
    sqlite3 x.db "SELECT replace(root, rtrim(root, replace(root, '/', '')), '') || '/' || path || ' ' || state
      FROM files ORDER BY 1"
}

rows()
{
    sqlite3 x.db "SELECT group_concat(trace_id || ' ' || CAST(latency_ms AS INTEGER), ', ')
      FROM (SELECT * FROM traces ORDER BY trace_id)"
}

# settled DIR…: a further import changes nothing.
settled()
{
    before=$(holds x.db)
    run lightning import "$@" --db x.db
    does grep -q 'met, nothing changed$' "$work/out"
    same 'what a further import leaves' "$(holds x.db)" "$before"
}

# ---- conflicts ----

it 'ends a conflict in the import that sees its reason go, whichever of the files comes first'
for order in 'a b' 'b a'; do
    # shellcheck disable=SC2086 # two names
    set -- $order
    fresh
    put one 1 "t/20241206/$1.json"
    run lightning import t --db x.db
    put one 22 "t/20241206/$2.json"
    run lightning import t --db x.db
    exits 1
    complains "lightning: t/20241206/$2.json: conflict: its trace_id is that of another trace, with other bytes; the first one stays"
    same 'the traces' "$(rows)" 'one 1'
    settled t
    put two 1 "t/20241206/$1.json"
    run lightning import t --db x.db
    exits 0
    complains ''
    prints '2 files met
  imported          1
  replaced          1  its file was rewritten
x.db: 2 traces, 0.2 MB'
    same 'the traces' "$(rows)" 'one 22, two 1'
    settled t
done

it 'ends conflicts of a root that is not imported, and says so'
fresh
mkdir -p u/20241206
put one 1 t/20241206/a.json
put one 22 u/20241206/a.json
run lightning import t u --db x.db
put two 1 t/20241206/a.json
run lightning import t --db x.db
exits 0
prints '1 file met
  replaced          1  its file was rewritten
1 conflict of other files ended: what they were in conflict with is gone
x.db: 2 traces, 0.2 MB'
same 'the ledger' "$(states)" 't/20241206/a.json imported
u/20241206/a.json imported'
same 'the traces' "$(rows)" 'one 22, two 1'
settled t u

it 'has of several conflicts the first take the place, and the others conflict with it'
fresh
put one 1 t/20241206/a.json
put one 22 t/20241206/b.json
put one 333 t/20241206/c.json
cp -p t/20241206/b.json t/20241206/d.json
run lightning import t --db x.db
put two 1 t/20241206/a.json
run lightning import t --db x.db
exits 1
prints '4 files met
  imported          1
  duplicate         1
  replaced          1  its file was rewritten
  unchanged         1  (of them 1 conflict)
x.db: 2 traces, 0.2 MB'
same 'the ledger' "$(states)" 't/20241206/a.json imported
t/20241206/b.json imported
t/20241206/c.json conflict
t/20241206/d.json duplicate'
same 'documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 3
settled t

it 'gives a trace whose file is gone to the file that claims it, and keeps the bytes of both'
fresh
put one 1 t/20241206/a.json
put one 22 t/20241206/b.json
run lightning import t --db x.db
rm t/20241206/a.json
run lightning import t --db x.db
exits 0
prints '1 file met
  imported          1
x.db: 1 trace, 0.2 MB'
same 'the ledger' "$(states)" 't/20241206/a.json conflict
t/20241206/b.json imported'
same 'the traces' "$(rows)" 'one 22'
same 'its reason' "$(sqlite3 x.db "SELECT reason FROM files WHERE path LIKE '%b.json'")" \
    "in the place of $PWD/t/20241206/a.json, which is gone"
settled t
run lightning export --as legacy out --db x.db
does grep -q '"latency_ms": 1}' out/20241206/a.json
# When it comes back it is the one that is in conflict.
put one 1 t/20241206/a.json
run lightning import t --db x.db
exits 1
same 'the traces' "$(rows)" 'one 22'
settled t

it 'leaves a trace to the copy of a file that is gone, until that is gone too'
fresh
put one 1 t/20241206/a.json
cp -p t/20241206/a.json t/20241207/copy.json
put one 22 t/20241206/b.json
run lightning import t --db x.db
rm t/20241206/a.json
run lightning import t --db x.db
exits 1
same 'the traces' "$(rows)" 'one 1'
settled t
rm t/20241207/copy.json
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'one 22'
same 'the ledger' "$(states)" 't/20241206/a.json conflict
t/20241206/b.json imported
t/20241207/copy.json conflict'
settled t
# They share their bytes, which are not gone before both are.
put two 1 t/20241206/a.json
run lightning import t --db x.db
same 'its bytes' "$(lightning sql --db x.db --format csv "SELECT count(*) AS n FROM files
  JOIN documents ON documents.id = document_id WHERE path LIKE '%copy.json'" | tail -n 1)" 1

it 'leaves a trace with a file that is gone while nobody else claims it'
fresh
put one 1 t/20241206/a.json
run lightning import t --db x.db
rm t/20241206/a.json
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'one 1'
same 'the ledger' "$(states)" 't/20241206/a.json imported'

# ---- the same trace in several places ----

it 'follows a file that was renamed, from one day to another too, and was rewritten then'
fresh
put one 1 t/20241206/a.json
run lightning import t --db x.db
mv t/20241206/a.json t/20241207/b.json
run lightning import t --db x.db
exits 0
prints '1 file met
  duplicate         1
x.db: 1 trace, 0.2 MB'
settled t
put one 22 t/20241207/b.json
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'one 22'
same 'the ledger' "$(states)" 't/20241206/a.json conflict
t/20241207/b.json imported'
settled t

it 'follows a trace from one root to another'
fresh
put one 1 t/20241206/a.json
run lightning import t --db x.db
mkdir u
mv t/20241206 u/
run lightning import t u --db x.db
exits 0
same 'the traces' "$(rows)" 'one 1'
put one 22 u/20241206/a.json
run lightning import u t --db x.db
exits 0
same 'the traces' "$(rows)" 'one 22'
settled t u

it 'takes the same trace in two days once, and each file when it goes its own way'
fresh
put one 1 t/20241206/a.json
cp -p t/20241206/a.json t/20241207/a.json
run lightning import t --db x.db
same 'the ledger' "$(states)" 't/20241206/a.json imported
t/20241207/a.json duplicate'
put one 22 t/20241207/a.json
run lightning import t --db x.db
exits 1
same 'the traces' "$(rows)" 'one 1'
put one 22 t/20241206/a.json
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'one 22'
same 'the ledger' "$(states)" 't/20241206/a.json imported
t/20241207/a.json duplicate'
settled t

it 'does not count a trace as gone that another file of the same import brings'
fresh
put one 1 t/20241206/a.json
put two 1 t/20241206/b.json
run lightning import t --db x.db
mv t/20241206/a.json spare
mv t/20241206/b.json t/20241206/a.json
mv spare t/20241206/b.json
run lightning import t --db x.db
exits 0
does test "$(grep -c gone "$work/out")" = 0
same 'the traces' "$(rows)" 'one 1, two 1'
settled t

it 'goes from a trace to garbage and back, by other bytes too'
fresh
put one 1 t/20241206/a.json
run lightning import t --db x.db
for step in 1 2; do
    printf 'garbage %s' $step >t/20241206/a.json
    age t
    run lightning import t --db x.db
    exits 1
    same 'the traces' "$(rows)" 'one 1'
done
put two 1 t/20241206/a.json
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'two 1'
same 'documents' "$(sqlite3 x.db 'SELECT count(*) FROM documents')" 1
settled t

it 'takes times that go backwards and names that differ in case'
fresh
put one 1 t/20241206/a.json
put two 1 t/20241206/A.json
run lightning import t --db x.db
trace one 22 >t/20241206/a.json
touch -d '1999-01-01' t/20241206/a.json
run lightning import t --db x.db
exits 0
prints '2 files met
  replaced          1  its file was rewritten
  unchanged         1
x.db: 2 traces, 0.2 MB'
same 'the traces' "$(rows)" 'one 22, two 1'
settled t

it 'has one root for a day, its folder, a link to it and a relative path'
fresh
put one 1 t/20241206/a.json
put two 1 t/20241207/a.json
ln -s t link
run lightning import t/20241206 --db x.db
prints '1 file met
  imported          1
x.db: 1 trace, 0.2 MB'
run lightning import ./link/../t --db x.db
prints '2 files met
  imported          1
  unchanged         1
x.db: 2 traces, 0.2 MB'
settled link/20241206 "$PWD/t" t/20241207/
rm link

it 'finds the rows of names that sort between the days of a folder'
fresh
put one 1 t/20241206/a.json
put two 1 t/20241207/a.json
for name in 20241206-old 20241206.zip 20241206!x 0 z "$(printf '20241206\377')"; do
    echo x >"t/$name"
done
put bytes 1 "$(printf 't/20241206/\377.json')"
run lightning import t --db x.db
prints '9 files met
  imported          3
  skipped           6
x.db: 3 traces, 0.2 MB'
settled t
# Also behind a file that is new, when the transaction writes.
put three 1 t/20241206/0.json
run lightning import t --db x.db
exits 0
prints '10 files met
  imported          1
  unchanged         9
x.db: 4 traces, 0.2 MB'
settled t
rm -r t/20241206
settled t

it 'lets two importers of one root and of a part of it work at once'
fresh
n=0
while [ $n -lt 300 ]; do
    n=$((n + 1))
    trace $n >t/2024120$((6 + n % 2))/$n.json
done
age t
for folder in t t/20241206 t/20241207 t; do
    lightning import $folder --db x.db >/dev/null 2>>errors &
done
wait
same 'their complaints' "$(cat errors)" ''
same 'the ledger' "$(sqlite3 x.db 'SELECT state, count(*) FROM files GROUP BY 1')" 'imported|300'
settled t
whole x.db

# ---- the inbox ----

it 'keeps what the inbox brought too when the file that was first is rewritten'
fresh
put one 1 t/20241206/a.json
run lightning import t --db x.db
lightning sql --db x.db --write "INSERT INTO inbox (document) VALUES ('$(trace one 1)');
  SELECT lightning_take_in()" >/dev/null
put two 1 t/20241206/a.json
run lightning import t --db x.db
exits 0
same 'the traces' "$(rows)" 'one 1, two 1'
# Another version is in conflict with the one that the inbox brought, as it is the other way round.
put one 22 t/20241206/a.json
run lightning import t --db x.db
exits 1
same 'the traces' "$(rows)" 'one 1'
settled t
lightning export --as legacy inbox --db x.db >/dev/null
same 'what is written back' "$(cat inbox/20*/*.json)" "$(trace one 22)$(trace one 1)"

# ---- what is no trace ----

it 'changes nothing for what cannot be a trace, its own file among them'
fresh
put one 1 t/20241206/a.json
echo note >t/20241206/notes.txt
mkdir t/other
run lightning import t --db t/traces.db
exits 0
for more in 1 2; do
    echo "$more" >>t/20241206/notes.txt
    touch t/other
    run lightning import t --db t/traces.db
    exits 0
    does grep -q 'met, nothing changed$' "$work/out"
done
rm t/20241206/notes.txt
mkdir t/20241206/notes.txt
run lightning import t --db t/traces.db
does grep -q '^  skipped           1$' "$work/out"
same 'the reason' "$(sqlite3 t/traces.db "SELECT reason FROM files WHERE path LIKE '%notes.txt'")" 'a folder'

# ---- what is told ----

it 'names files so that they can be found, whatever DIR was'
fresh
mkdir -p u/20241206
for folder in t u; do
    echo '[]' >$folder/20241206/a.json
done
run lightning import t/ ./u/20241206/ --db x.db
exits 1
complains "lightning: t/20241206/a.json: rejected: expected '{' at byte 0
lightning: ./u/20241206/a.json: rejected: expected '{' at byte 0"
mkdir -p t2/20241206
run lightning import t2/20241206 t --db y.db
complains "lightning: t/20241206/a.json: rejected: expected '{' at byte 0"
rm -r t2 y.db
run lightning import "$PWD/t/20241206" --db y.db
complains "lightning: $PWD/t/20241206/a.json: rejected: expected '{' at byte 0"
rm y.db

it 'says how many responses are of no known shape, and where one is'
fresh
printf '{"trace_id": "a", "response": {"odd": [1]}}' >t/20241206/a.json
age t
run lightning import t --db x.db
exits 1
complains 'lightning: 1 response is of no known shape, so it has no text: t/20241206/a.json'
printf '{"trace_id": "b", "response": {"odd": 1}}' >t/20241206/b.json
printf '{"trace_id": "c", "response": {"odd": 1}}' >t/20241206/c.json
age t
run lightning import t --db x.db
complains 'lightning: 2 responses are of no known shape, so they have no text: one is t/20241206/b.json'

it 'says that traces which are here keep their session, and how to give them another'
fresh
printf '{"trace_id": "a", "metadata": {"session_id": "old", "chat": {"id": "new"}}}' >t/20241206/a.json
age t
run lightning import t --db x.db
run lightning import t --db x.db --session-key metadata.chat.id
exits 0
prints "1 file met, nothing changed
  unchanged         1
--session-key: 1 trace that was here before keeps its session_id; to have it of all:
  lightning sql --db x.db --write \"UPDATE traces SET session_id = document_value(trace_document(trace_id), '\$.metadata.chat.id')\"
x.db: 1 trace, 0.2 MB"
sed -n 's/^  lightning sql/lightning sql/p' "$work/out" >command.sh
. ./command.sh >/dev/null
same 'its session' "$(sqlite3 x.db 'SELECT session_id FROM traces')" new

it 'refuses a key that is no path'
for key in '' . .. .a a. a..b; do
    run lightning import t --db x.db --user-key "$key"
    exits 2
    complains "lightning: --user-key '$key': is no path: write names joined by dots, such as metadata.session_id"
done
run lightning import t --db x.db --session-key ''
exits 2

it 'trains no dictionary for a folder in which nothing has changed'
fresh
n=0
while [ $n -lt 1000 ]; do
    n=$((n + 1))
    trace "long name $n" >t/20241206/$n.json
done
age t
run lightning import t --db x.db
same 'dictionaries' "$(sqlite3 x.db 'SELECT count(*) FROM dictionaries')" 1
sqlite3 x.db "UPDATE dictionaries SET documents_before = -600000"
settled t
same 'dictionaries' "$(sqlite3 x.db 'SELECT count(*) FROM dictionaries')" 1
put one 1 t/20241207/a.json
run lightning import t --db x.db
same 'dictionaries' "$(sqlite3 x.db 'SELECT count(*) FROM dictionaries')" 2
put two 1 t/20241207/b.json
run lightning import t --db x.db
same 'dictionaries' "$(sqlite3 x.db 'SELECT count(*) FROM dictionaries')" 2

it 'calls a parameter of a report by its name when it is no number'
run lightning analyze slow limit=abc --db x.db
exits 2
complains 'lightning: the report slow: limit=abc: is not a whole number'
