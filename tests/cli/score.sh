#!/bin/sh
# score.sh -- `lightning score`: scored anew where another scorer has scored, and compared with people.
. "$(dirname "$0")/lib.sh"

lightning import "$traces" >/dev/null 2>&1
rewards='SELECT trace_id, reward_safety, reward_empathy, reward_length, reward_latency, combined_reward FROM traces ORDER BY 1'
derived='SELECT trace_id, model, prompt_tokens, completion_tokens, finish_reason, blocked, error_class, error, response_text, reward FROM traces ORDER BY 1'
sqlite3 traces.db "$rewards" >rewards
sqlite3 traces.db "$derived" >derived
scored="SELECT count(*) FROM traces WHERE scorer_id IS (SELECT id FROM scorers WHERE name = 'lightning')"
# What an older scorer may have left.
age="INSERT OR IGNORE INTO scorers (name, version, hash) VALUES ('old', '0.0.9', 'old');
  UPDATE traces SET scorer_id = (SELECT id FROM scorers WHERE name = 'old')"
forget="UPDATE traces SET model = NULL, prompt_tokens = 7, completion_tokens = NULL, finish_reason = 'x',
  blocked = 0, error_class = 'x', error = 'x', response_text = NULL, reward_safety = 0,
  reward_empathy = 0, reward_length = 0, reward_latency = 0, combined_reward = 0"

it 'says so when there is nothing to do'
run lightning score
exits 0
prints 'traces.db: nothing to do: the current scorer scored all 35 traces'
complains ''
make_db empty.db
run lightning score --db empty.db
exits 0
prints 'empty.db: no traces to score'

it 'scores anew what another scorer scored, from the documents, and tells how the means changed'
sqlite3 traces.db "$age; $forget; UPDATE traces SET scorer_id = 1 WHERE component = 'Controller'"
run lightning score --format csv
exits 0
same 'the changes' "$(cut -d, -f1-3 "$work/out")" 'reward,n,before
combined,22,0.0
safety,22,0.0
empathy,22,0.0
length,22,0.0
latency,22,0.0'
same 'the mean after' "$(sed -n 's/^combined,22,0.0,\([^,]*\),.*/\1/p' "$work/out")" \
    "$(sqlite3 traces.db "SELECT sum(combined_reward) / 22 FROM traces WHERE component <> 'Controller'")"
does grep -q '^lightning: traces.db: 22 of 35 traces scored anew$' "$work/err"
same 'what is derived' "$(sqlite3 traces.db "$derived" | grep -v ^Controller)" "$(grep -v ^Controller derived)"
same 'the rewards' "$(sqlite3 traces.db "$rewards" | grep -v ^Controller)" "$(grep -v ^Controller rewards)"
same 'what the scorer had scored' "$(sqlite3 traces.db "SELECT DISTINCT error FROM traces WHERE component = 'Controller'")" x
same 'who' "$(sqlite3 traces.db "$scored")" 35

it 'keeps what the writer recorded'
same 'recorded' "$(sqlite3 traces.db 'SELECT count(reward), sum(reward) FROM traces')" \
    "$(lightning sql --format csv "SELECT count(reward), sum(reward) FROM legacy_traces('$traces')" | tail -1 | tr , '|')"

it 'scores what has no document by its reply, and leaves what has nothing left'
sqlite3 traces.db "$age"
lightning score >/dev/null
sqlite3 traces.db "$age; UPDATE traces SET document_id = NULL, prompt_tokens = 7
    WHERE component = 'MasterResponder' OR error IS NOT NULL;
  UPDATE traces SET response_text = NULL, reward_safety = 0.5 WHERE trace_id GLOB 'MasterResponder*_0814*'"
run lightning score
exits 0
does grep -q '^traces.db: 34 of 35 traces scored anew$' "$work/out"
does grep -q '^1 trace left as it is: no document, reply or error to score by$' "$work/out"
same 'the rewards' "$(sqlite3 traces.db "$rewards" | grep -v _0814)" "$(grep -v _0814 rewards)"
same 'what was left' "$(sqlite3 traces.db "SELECT reward_safety, (SELECT name FROM scorers WHERE id = scorer_id)
    FROM traces WHERE trace_id GLOB 'MasterResponder*_0814*'")" '0.5|old'
same 'what stays' "$(sqlite3 traces.db "SELECT DISTINCT prompt_tokens FROM traces WHERE document_id IS NULL")" 7
run lightning score
prints 'traces.db: nothing to do: the current scorer scored all 34 traces
1 trace left as it is: no document, reply or error to score by'

