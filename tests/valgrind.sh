#!/bin/sh
# valgrind.sh -- all tests in valgrind: no stray read or write, no leak, in any process.
#
# Only what valgrind says counts here, not whether tests pass: it computes long double with 64 bits,
# so SQLite prints the last digits of some reals otherwise than on a processor.
set -eu
cd "$(dirname "$0")/.."
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
chmod 1777 "$logs" # some tests run as another user

UNDER="valgrind -q --leak-check=full --keep-debuginfo=yes --error-exitcode=9 --log-file=$logs/%p"
export UNDER
for kind in "$@"; do
    make -s "check-$kind" >"$logs.$kind" 2>&1 || true
...
