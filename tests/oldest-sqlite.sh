#!/bin/sh
# oldest-sqlite.sh -- what lightning writes can be read, and its inbox written, by SQLite 3.31.1 (of
# January 2020), which knows none of what came later: this is how we know.
#
# That amalgamation comes in the npm package better-sqlite3 6.0.1. Without npm or the network the
# test is skipped.
set -eu
cd "$(dirname "$0")/.."
build=${B:-build}
cache=$build/oldest
package=better-sqlite3-6.0.1.tgz
checksum=a1540d7efefd04ae00b09186338cd614deda0f5eb30979c57ee97f775bfc0cfc
mkdir -p "$cache"

if ! [ -e "$cache/$package" ]; then
    if ! command -v npm >/dev/null; then
        echo 'skipped: the oldest SQLite: npm, which brings it, is not here'
        exit 0
    fi
    if ! (cd "$cache" && npm pack --silent better-sqlite3@6.0.1 >npm.log 2>&1); then
        rm -f "$cache/$package"
        echo "skipped: the oldest SQLite: npm cannot fetch it (see $cache/npm.log)"
        exit 0
    fi
fi
echo "$checksum  $cache/$package" | sha256sum -c --quiet

if ! [ -e "$cache/sqlite3.o" ]; then
    tar xzOf "$cache/$package" package/deps/sqlite3.tar.gz | tar xz -C "$cache"
    ${CC:-cc} -O1 -w -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_THREADSAFE=0 \
        -c -o "$cache/sqlite3.o" "$cache/sqlite3.c"
fi
${CC:-cc} -std=c11 -Wall -Wextra -I"$cache" -o "$cache/oldest" tests/oldest.c "$cache/sqlite3.o" -lm

rm -f "$cache/traces.db"*
status=0
"$build/lightning" import tests/data/traces --db "$cache/traces.db" --keep-text >"$cache/import.log" 2>&1 || status=$?
if [ "$status" != 1 ]; then # one file of the demo tree is broken
    cat "$cache/import.log"
    exit 1
fi
"$cache/oldest" "$cache/traces.db" 3.31.1
echo 'the oldest SQLite: 3.31.1 reads every table and view, and writes to the inbox'
