# lib.sh -- checks of the command line, for tests/cli/*.sh to read in first.
#
#     . "$(dirname "$0")/lib.sh"
#
#     it 'names the nearest command'
#     run lightning anlyze
#     exits 2
#     prints ''
#     complains 'lightning: there is no command "anlyze": did you mean analyze?'
#
# Each script works in a private folder, which is its current one, and ends with a line of counts;
# it fails when a check did. $LIGHTNING is the program under test (default: build/lightning),
# $UNDER a command to run it under, such as valgrind and its options.

set -u
LC_ALL=C
export LC_ALL
unset LIGHTNING_DB

project=$(cd "$(dirname "$0")/../.." && pwd)
traces=$project/tests/data/traces
# The version of the schema that a file is brought up to.
latest=$(cd "$project/sql/migrations" && printf '%s\n' *.sql | sed -n '$s/^0*\([0-9]*\)-.*/\1/p')
program=${LIGHTNING:-${B:-build}/lightning}
case $program in
/*) ;;
*) program=$project/$program ;;
esac
work=$(mktemp -d)
mkdir "$work/here"
cd "$work/here" || exit 1
sentence=
failures=0
checks=0
broken=

# Ends the checks of the sentence before.
conclude()
{
    if [ -z "$sentence" ]; then
        return
    fi
    if [ -n "$broken" ]; then
        echo "FAILED: $sentence"
        failures=$((failures + 1))
    else
        echo "ok: $sentence"
    fi
}

finish()
{
    status=$?
    conclude
    cd /
    chmod -R u+w "$work"
    rm -rf "$work"
    echo "$(basename "$0" .sh): $checks checks, $failures failed"
    if [ "$status" = 0 ] && [ "$failures" != 0 ]; then
        status=1
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# it SENTENCE: what the checks that follow are about.
it()
{
    conclude
    sentence=$1
    broken=
}

# break_it WHAT: the sentence is not true.
break_it()
{
    broken=yes
    echo "$0: $sentence: $1"
}

lightning()
{
    # shellcheck disable=SC2086 # UNDER is several words
    ${UNDER:-} "$program" "$@"
}

# As somebody who may not do everything: root may write to read-only folders.
unprivileged()
{
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

# run COMMAND…: its stdout, stderr and status are what the next checks look at. Its stdin is empty
# unless it is told otherwise.
run()
{
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    ran=$*
}

# run_with INPUT COMMAND…
run_with()
{
    printf '%s' "$1" >"$work/in"
    shift
    status=0
    "$@" >"$work/out" 2>"$work/err" <"$work/in" || status=$?
    ran=$*
}

exits()
{
    checks=$((checks + 1))
    if [ "$status" != "$1" ]; then
        break_it "«$ran» exits $status, not $1; stderr:"
        cat "$work/err"
    fi
}

# compare WHAT FILE TEXT: the file holds the text and a newline, or nothing when the text is ''.
compare()
{
    checks=$((checks + 1))
    if [ -z "$3" ]; then
        : >"$work/want"
    else
        printf '%s\n' "$3" >"$work/want"
    fi
    if ! cmp -s "$work/want" "$2"; then
        break_it "$1 (- expected, + found):"
        diff -a -U 3 "$work/want" "$2" | tail -n +3
    fi
}

prints()
{
    compare "«$ran» prints" "$work/out" "$1"
}

complains()
{
    compare "«$ran» complains" "$work/err" "$1"
}

# does COMMAND…: it succeeds.
does()
{
    checks=$((checks + 1))
    "$@" || break_it "not so: $*"
}

# same WHAT FOUND EXPECTED
same()
{
    if [ -z "$2" ]; then
        : >"$work/found"
    else
        printf '%s\n' "$2" >"$work/found"
    fi
    compare "$1" "$work/found" "$3"
}

# make_db FILE [SQL]: an empty traces.db, by hand; then the SQL.
make_db()
{
    sqlite3 "$1" <"$project/sql/schema.sql" >/dev/null && sqlite3 "$1" "${2:-}"
}
