#!/bin/sh
# demo.sh -- what `make demo` shows: a traces folder becomes a file that answers questions.
set -eu
cd "$(dirname "$0")/.."
build=${B:-build}
db=$build/demo/traces.db

show()
{
    printf '\n$ %s\n' "$*"
}

mkdir -p "$build/demo"
rm -f "$db" "$db-wal" "$db-shm"

show "$build/lightning import tests/data/traces --db $db"
status=0
"$build/lightning" import tests/data/traces --db "$db" || status=$?
if [ "$status" != 1 ]; then
    echo "demo: import ended with status $status; it should be 1, one file being broken" >&2
    exit 1
fi
echo '(Exit status 1, done with something to look at: one file of the demo is broken on purpose.)'

show "$build/lightning analyze --db $db"
"$build/lightning" analyze --db "$db"

# What the stored columns do not say, and the extension does: why a reply scored so.
query="SELECT phrase, count(*) AS replies, round(avg(combined_reward), 2) AS reward
FROM traces, empathy_findings(trace_response(trace_id))
WHERE component = 'MasterResponder'
GROUP BY phrase ORDER BY replies DESC, phrase"
show "sqlite3 -column -header $db -cmd '.load $build/lightning' \"$query\""
sqlite3 -batch -init /dev/null -column -header "$db" -cmd ".load $build/lightning" "$query"

trace=$(sqlite3 -batch -init /dev/null "$db" \
    "SELECT trace_id FROM traces ORDER BY combined_reward DESC, id LIMIT 1")
cat <<END

Next, try:
  $build/lightning show $trace --db $db
  $build/lightning analyze --component MasterResponder --db $db
  sqlite3 $db "SELECT trace_id, combined_reward FROM traces"    (any sqlite3; no extension)
  $build/lightning import YOUR/traces                           (makes traces.db)
  $build/lightning help
END