it 'takes filters'
rm -f traces.db*
lightning import "$traces" >/dev/null 2>&1
sqlite3 traces.db "$age; $forget"
run lightning score --component TherapyTool --start-date 20241202 --where "latency_ms > 0"
exits 0
does grep -q '^traces.db: 5 of 5 traces scored anew$' "$work/out"
same 'how many' "$(sqlite3 traces.db "$scored")" 5
run lightning score --where 'nonsense > 1'
exits 2
complains 'lightning: --where "nonsense > 1": no such column: nonsense'

it 'only says what it would do with --dry-run'
before=$(sqlite3 traces.db 'SELECT * FROM traces')
run lightning score --dry-run
exits 0
does grep -q '^traces.db: 30 of 35 traces would be scored anew$' "$work/out"
sed -n '2,/^latency/p' "$work/out" >dry
same 'traces' "$(sqlite3 traces.db 'SELECT * FROM traces')" "$before"
run lightning score
same 'what it said' "$(sed -n '2,/^latency/p' "$work/out")" "$(cat dry)"

it 'tells of components whose replies are JSON'
does grep -q '^Controller: 100 % of the replies are JSON: empathy and length say nothing there$' "$work/out"
same 'others' "$(grep -c JSON "$work/out")" 1

it 'takes the inbox in first'
sqlite3 traces.db "INSERT INTO inbox (document) VALUES ('{\"trace_id\": \"new\", \"response\": \"I hear you.\", \"timestamp_end\": \"2024-12-06\"}')"
run lightning score
exits 0
prints 'traces.db: nothing to do: the current scorer scored all 36 traces'

# ---- a policy ----

cat >ours.json <<'END'
{"name": "ours", "add": [{"id": "ours.list", "category": "style", "weight": 1, "pattern": "First, a list"}]}
END
told='{"trace_id": "TOLD", "response": "First, a list.", "timestamp_end": "2024-12-06"}'
safety()
{
    sqlite3 traces.db "SELECT reward_safety FROM traces WHERE trace_id = '$1'"
}

it 'goes by a policy from then on: for what is there, the inbox, imports, and taking in by hand'
sqlite3 traces.db "INSERT INTO inbox (document) VALUES ('$(echo "$told" | sed s/TOLD/before/)')"
run lightning score
same 'before' "$(safety before)" 1.0
run lightning score --policy ours.json
exits 0
complains ''
does grep -q '^traces.db: 37 of 37 traces scored anew with the policy ours$' "$work/out"
same 'before' "$(safety before)" 0.0
sqlite3 traces.db "INSERT INTO inbox (document) VALUES ('$(echo "$told" | sed s/TOLD/later/)')"
run lightning analyze summary
exits 0
same 'the inbox' "$(safety later)" 0.0
mkdir -p more/20241206
echo "$told" | sed s/TOLD/file/ >more/20241206/file.json
run lightning import more
exits 0
same 'imported' "$(safety file)" 0.0
run lightning sql --write "INSERT INTO inbox (document) VALUES ('$(echo "$told" | sed s/TOLD/hand/)'); "
run lightning sql --write 'SELECT lightning_take_in()'
exits 0
same 'by hand' "$(safety hand)" 0.0
run lightning score
prints 'traces.db: nothing to do: the current scorer with the policy ours scored all 40
  traces'
same 'who' "$(sqlite3 traces.db "SELECT DISTINCT s.name, p.name, p.in_force, p.policy = '$(cat ours.json)
' FROM traces t JOIN scorers s ON s.id = t.scorer_id JOIN policies p ON p.id = s.policy_id")" 'lightning with ours|ours|1|1'

it 'explains a score by the policy that it was given by'
run lightning show file
exits 0
does grep -q 'safety      0.00  ours.list "First, a list"' "$work/out"

it 'names a policy that has no name after its file'
echo '{"silence": []}' >nameless.json
run lightning score --policy nameless.json --dry-run
exits 0
does grep -q 'would be scored anew with the policy nameless.json$' "$work/out"
same 'in force' "$(sqlite3 traces.db 'SELECT name FROM policies WHERE in_force = 1')" ours

it 'refuses a policy that is none, and keeps the one in force'
echo '{"nonsense": 1}' >bad.json
run lightning score --policy bad.json
exits 3
prints ''
does grep -q '^lightning: the policy bad.json cannot be used: ' "$work/err"
run lightning score --policy nowhere.json
exits 3
complains 'lightning: cannot read the policy nowhere.json: No such file or directory'
same 'in force' "$(sqlite3 traces.db 'SELECT count(*), min(name) FROM policies WHERE in_force = 1')" '1|ours'

