#!/bin/sh
# analyze.sh -- `lightning analyze`: which reports, over which rows, in which form. What the reports
# say is tested elsewhere.
. "$(dirname "$0")/lib.sh"

make_db traces.db "
INSERT INTO traces (trace_id, day, component, model, latency_ms, combined_reward) VALUES
  ('a', '2024-12-06', 'Planner', 'one', 100.0, 0.5),
  ('b', '2024-12-07', 'Planner', 'two', 200.0, 0.75),
  ('c', '2024-12-08', 'It''s \"me\"', 'one', 300.0, 1.0)"
all='summary components models rewards errors distribution trend blocked'

valid_json()
{
    [ "$(sqlite3 :memory: "SELECT json_valid(readfile('$1'))")" = 1 ]
}

# Of the JSON just printed.
json()
{
    cp "$work/out" now.json
    sqlite3 :memory: "SELECT json_extract(readfile('now.json'), '$1')"
}

it 'prints all reports, each under its title'
run lightning analyze
exits 0
complains ''
for name in $all; do
    does grep -q "^$name: " "$work/out"
done
same 'longer lines' "$(LC_ALL=C.UTF-8 awk 'length > 80' "$work/out")" ''
same 'lines with blanks at the end' "$(grep ' $' "$work/out")" ''

it 'prints one object of all reports as JSON'
run lightning analyze --format json
exits 0
cp "$work/out" all.json
does valid_json all.json
same 'its members' "$(sqlite3 :memory: "SELECT group_concat(key, ' ') FROM json_each(readfile('all.json'))")" "$all"
run lightning analyze summary --format json
exits 0
cp "$work/out" one.json
same 'the array of one report' "$(sqlite3 :memory: "SELECT json(readfile('one.json'))")" \
    "$(sqlite3 :memory: "SELECT json_extract(readfile('all.json'), '\$.summary')")"

