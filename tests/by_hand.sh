#!/bin/sh
# by_hand.sh -- each report, run by hand with the sqlite3 shell, prints what `lightning analyze` prints
# as csv, to the byte: the extension loaded for those that say they need it, and for those alone. Over
# a folder in place it is the same again. B is the build under test.
set -eu
cd "$(dirname "$0")/.."
build=$(cd "${B:-build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
db=$work/traces.db
failed=0
count=0

"$build/lightning" import tests/data/traces --db "$db" >/dev/null 2>&1 || [ $? = 1 ]

# compare WHAT: the outputs by hand and of the command line.
compare()
{
    count=$((count + 1))
    if ! cmp -s "$work/by_hand" "$work/by_cli"; then
        echo "FAILED: $name: $1 (- by hand, + lightning analyze):"
        diff -a "$work/by_hand" "$work/by_cli" | head -n 6
        failed=1
    elif ! [ -s "$work/by_hand" ] && [ "$what" = 'all traces' ]; then
        echo "FAILED: $name: $1: nothing is printed"
        failed=1
    fi
}

# equal WHAT OPTIONS PARAMETERS…: of the command line, and NAME VALUE of the shell.
equal()
{
    what=$1
    options=$2
    shift 2
    {
        if grep -q '^-- needs: lightning' "$report"; then
            echo ".load '$build/lightning'"
        fi
        while [ $# -gt 0 ]; do
            echo ".parameter set :$1 \"$2\""
            shift 2
        done
        cat "$report"
    } | sqlite3 -batch -init /dev/null -csv -header "$db" >"$work/by_hand" 2>&1
    for source in "--db $db" '--trace-dir tests/data/traces'; do
        # shellcheck disable=SC2086 # both are several words
        "$build/lightning" analyze "$name" --format csv $source $options >"$work/by_cli" 2>"$work/complaints" ||
            [ $? = 1 ] || cat "$work/complaints" >>"$work/by_cli"
        compare "$what, $source"
    done
}

for report in sql/reports/*.sql; do
    name=$(basename "$report" .sql)
    equal 'all traces' ''
    equal 'a day' '--start-date 20241202 --end-date=2024-12-02' start_date "'2024-12-02'" end_date "'2024-12-02'"
    if grep -q '^-- :component ' "$report"; then
        equal 'a component' '--component TherapyTool --end-date 20241202' component "'TherapyTool'" end_date "'2024-12-02'"
    fi
    if grep -q '^-- :limit ' "$report"; then
        equal 'three of them' 'limit=3' limit 3
    fi
done

# The head of each: what it is, what it needs, a line per parameter; then one statement, ordered.
for report in sql/reports/*.sql; do
    name=$(basename "$report" .sql)
    head -n 1 "$report" | grep -q "^-- $name: ." || {
        echo "FAILED: $name: the first line does not say what it is"
        failed=1
    }
    used=$(sed 's/--.*//' "$report" | grep -o ':[a-z_][a-z_]*' | sort -u | tr -d '\n')
    said=$(grep -o '^-- :[a-z_]*' "$report" | cut -c 4- | sort -u | tr -d '\n')
    if [ "$used" != "$said" ]; then
        echo "FAILED: $name: it uses $used and explains $said"
        failed=1
    fi
done
# What reports read in groups is read once for several of them: each line of theirs stands in the text that
# does it.
for report in sql/reports/*.sql; do
    name=$(basename "$report" .sql)
    sed -n '/^WITH parts AS ($/,/^)/p' "$report" | sed -e '/^WITH/d' -e '/^)/d' -e 's/,$//' >"$work/own"
    [ -s "$work/own" ] || continue
    # Which of the names of the groups it selects is its own affair.
    sed -e '/^  SELECT /d' "$work/own" | while IFS= read -r line; do
        sed 's/,$//' sql/analyze/parts.sql | grep -qxF -e "$line" || echo "$line"
    done >"$work/strange"
    if [ -s "$work/strange" ]; then
        echo "FAILED: $name: sql/analyze/parts.sql has no such line:"
        cat "$work/strange"
        failed=1
    fi
done

# And so they print the same together as each alone.
for source in "--db $db" '--trace-dir tests/data/traces'; do
    # shellcheck disable=SC2086 # several words
    "$build/lightning" analyze --format json $source >"$work/together" 2>/dev/null || [ $? = 1 ]
    names=$(sqlite3 :memory: "SELECT group_concat(key, ' ') FROM json_each(readfile('$work/together'))")
    for name in $names; do
        # shellcheck disable=SC2086
        "$build/lightning" analyze "$name" --format json $source >"$work/alone" 2>/dev/null || [ $? = 1 ]
        what=$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$work/together')) WHERE key = '$name' AND value = json(readfile('$work/alone'))")
        count=$((count + 1))
        if [ "$what" != 1 ]; then
            echo "FAILED: $name: $source: not the same together with the others as alone"
            failed=1
        fi
    done
done
[ $failed = 0 ] && echo "ok: $count outputs are equal"
exit $failed
