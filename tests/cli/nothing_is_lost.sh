#!/bin/sh
# nothing_is_lost.sh -- what an outside review found: bytes that went without a word, names that cannot
# be files, answers that depended on the way of asking.

. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

it 'keeps the bytes of a file that was broken, and the trace it held before'
mkdir -p t/20241206
trace x >t/20241206/a.json
trace y >t/20241206/b.json
age t
lightning import t >/dev/null 2>&1
echo note >t/20241206/a.json
touch -d '2024-12-07 02:00' t/20241206/a.json
run lightning import t
exits 1
complains "lightning: t/20241206/a.json: rejected: expected '{' at byte 0"
run lightning export --as legacy broken
exits 0
does diff -r t broken
same 'the traces' "$(sqlite3 traces.db 'SELECT trace_id FROM traces ORDER BY 1' | xargs)" 'x y'
same 'what is held' "$(sqlite3 traces.db "SELECT trace_id FROM traces JOIN files
  ON held_id = traces.document_id")" x

it 'says which trace is gone when its file holds another one now'
cp t/20241206/b.json t/20241206/a.json
touch -d '2024-12-07 03:00' t/20241206/a.json
run lightning import t
exits 0
prints "2 files met
  duplicate         1
  unchanged         1
1 trace is gone: rewritten, and another's now; \`reason\` in files says which
traces.db: 1 trace, 0.2 MB"
same 'the reason' "$(sqlite3 traces.db "SELECT reason FROM files WHERE path LIKE '%a.json'")" \
    'rewritten: it held x before'

it 'gives no document the id of another that is gone'
trace z >t/20241206/c.json
age t
lightning import t >/dev/null 2>&1
same 'the ids' "$(sqlite3 traces.db 'SELECT count(*) FROM documents WHERE id <= 2')" 1

it 'exports traces that came through the inbox under any name'
sqlite3 traces.db "INSERT INTO inbox (document) VALUES
  ('{\"trace_id\": \"a/../../b\", \"timestamp_end\": \"2024-12-06T01:00:00\"}'),
  ('{\"trace_id\": \"c\", \"timestamp_end\": \"2024-12-06T01:00:00\"}'),
  ('{\"trace_id\": \"plain\", \"timestamp_end\": \"2024-12-06T01:00:00\"}')"
run lightning export --as legacy inbox
exits 0
prints '6 files written to inbox'
same 'the names' "$(find inbox -name 'trace-*.json' | wc -l | xargs), $(find inbox -name plain.json)" \
    '2, inbox/20241206/plain.json'

it 'takes a folder with days in it for a traces folder, whatever its name'
mkdir 20250101
cp -r t/20241206 20250101
run lightning import 20250101 --db dated.db
exits 0
same 'the traces' "$(sqlite3 dated.db 'SELECT count(*) FROM traces')" 2

it 'says that a folder holds no traces, and makes no file for one that is not there'
mkdir -p above/t
run lightning import above --db above.db
exits 1
complains 'lightning: no trace was met: is it a traces folder, with YYYYMMDD folders in it?'
run lightning import t nowhere --db not_made.db
exits 3
complains "lightning: cannot open the folder 'nowhere': No such file or directory"
does test ! -e not_made.db

it 'filters by an empty name, by the prompt, and by no parameter in disguise'
lightning import "$traces" --db demo.db >/dev/null 2>&1
run lightning analyze summary --db demo.db --component ''
exits 0
prints 'no traces of component  in demo.db'
run lightning analyze summary --db demo.db --where 'length(prompt) > 0 AND document IS NOT NULL' --format csv
exits 0
same 'the traces' "$(sed -n 2p "$work/out" | cut -d , -f 1)" 35
run lightning analyze summary --db demo.db end_date=20241202
exits 2
complains 'lightning: end_date=20241202: write it as --end-date 20241202'

it 'gives the same sums over a folder and over the file made of it, to the last digit'
for query in "SELECT component, avg(combined_reward), avg(latency_ms) FROM SOURCE GROUP BY component" \
    "SELECT component, model, sum(latency_ms) FROM SOURCE WHERE day >= '' GROUP BY 1, 2" \
    "SELECT day, avg(latency_ms) FROM SOURCE GROUP BY day"; do
    file=$(lightning sql --db demo.db --format json "$(echo "$query" | sed 's/SOURCE/traces/')")
    folder=$(lightning sql --db demo.db --format json \
        "$(echo "$query" | sed "s|SOURCE|(SELECT * FROM legacy_traces('$traces') WHERE file_error IS NULL LIMIT -1)|")")
    same "$query" "$folder" "$file"
done

it 'refuses a file whose text is UTF-16'
{ echo "PRAGMA encoding = 'UTF-16le';"; cat "$project/sql/schema.sql"; } | sqlite3 wide.db >/dev/null
run lightning analyze --db wide.db
exits 3
complains "lightning: wide.db: keeps its text as UTF-16; lightning's files are UTF-8"