it 'goes back to the rules that are built in'
run lightning score --policy none
exits 0
does grep -q '^traces.db: 40 of 40 traces scored anew$' "$work/out"
same 'before' "$(safety before)" 1.0
same 'in force' "$(sqlite3 traces.db 'SELECT count(*) FROM policies WHERE in_force = 1')" 0
run lightning score --policy ours.json
same 'how many' "$(sqlite3 traces.db 'SELECT (SELECT count(*) FROM policies), (SELECT count(*) FROM scorers)')" '1|3'

# ---- killed ----

it 'goes on where it was killed'
lightning score --policy none >/dev/null
sqlite3 traces.db "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
  INSERT INTO inbox (document) SELECT printf('{\"trace_id\": \"n%d\", \"timestamp_end\": \"2024-12-06\", \"latency_ms\": 7,
    \"response\": \"I am sorry to hear about %d. What happened then?\"}', i, i) FROM n"
lightning sql --write 'SELECT lightning_take_in()' >/dev/null
sqlite3 traces.db "$rewards" >rewards
sqlite3 traces.db "$age; UPDATE traces SET combined_reward = 0, response_text = 'x' WHERE error IS NULL"
all=$(sqlite3 traces.db 'SELECT count(*) FROM traces')
partly=0
for delay in 0.05 0.1 0.15 0.2 0.3 0.4 0.07 0.12 0.03 0.6; do
    timeout -s KILL "$delay" "$program" score >/dev/null 2>&1
    done=$(sqlite3 traces.db "$scored")
    same "integrity after $delay" "$(sqlite3 traces.db 'PRAGMA quick_check')" ok
    # What names the scorer has its scores, and nothing else has.
    same "halves after $delay" "$(sqlite3 traces.db "SELECT count(*) FROM traces WHERE error IS NULL
      AND (response_text = 'x') = (scorer_id IS (SELECT id FROM scorers WHERE name = 'lightning'))")" 0
    if [ "$done" -gt 0 ] && [ "$done" -lt "$all" ]; then
        partly=$((partly + 1))
        left=$((all - done))
        run lightning score
        exits 0
        does grep -q "^traces.db: $left of $all traces scored anew$" "$work/out"
    fi
    sqlite3 traces.db "$age; UPDATE traces SET combined_reward = 0, response_text = 'x' WHERE error IS NULL"
    if [ "$partly" = 3 ]; then
        break
    fi
done
run lightning score
exits 0
sqlite3 traces.db "$rewards" >after
does cmp rewards after
if [ "$partly" = 0 ]; then
    echo 'score: never killed halfway'
fi

it 'lets two score at once'
sqlite3 traces.db "$age"
lightning score >one 2>&1 &
lightning score >two 2>&1
wait
same 'how many' "$(sqlite3 traces.db "$scored")" "$all"
does cmp rewards after

# ---- against people ----

rm -f traces.db*
lightning import "$traces" >/dev/null 2>&1

it 'says so when people have scored nothing'
run lightning score --against feedback
exits 1
prints ''
complains 'lightning: traces.db: no trace has a score by people: `lightning annotate` keeps some'

sqlite3 traces.db "UPDATE traces SET reward_length = (id % 6) / 5.0;
  INSERT INTO feedback (trace_id, name, value, source)
    SELECT trace_id, 'length', reward_length * 4 + 1, 'ana' FROM traces;
  INSERT INTO feedback (trace_id, name, value, source)
    SELECT trace_id, 'length', reward_length * 4 + id % 2, 'ben' FROM traces;
  INSERT INTO feedback (trace_id, name, value, source) SELECT trace_id, 'luck', id % 5, 'ana' FROM traces;
  INSERT INTO feedback (trace_id, name, value, source) SELECT trace_id, 'few', 1, 'ana' FROM traces LIMIT 3;
  INSERT INTO feedback (trace_id, name, value, source) SELECT trace_id, 'rare', id < 8, 'ana' FROM traces;
  INSERT INTO feedback (trace_id, name, value, source) SELECT trace_id, 'flat', 1, 'ana' FROM traces;
  INSERT INTO feedback (trace_id, name, value, source) VALUES ('gone', 'luck', 5, 'ana')"

it 'compares each reward with what people said'
run lightning score --against feedback --format csv
exits 0
complains 'lightning: Controller: 100 % of the replies are JSON: empathy and length say nothing there'
trust()
{
    grep "^$1," "$work/out" | sed 's/.*,"\([^"]*\)"$/\1/'
}
same 'length by length' "$(trust length,length)" 'agrees well: for means, and to rank single replies'
same 'luck' "$(trust luck,combined)" 'no agreement shown: do not choose by it'
same 'few' "$(trust few,combined)" 'too few to tell: it takes 30 traces that people scored'
same 'rare' "$(trust rare,length)" 'too few to tell: all but 7 of them are alike'
same 'flat' "$(trust flat,combined)" 'people gave all these traces one score: nothing to compare'
same 'recorded' "$(trust luck,recorded)" 'too few to tell: it takes 30 traces that people scored'
same 'numbers' "$(sed -n 's/^length,length,\(35,[0-9]*,[01]\.[0-9]*\),.*/\1/p' "$work/out")" \
    "$(lightning sql --format csv "WITH h AS (
        SELECT trace_id, avg(value) AS v FROM feedback WHERE name = 'length' GROUP BY trace_id)
      SELECT count(*), sum(v > (SELECT (min(v) + max(v)) / 2 FROM h)), spearman(reward_length, v)
      FROM traces JOIN h USING (trace_id)" | tail -1)"

it 'says a reward that goes against people so'
sqlite3 traces.db "INSERT INTO feedback (trace_id, name, value, source) SELECT trace_id, 'brief', -reward_length, 'ana' FROM traces"
run lightning score --against feedback --name brief --format csv
same 'length' "$(trust brief,length)" 'goes against people: do not choose by it'

it 'gives the latest score of a judge, and the mean of several'
sqlite3 traces.db "INSERT INTO feedback (trace_id, name, value, source) SELECT trace_id, 'flat', 2, 'ana' FROM traces WHERE id = 1"
run lightning score --against feedback --name flat --format json
exits 0
same 'good ones' "$(sqlite3 :memory: "SELECT json_extract(readfile('$work/out'), '$.agreement[0].good')")" 1
run lightning score --against feedback --name length --by ben --format json
same 'judges' "$(sqlite3 :memory: "SELECT json_extract(readfile('$work/out'), '$.judges[0].judges')")" 1

it 'says how far judges agree'
run lightning score --against feedback --name length --format json
exits 0
same 'judges' "$(sqlite3 :memory: "SELECT json_extract(j, '$.judges'), json_extract(j, '$.traces_with_several'),
  json_extract(j, '$.pairs'), round(json_extract(j, '$.spearman'), 3) = round((SELECT 1.0 * json_extract(j, '$.lowest')), 3)
  FROM (SELECT json_extract(readfile('$work/out'), '$.judges[0]') AS j)")" '2|35|1|1'

it 'names the worst disagreements'
sqlite3 traces.db "INSERT INTO feedback (trace_id, name, value, source)
  SELECT trace_id, 'overall', CASE trace_id WHEN 'Controller_20241201_194726_115803' THEN 9 ELSE combined_reward END, 'ana' FROM traces"
run lightning score --against feedback --name overall --limit 1
exits 0
does grep -q '^Controller_20241201_194726_115803  combined    9.0   0.0  -' "$work/out"

it 'fits 80 columns'
run lightning score --against feedback
exits 0
same 'longer lines' "$(LC_ALL=C.UTF-8 grep -E '^.{81}' "$work/out")" ''

it 'can be told who is meant, and names the nearest'
run lightning score --against feedback --name lenght
exits 1
complains 'lightning: traces.db: no trace has a score by people called lenght: did you mean length?'
run lightning score --against feedback --by anna
exits 1
complains 'lightning: traces.db: no trace has a score by people from anna: did you mean ana?'
run lightning score --against people
exits 2
complains 'lightning: --against people: there is only --against feedback'
run lightning score --name length
exits 2
complains 'lightning: --name is for --against feedback'
run lightning score --against feedback --policy none
exits 2
complains 'lightning: --against feedback scores nothing: leave --policy out'
run lightning score --against feedback --good well
exits 2
complains 'lightning: --good well is no number such as 0.5'

it 'is plain SQL, which the sqlite3 shell runs too'
extension=${program%/*}/lightning.so
preload=
if nm "$extension" | grep -q __asan_init; then
    preload=LD_PRELOAD=$(${CC:-cc} -print-file-name=libasan.so)
fi
# shellcheck disable=SC2086 # one word or none
env $preload ASAN_OPTIONS=detect_leaks=0 sqlite3 -csv -header -cmd ".load '$extension'" -cmd '.param set :name length' \
    traces.db ".read $project/sql/score/judged.sql" ".read $project/sql/score/agreement.sql" >shell.csv
run lightning score --against feedback --name length --format csv
exits 0
does cmp shell.csv "$work/out"