it 'prints CSV of one report, the same as the shell'
run lightning analyze --format csv
exits 2
prints ''
complains 'lightning: --format csv is for one report, such as `lightning analyze rewards --format csv`'
compared=0
for report in "$project"/sql/reports/*.sql; do
    name=$(basename "$report" .sql)
    if grep -q '^-- needs: lightning' "$report"; then
        continue
    fi
    compared=$((compared + 1))
    sqlite3 -csv -header traces.db <"$report" >shell.csv
    run lightning analyze "$name" --format csv
    exits 0
    does cmp shell.csv "$work/out"
done
does test "$compared" -gt 0

it 'knows every report it has to print, with all the filters'
run lightning analyze --list
exits 0
for report in "$project"/sql/reports/*.sql; do
    does grep -q "^$(basename "$report" .sql): " "$work/out"
done
for name in $all; do
    run lightning analyze "$name" --start-date 20241206 --end-date=2024-12-07 --component Planner \
        --model one --where 'latency_ms > 0'
    exits 0
    complains ''
done

it 'names the nearest report'
run lightning analyze sumary
exits 2
complains 'lightning: there is no report "sumary": did you mean summary?'
run lightning analyze nonsense
exits 2
complains 'lightning: there is no report "nonsense": `lightning analyze --list` lists them'

it 'gives a report parameters of its own'
run lightning analyze worst limit=1 --format json
exits 0
same 'rows' "$(sqlite3 :memory: "SELECT json_array_length(readfile('$work/out'))")" 1
run lightning analyze worst lmit=1
exits 2
complains 'lightning: the report worst has no parameter lmit: `lightning analyze --list` lists them'
run lightning analyze limit=1
exits 2
complains 'lightning: limit=1: name the report it is for before it'
run lightning analyze worst 1
exits 2
complains 'lightning: 1: a parameter of a report is written NAME=VALUE'

it 'filters'
run lightning analyze summary --format json --start-date 2024-12-07
same 'from a day on' "$(json '$[0].traces')" 2
run lightning analyze summary --format json --end-date 20241207
same 'up to a day' "$(json '$[0].traces')" 2
run lightning analyze summary --format json --component "It's \"me\""
same 'of a component' "$(json '$[0].traces')" 1
run lightning analyze summary --format json --model one
same 'of a model' "$(json '$[0].traces')" 2
run lightning analyze summary --format json --where "latency_ms < 250 -- of them"
same 'by an expression' "$(json '$[0].traces')" 2

it 'says what is wrong with --where'
where()
{
    run lightning analyze --where "$1"
    exits 2
    prints ''
    complains "lightning: --where \"$1\"$2"
}
where 'nonsense > 1' ': no such column: nonsense'
where 'latency_ms >' ': near ")": syntax error'
where '1); DELETE FROM traces; SELECT (1' ' is more than an expression'
where '1) OR (1' ': near ")": syntax error'
where '1 ORDER BY day' ': near "ORDER": syntax error'
where '' ': near ")": syntax error'
where 'count(*) > 1' ': misuse of aggregate function count()'
where ':x' ': parameters are not allowed in views'
same 'the rows' "$(sqlite3 traces.db 'SELECT count(*) FROM traces')" 3

it 'says that a range is empty'
run lightning analyze --start-date 20250101 --end-date 2025-01-02 --component Planner --model one --where 'latency_ms > 5'
exits 0
prints 'no traces between 2025-01-01 and 2025-01-02 of component Planner of model one where latency_ms > 5 in traces.db'
complains ''
run lightning analyze --start-date 20250101
prints 'no traces from 2025-01-01 on in traces.db'
run lightning analyze --end-date 20200101
prints 'no traces up to 2020-01-01 in traces.db'
run lightning analyze --start-date 20250101 --end-date 20240101
exits 0
prints 'no traces between 2025-01-01 and 2024-01-01 in traces.db'
run lightning analyze rewards --start-date 20250101 --format json
exits 0
prints '[]'
complains 'lightning: no traces from 2025-01-01 on in traces.db'
run lightning analyze --start-date 20250101 --format json
exits 0
cp "$work/out" none.json
does valid_json none.json
make_db none.db
run lightning analyze --db none.db
exits 0
prints 'no traces in none.db'

it 'reads a folder in place, with no file'
rm -rf elsewhere
mkdir elsewhere
cd elsewhere || exit 1
run lightning analyze summary --trace-dir "$traces" --format json
exits 1 # one of its files is broken
complains "lightning: $traces: files that are no traces, and so not counted: 1 (file_error of legacy_traces() says why)"
same 'a number of traces' "$(sqlite3 :memory: "SELECT json_extract(readfile('$work/out'), '\$[0].traces') > 20")" 1
run lightning analyze summary --trace-dir "$traces" --end-date 20241201
exits 0
complains ''
run lightning analyze --trace-dir="$traces" --start-date 20300101
exits 0
prints "no traces from 2030-01-01 on in $traces"
same 'the folder' "$(ls)" ''
cd ..

it 'reads the same from a folder as from the file made of it'
lightning import "$traces" --db imported.db >/dev/null 2>&1
lightning analyze --db imported.db >of-file
run lightning analyze --trace-dir "$traces"
exits 1
prints "$(cat of-file)"

it 'names the folder that is not there'
run lightning analyze --trace-dir no/such
exits 3
prints ''
same 'how often it is named' "$(grep -c 'no/such' "$work/err")" 1
mkdir "it's a folder"
run lightning analyze --trace-dir "it's a folder"
exits 0
prints "no traces in it's a folder"

it 'scores as the old script did with --legacy'
run lightning analyze legacy_rewards --format json
cp "$work/out" legacy.json
run lightning analyze --legacy --format json
exits 0
prints "$(cat legacy.json)"
run lightning analyze --legacy rewards
exits 2
complains 'lightning: --legacy is a report of its own: leave rewards out'

it 'takes the inbox in first'
document='{"trace_id": "from-inbox", "component": "Planner", "prompt": "p", "metadata": {"model": "one"}, "response": {"choices": [{"message": {"content": "It makes sense."}}]}, "timestamp_start": "2024-12-09T10:00:00", "timestamp_end": "2024-12-09T10:00:01", "latency_ms": 1000.0, "reward": null}'
sqlite3 traces.db "INSERT INTO inbox (document) VALUES ('$document')"
run lightning analyze summary --format json
exits 0
complains ''
same 'traces' "$(json '$[0].traces')" 4
same 'what is left in the inbox' "$(sqlite3 traces.db 'SELECT count(*) FROM inbox')" 0

it 'says once what in the inbox is no trace'
sqlite3 traces.db "INSERT INTO inbox (document) VALUES ('nonsense'), ('{}')"
run lightning analyze summary --format json
exits 1
complains 'lightning: traces.db: 2 in its inbox could not be taken in: see SELECT id, reason FROM inbox'
same 'traces' "$(json '$[0].traces')" 4
run lightning analyze summary --format json
exits 0
complains ''

it 'reads a file that it may not write, and says what waits in its inbox'
sqlite3 traces.db "PRAGMA journal_mode = DELETE; INSERT INTO inbox (document) VALUES ('waits')" >/dev/null
mkdir shut
cp traces.db shut/traces.db
chmod 444 shut/traces.db
chmod 555 shut
chmod 755 "$work" "$work/here"
cp "$program" "$work/here/lightning"
run unprivileged "$work/here/lightning" analyze summary --db shut/traces.db --format json
exits 1
same 'traces' "$(json '$[0].traces')" 4
complains 'lightning: shut/traces.db: cannot be written: 1 in its inbox is not counted'
chmod 755 shut

it 'counts replies of an unknown shape, and names one'
make_db unread.db "
INSERT INTO traces (trace_id, day, component, model, error, error_class, blocked, combined_reward, response_text) VALUES
  ('said', '2024-12-06', 'Planner', 'one', NULL, NULL, 0, 0.5, 'It makes sense.'),
  ('nothing', '2024-12-06', 'Planner', 'one', NULL, NULL, 0, 0.5, ''),
  ('failed', '2024-12-06', 'Planner', 'one', 'no answer', 'timeout', 0, 0.0, NULL),
  ('withheld', '2024-12-06', 'Planner', 'one', NULL, NULL, 1, 0.0, NULL),
  ('strange2', '2024-12-07', 'Planner', 'one', NULL, NULL, 0, 0.0, NULL),
  ('strange1', '2024-12-08', 'Planner', 'one', NULL, NULL, 0, 0.0, NULL)"
run lightning analyze summary --db unread.db --format json
exits 0
same 'how many' "$(json '$[0].unread')" 2
same 'the one that is named' "$(json '$[0].unread_example')" strange1
run lightning analyze errors --db unread.db --format csv
same 'the kinds' "$(cut -d , -f 1-5 "$work/out" | tr -d '\r')" 'component,model,error_class,n,calls
Planner,one,"(unknown reply)",2,6
Planner,one,timeout,1,6'

it 'says whose replies are mostly JSON, where their scores are'
make_db json.db "
INSERT INTO traces (trace_id, day, component, model, error, combined_reward, reward_empathy, response_text) VALUES
  ('a', '2024-12-06', 'Planner', 'one', NULL, 0.5, 0.0, '{\"tools\": []}'),
  ('b', '2024-12-06', 'Planner', 'one', NULL, 0.5, 0.0, '[\"look\", \"answer\"]
'),
  ('c', '2024-12-07', 'Planner', 'two', NULL, 0.5, 0.0, 'Not quite.'),
  ('d', '2024-12-06', 'Planner', 'two', 'failed', 0.0, 0.0, NULL),
  ('e', '2024-12-06', 'Responder', 'one', NULL, 0.5, 0.5, '[smiles] Good to hear {that}'),
  ('f', '2024-12-06', 'Responder', 'one', NULL, 0.5, 0.5, '{\"half\": true}')"
note='Planner: most replies are JSON, of which empathy and length say nothing'
run lightning analyze components --db json.db
exits 0
same 'below the table' "$(tail -n 1 "$work/out")" "$note"
same 'how often' "$(grep -c JSON "$work/out")" 1
does grep -q '^component .*  min$' "$work/out"
run lightning analyze rewards --db json.db
same 'below that of the rewards' "$(tail -n 1 "$work/out")" "$note"
same 'how often' "$(grep -c JSON "$work/out")" 1
run lightning analyze rewards --db json.db --format csv
same 'the rows that are marked' "$(sed -n "s/,[^,]*,\"*$note.*//p" "$work/out" | cut -d , -f 1-3)" \
    'combined,Planner,one
