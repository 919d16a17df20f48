#!/bin/sh
# plans.sh -- how SQLite goes about each report, compared with plans.out, so that a lost index is seen.
#
# B       the build under test (default: build)
# ACCEPT  when set, what is found becomes the plans.out
#
# Versions of SQLite differ in their plans and in the words for them; one other than that of plans.out
# is not compared.
set -eu
cd "$(dirname "$0")/.."
build=${B:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$(sqlite3 --version | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
known=$(sed -n 's/^SQLite //p' tests/plans.out)
if [ -z "${ACCEPT:-}" ] && [ "$version" != "$known" ]; then
    echo "skipped: plans of the reports: they are written down for SQLite $known, this is $version"
    exit 0
fi

"$build/lightning" import tests/data/traces --db "$work/traces.db" >/dev/null 2>&1 || [ $? = 1 ]
{
    echo "SQLite $version"
    for report in sql/reports/*.sql; do
        echo
        basename "$report" .sql
        {
            echo 'EXPLAIN QUERY PLAN'
            cat "$report"
            echo ';'
        } | sqlite3 -batch -init /dev/null -cmd ".load $build/lightning" "$work/traces.db" 2>&1
    done
} >"$work/plans"

if [ -n "${ACCEPT:-}" ]; then
    cmp -s "$work/plans" tests/plans.out || echo 'accepted: tests/plans.out'
    cp "$work/plans" tests/plans.out
elif ! diff -u tests/plans.out "$work/plans"; then
    echo 'plans: they differ (if that is right: make accept, and read the diff)' >&2
    exit 1
fi
