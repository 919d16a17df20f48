#!/bin/sh
# lazy.sh -- legacy_traces reads no more than a query needs: constraints on the day keep folders from
# being opened, LIMIT stops the reading, columns not asked for are not computed.
#
# strace counts what is opened, valgrind tells which functions ran; without the one or the other its
# half is skipped. B is the build under test.
set -eu
cd "$(dirname "$0")/.."
extension=$(cd "${B:-build}" && pwd)/lightning
demo=$PWD/tests/data/traces
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0

shell()
{
    "$@" sqlite3 -batch -init /dev/null -cmd ".load '$extension'" :memory: "$sql"
}

check()
{
    if [ "$2" = "$3" ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1: $2, not $3"
        failed=1
    fi
}

# ---- what is opened ----

for day in 20241201 20241202 20241203; do
    mkdir -p "tree/$day"
    for i in $(seq 200); do
        cp "$demo/20241201/Controller_20241201_081407_250118.json" "tree/$day/$i.json"
    done
done

# opens SQL PRINTS FOLDERS FILES [MORE]: the query opens so many folders of days and so many files, or
# up to MORE of them: threads read ahead.
opens()
{
    sql=$1
    printed=$(shell strace -f -qq -e trace=open,openat -o trace)
    folders=$(grep -c '"202412[0-9]*",' trace || true)
    files=$(grep -c '\.json",' trace || true)
    check "$sql prints" "$printed" "$2"
    check "$sql: folders" "$folders" "$3"
    if [ $# = 5 ] && [ "$files" -gt "$4" ] && [ "$files" -le "$5" ]; then
        files=$4
    fi
    check "$sql: files" "$files" "$4"
}

if command -v strace >/dev/null; then
    opens "SELECT count(*) FROM legacy_traces('tree')" 600 3 0
    opens "SELECT max(path), max(day), max(size), min(mtime) > 0 FROM legacy_traces('tree')" \
        '20241203/99.json|2024-12-03|1512|1' 3 0
    opens "SELECT count(trace_id) FROM legacy_traces('tree')" 600 3 600
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day = '2024-12-02'" 200 1 200
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day > '2024-12-01'" 400 2 400
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day < '2024-12-02'" 200 1 200
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day BETWEEN '2024-12-02' AND '2024-12-02'" 200 1 200
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day IN ('2024-12-03', '2024-12-24')" 200 1 200
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day = '2024-12-24'" 0 0 0
    opens "SELECT count(trace_id) FROM legacy_traces('tree') WHERE day = NULL" 0 0 0
    opens "SELECT count(trace_id) FROM legacy_traces('tree/20241202') WHERE day >= '2024-12-02'" 200 1 200
    # By a join, and through a view, too.
    opens "WITH d(day) AS (VALUES ('2024-12-03')) SELECT count(trace_id) FROM d JOIN legacy_traces('tree') USING (day)" 200 1 200
    opens "CREATE TEMP VIEW old AS SELECT * FROM legacy_traces('tree'); SELECT count(trace_id) FROM old WHERE day = '2024-12-01'" 200 1 200
    opens "SELECT model FROM legacy_traces('tree') LIMIT 1" llama-3.1-8b-instant 1 1
    opens "SELECT count(model) FROM (SELECT model FROM legacy_traces('tree') LIMIT 10)" 10 1 10 40
    opens "SELECT EXISTS (SELECT 1 FROM legacy_traces('tree') WHERE error IS NULL)" 1 1 1
    # The size alone rules the files out.
    opens "SELECT count(*) FROM legacy_traces('tree') WHERE size > 5000 AND response_text LIKE '%x%'" 0 3 0
else
    echo 'skipped: how many files a query opens: strace is not here'
fi

# ---- what is computed ----

# The functions that a column may need, each from reading the file on.
steps='tree_stat tree_read trace_read reply_take scoring_rewards pack_hash packer_pack'

# runs EXPRESSIONS FUNCTION…: of the steps, these are what the columns need.
runs()
{
    sql="SELECT $1 FROM legacy_traces('$demo')"
    shift
    shell valgrind -q --tool=callgrind --callgrind-out-file=calls >/dev/null
    ran=
    for step in $steps; do
        if grep -a -q ") $step\$" calls; then
            ran="$ran $step"
        fi
    done
    check "$sql" "${ran# }" "$*"
}

if command -v valgrind >/dev/null; then
    runs 'count(*)'
    runs 'max(path), max(day), max(root)'
    runs 'max(size), max(mtime)' tree_stat
    runs 'max(document)' tree_read
    runs 'max(model), max(response_text), max(file_error), max(prompt)' tree_read trace_read reply_take
    runs 'max(combined_reward)' tree_read trace_read reply_take scoring_rewards
    runs 'max(document_hash)' tree_read pack_hash
    runs 'max(packed)' tree_read packer_pack
else
    echo 'skipped: which columns are computed: valgrind is not here'
fi

exit $failed
