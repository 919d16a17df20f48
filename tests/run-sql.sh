#!/bin/sh
# run-sql.sh -- runs each tests/sql/X.sql in the stock sqlite3 with the extension loaded, and
# compares what it prints with X.out.
#
# usage: tests/run-sql.sh [FILE.sql…]    (default: all)
#
# B       the build under test (default: build)
# UNDER   a command to run the shell under, such as valgrind and its options. Then its status is what
#         counts, not what is printed: in valgrind, long double has 64 bits, and so SQLite prints
#         the last digits of some reals otherwise than on a processor.
# ACCEPT  when set, what is printed becomes the X.out
#
# A test runs in a copy of tests/sql, so it may write files; ../data and ../../sql are there too.
set -eu
tests=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$tests/.." && cd "${B:-build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tests"
cp -R "$tests/data" "$work/tests/data"
cp -R "$tests/../sql" "$work/sql"

# A sanitized extension wants the sanitizer in the program before it.
preload=
if nm -D "$build/lightning.so" | grep -q __asan_init; then
    preload=LD_PRELOAD=$(${CC:-cc} -print-file-name=libasan.so)
fi

shell()
{
    # shellcheck disable=SC2086 # UNDER is several words
    env $preload ${UNDER:-} sqlite3 -batch -init /dev/null -cmd ".load '$build/lightning'" :memory:
}

count=0
failed=
if [ $# = 0 ]; then
    set -- "$tests"/sql/*.sql
fi
for file; do
    name=$(basename "$file" .sql)
    rm -rf "$work/tests/sql"
    cp -R "$tests/sql" "$work/tests/sql"
    # Version 3.40 of the shell says "Runtime error near line N", others otherwise; N tells nothing.
    status=0
    (cd "$work/tests/sql" && shell <"$name.sql" >"$work/raw" 2>&1) || status=$?
    sed 's/near line [0-9]*/near line _/' "$work/raw" >"$work/got"
    # A statement that fails makes it 1; beyond that it crashed, or valgrind objects.
    if [ "$status" -gt 1 ]; then
        echo "$name: the shell ended with status $status"
        cat "$work/raw"
        failed="$failed $name"
    elif [ -n "${UNDER:-}" ]; then
        :
    elif [ -n "${ACCEPT:-}" ]; then
        cmp -s "$work/got" "$tests/sql/$name.out" || echo "accepted: tests/sql/$name.out"
        cp "$work/got" "$tests/sql/$name.out"
    elif ! diff -u "$tests/sql/$name.out" "$work/got"; then
        failed="$failed $name"
    fi
    count=$((count + 1))
done

if [ -n "$failed" ]; then
    echo "golden SQL: failed:$failed (if that is right: make accept, and read the diff)" >&2
    exit 1
fi
mkdir -p "$build/passed"
echo "sql $count" >"$build/passed/sql"
echo "golden SQL: $count passed"
