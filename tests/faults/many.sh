#!/bin/sh
# many.sh -- a day of 200,000 files, or FILES: all come in, in the order of their names, and memory does
# not grow with them. Takes 1 GB of disk for a while.
. "$(dirname "$0")/../cli/lib.sh"
. "$project/tests/faults/hostile.sh"

files=${FILES:-200000}
if [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -lt $((files * 6)) ]; then
    echo 'skipped: many files: there is no room for them'
    exit 0
fi

it "takes $files files of one day"
mkdir -p t/20241206
awk -v n="$files" 'BEGIN {
    for (i = 1; i <= n; i++) {
        file = "t/20241206/" i ".json"
        printf "{\"trace_id\": \"%d\", \"component\": \"Planner\", \"response\": \"I hear you\", \"latency_ms\": %d}", i, i > file
        close(file)
    }
}'
# All is settled at once: they are older than the import.
sleep 3
for round in new again; do
    status=0
    python3 - "$program" import t --db x.db >"$work/out" 2>"$work/err" <<'END' || status=$?
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
with open('memory', 'w') as f:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=f)
sys.exit(code)
END
    ran="lightning import t, $round"
    exits 0
    complains ''
    echo "many: $files files, $round: $(head -n 1 "$work/out"); at most $(cat memory) MB of memory"
    does test "$(cat memory)" -lt 64
done
does grep -q "^$files files met, nothing changed$" "$work/out"
same 'traces, their ids, files' "$(sqlite3 x.db "SELECT (SELECT count(*) FROM traces),
  (SELECT count(DISTINCT trace_id) FROM traces), (SELECT count(*) FROM files WHERE state = 'imported')")" \
    "$files|$files|$files"
same 'rows out of order' "$(sqlite3 x.db "SELECT count(*) FROM (
  SELECT path > lag(path) OVER (ORDER BY document_id) AS later FROM files) WHERE NOT later")" 0
whole x.db
