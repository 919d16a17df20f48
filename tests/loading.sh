#!/bin/sh
# loading.sh -- the extension comes and goes cleanly: several times, in several connections and threads,
# with statements unfinished; and no -wal is left. Under valgrind where it is: `make test-all` sees to it.
# B is the build under test.
set -eu
cd "$(dirname "$0")/.."
build=$(cd "${B:-build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -g -o "$work/loading" tests/loading.c -lsqlite3 -lpthread -ldl
"$build/lightning" import tests/data/traces --db "$work/traces.db" >/dev/null 2>&1 || [ $? = 1 ]

if command -v valgrind >/dev/null; then
    under='valgrind -q --leak-check=full --keep-debuginfo=yes --errors-for-leak-kinds=definite,possible --error-exitcode=9'
else
    echo 'skipped: what loading leaves in memory: valgrind is not here'
    under=
fi
$under "$work/loading" "$build/lightning.so" tests/data/traces "$work/traces.db"

# The shell writes to the file with the extension loaded.
sqlite3 -batch -init /dev/null -cmd ".load '$build/lightning'" "$work/traces.db" \
    "INSERT INTO inbox (document) VALUES ('{\"trace_id\": \"a\", \"timestamp_end\": \"2024-12-06\"}')" \
    'SELECT lightning_take_in()' >"$work/taken"
[ "$(cat "$work/taken")" = 1 ] || { cat "$work/taken"; exit 1; }
beside=$(cd "$work" && echo traces.db*)
if [ "$beside" != traces.db ]; then
    echo "FAILED: left after closing: $beside"
    exit 1
fi
echo 'ok: loaded and unloaded'
