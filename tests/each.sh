#!/bin/sh
# each.sh -- runs test programs one after the other, the rest of them too when one fails.
#
# usage: tests/each.sh KIND 'PROGRAM [ARGUMENT…]'…
#
# Shows what they print, but for the lines that say that one test of many passed. Leaves "KIND N" in
# $B/passed/KIND for the last line of `make test`. UNDER is a command to run programs under, such as
# valgrind and its options; scripts look at it themselves.
set -eu
kind=$1
shift
build=${B:-build}
mkdir -p "$build/passed"
rm -f "$build/passed/$kind"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
programs=0
tests=0
failed=

for program; do
    programs=$((programs + 1))
    under=
    case $program in
    *.sh | *.py) ;;
    *) under=${UNDER:-} ;;
    esac
    status=0
    # shellcheck disable=SC2086 # both are several words
    $under $program >"$output" 2>&1 || status=$?
    if [ "$status" = 0 ]; then
        grep -v -e '^ok: ' -e '^\[ RUN      \]' -e '^\[       OK \]' "$output" || true
        # shellcheck disable=SC2013 # words are what is wanted
        for n in $(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$output"); do
            tests=$((tests + n))
        done
    else
        grep -v '^ok: ' "$output" || true
        echo "FAILED with status $status: $program"
        failed="$failed $program"
    fi
done

if [ -n "$failed" ]; then
    echo "$kind: failed:$failed" >&2
    exit 1
fi
if [ "$programs" = 0 ]; then
    echo "$kind: there is nothing to run" >&2
    exit 1
fi
if [ "$tests" = 0 ]; then
    tests=$programs
fi
echo "$kind $tests" >"$build/passed/$kind"