empathy,Planner,one
length,Planner,one'
run lightning sql "SELECT 1 AS n, 'a column as any other' AS note" --db json.db
prints 'n  note
-  ---------------------
1  a column as any other'

it 'reads the traces once for all reports'
run lightning --show-sql analyze
exits 0
same 'how often they are read' "$(grep -c 'FROM observations' "$work/out")" 1

it 'prints SQL that the sqlite3 shell understands'
rm -f traces.db
make_db traces.db "INSERT INTO traces (trace_id, day, component, combined_reward) VALUES
  ('a', '2024-12-06', 'It''s \"me\" \\ ', 0.5), ('b', '2024-12-06', 'Planner', 0.25)"
run lightning --show-sql analyze worst --db nowhere.db --component "It's \"me\" \\ " --where 'combined_reward > 0' limit=5
exits 0
complains ''
extension=$(dirname "$program")/lightning.so
sed -e "s|^\.load lightning|.load '$extension'|" -e /lightning_take_in/d "$work/out" >by_hand.sql
preload=
if nm "$extension" | grep -q __asan_init; then
    preload=LD_PRELOAD=$(${CC:-cc} -print-file-name=libasan.so)
fi
# shellcheck disable=SC2086 # one word or none
env $preload ASAN_OPTIONS=detect_leaks=0 sqlite3 -csv -header traces.db <by_hand.sql >shell.csv
run lightning analyze worst --component "It's \"me\" \\ " --where 'combined_reward > 0' limit=5 --format csv
exits 0
does cmp shell.csv "$work/out"
does test -s shell.csv
run lightning --show-sql analyze
exits 0
complains ''
sed -e "s|^\.load lightning|.load '$extension'|" -e /lightning_take_in/d "$work/out" >by_hand.sql
# shellcheck disable=SC2086
env $preload ASAN_OPTIONS=detect_leaks=0 sqlite3 -bail -csv traces.db <by_hand.sql >shell.csv 2>&1
exits 0
for report in $all; do
    case $report in
    errors | blocked) continue ;; # there are none
    esac
    lightning analyze "$report" --format csv | sed 1d >one.csv
    does grep -qxF -f one.csv shell.csv
    does test -s one.csv
done
run lightning --show-sql analyze summary --trace-dir "it's"
exits 0
does grep -q "FROM legacy_traces('it''s')" "$work/out"
