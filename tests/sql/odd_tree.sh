#!/bin/sh
# odd_tree.sh -- makes the folder ./odd for legacy_traces.sql: all that a traces folder should not hold.
set -eu
traces=../data/traces/20241201
mkdir -p odd/20241206/deeper odd/20241206/folder.json odd/20241207 odd/20240230 odd/notes
cd odd
# In the root: what is in no day's folder, and a day that the calendar has not.
echo hello >README
echo '{"trace_id": "top"}' >top.json
ln -s 20241206 20241208
printf '{"trace_id": "none"}' >20241207/none.json
cd 20241206
cp "../../$traces/Controller_20241201_081407_250118.json" a.json
# No traces, each in its way.
: >empty.json
printf '{"trace_id": "cut", "prompt": "Once' >cut.json
echo '[1, 2]' >list.json
echo '{"component": "x"}' >no_id.json
echo '{"trace_id": 7}' >id_is_number.json
printf '\357\273\277{"trace_id": "bom"}' >bom.json
printf '{"trace_id": "latin \344"}' >latin.json
printf '{"trace_id": "x", }' >comma.json
printf '{"trace_id": "x"} {"trace_id": "y"}' >two.json
# No files with the right name.
cp a.json notes.txt
cp a.json upper.JSON
ln -s a.json link.json
mkfifo pipe.json
# Traces with something odd.
printf '{"trace_id": "nan", "latency_ms": NaN, "reward": 0.5, "reward": -Infinity}' >nan.json
printf '{"trace_id": "twice", "trace_id": "thrice", "latency_ms": 1, "latency_ms": 2}' >twice.json
printf '{"trace_id": "types", "component": 7, "timestamp_end": null, "metadata": [], "response": "I hear you", "latency_ms": "12", "reward": true}' >types.json
printf '{"trace_id": "shape", "response": {"says": "it makes sense"}}' >shape.json
printf '{"trace_id": "odd name"}' >"$(printf 'odd\377.json')"
printf '{"trace_id": "quotes"}' >'ü "b" '\''c'\''.json'
printf '{"trace_id": "hidden"}' >.hidden.json
