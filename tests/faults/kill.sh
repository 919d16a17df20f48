#!/bin/sh
# kill.sh -- an import is killed, or the disk fails it, at each of its writes in turn. After each the
# file is whole and holds whole batches, and importing again ends as if nothing had happened.
#
# POINTS   so many of the points, spread evenly, for each way to fail; default: all of the small trees
#          and LARGE_POINTS (340) of the large one
. "$(dirname "$0")/../cli/lib.sh"
. "$project/tests/faults/hostile.sh"

if ! can_inject; then
    echo 'skipped: no strace that may inject faults'
    exit 0
fi
# A leak checker cannot run under strace.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
calls='pwrite64 fdatasync ftruncate unlink'

# ---- three imports ----

# A new file.
small_tree()
{
    cp -Rp "$traces" t
    age t
}

# A file that is there, all kinds of changes.
make_changes()
{
    small_tree
    mkdir t/20241203
    for id in same other copied swapped1 swapped2 cut broken; do
        trace $id >t/20241203/$id.json
    done
    cp t/20241203/copied.json t/20241203/copy.json
    trace other 2 >t/20241203/second.json
    age t
    lightning import t --db x.db >/dev/null 2>&1
    trace same 7 >t/20241203/same.json
    trace renamed >t/20241203/other.json
    trace fresh >t/20241203/copied.json
    trace swapped2 >t/20241203/swapped1.json
    trace swapped1 >t/20241203/swapped2.json
    printf '{"trace_id": "cut"' >t/20241203/cut.json
    echo '[]' >t/20241203/broken.json
    cp t/20241201/Controller_20241201_081407_250118.json \
        t/20241202/MasterResponder_20241202_122701_207953.json
    find t -newer x.db -exec touch -d '2024-12-07 UTC' {} +
}

# Several transactions, a dictionary, threads.
large_tree()
{
    mkdir -p t/20241206 t/20241207
    i=0
    while [ $i -lt 220 ]; do
        i=$((i + 1))
        trace small$i >t/20241206/$i.json
    done
    python3 - <<'END'
import base64, random
noise = random.Random(1)
for i in range(24):
    with open(f't/20241207/{i:02}.json', 'w') as f:
        f.write('{"trace_id": "large%d", "prompt": "%s"}' % (i, base64.b64encode(noise.randbytes(600000)).decode()))
END
    age t
}

# The numbers of files that the ledger may hold: those at the ends of batches of 8 MiB.
batch_ends()
{
    sqlite3 "$1" 'SELECT size FROM files ORDER BY root, path' | awk '
        BEGIN { printf "0 " }
        { n++; bytes += $1; if (bytes >= 8 * 1048576) { printf "%d ", n; bytes = 0 } }
        END { print n }'
}

# ---- one way to fail ----

# put_back: the database as it was before.
put_back()
{
    rm -f x.db*
    if [ -e start.db ]; then
        cp start.db x.db
    fi
}

# points CALL…: "CALL N" for each time the undisturbed import makes the call, so many of them evenly
# spread.
points()
{
    for call; do
        n=$(grep -c "$call(" calls.log)
        i=0
        while [ $i -lt "$n" ]; do
            i=$((i + 1))
            echo "$call $i"
        done
    done >all
    awk -v some="$some" -v all="$(wc -l <all)" '
        some == 0 || some >= all || int(NR * some / all) > int((NR - 1) * some / all)' all
}

# may_hold FILE: it holds what was there before, or a whole number of batches.
may_hold()
{
    now=$(digest "$1")
    if [ "$now" = "$wanted" ] || [ "$now" = "$before" ]; then
        return
    fi
    files=$(sqlite3 "$1" 'SELECT count(*) FROM files' 2>&1)
    case $files:" $ends " in
    *'no such table'*) return ;;
    *:*" $files "*) ;;
    *)
        break_it "$fault at $call $n: $files files in the ledger, not one of: $ends"
        return
        ;;
    esac
    same "traces without a row for their file, or the other way, after $fault at $call $n" "$(sqlite3 "$1" "
        SELECT trace_id FROM traces WHERE document_id NOT IN (
          SELECT document_id FROM files WHERE state = 'imported')
        UNION ALL SELECT path FROM files WHERE state = 'imported' AND document_id NOT IN (
          SELECT document_id FROM traces)")" ''
}

# look: at what is in the file now, in a copy: looking changes what a crash has left.
look()
{
    rm -rf copy
    mkdir copy
    cp x.db* copy/ 2>/dev/null || return
    if [ -s copy/x.db ]; then
        whole copy/x.db
        may_hold copy/x.db
    fi
}

# fails FAULT INJECTION CALL…: at each point.
fails()
{
    fault=$1
    injection=$2
    shift 2
    points "$@" >these
    made=0
    while read -r call n; do
        put_back
        status=0
        strace -f -qq -o /dev/null -e trace="$call" \
            -e inject="$call:$(echo "$injection" | sed "s/@/$n/")" \
            "$program" import t --db x.db >out 2>err </dev/null || status=$?
        case $fault:$status in
        kill:137) made=$((made + 1)) ;;
        kill:*) ;; # the last writes of an import may be fewer than the first time
        *:3)
            made=$((made + 1))
            does grep -q '^lightning: ' err
            ;;
        *:"$code") # such as when the file is folded together at the end, and is whole without it
            made=$((made + 1))
            same "what is in it after $fault at $call $n" "$(digest x.db)" "$wanted"
            ;;
        *) break_it "$fault at $call $n: status $status; $(cat err)" ;;
        esac
        look
        run lightning import t --db x.db
        exits "$code"
        same "what is in it when imported again after $fault at $call $n" "$(digest x.db)" "$wanted"
        same "beside it after $fault at $call $n" "$(ls x.db*)" x.db
    done <these
    echo "kill: $title: $made times $fault"
    case $fault in kill) kills=$((kills + made)) ;; esac
}

# scenario TITLE MAKE: MAKE makes the folder t and perhaps x.db.
scenario()
{
    title=$1
    rm -rf t x.db* start.db
    $2
    before='nothing'
    if [ -e x.db ]; then
        cp x.db start.db
        before=$(digest x.db)
    fi
    strace -f -qq -o calls.log -e trace="$(echo "$calls" | tr ' ' ,)" \
        "$program" import t --db x.db >/dev/null 2>&1
    code=$?
    wanted=$(digest x.db)
    ends=$(batch_ends x.db)
    whole x.db
    it "$title: killed at any write"
    # shellcheck disable=SC2086 # several calls
    fails kill signal=KILL:when=@ $calls
    it "$title: the disk is full from some write on"
    fails ENOSPC error=ENOSPC:when=@+ pwrite64
    it "$title: a write fails, or its way to the disk"
    # shellcheck disable=SC2086 # several calls
    fails EIO error=EIO:when=@ $calls
}

kills=0
some=${POINTS:-0}
scenario 'a new file' small_tree
scenario 'a folder that changed' make_changes
if [ "${POINTS:-0}" = 0 ]; then
    some=${LARGE_POINTS:-340}
    scenario 'several transactions' large_tree
    does test $kills -ge 500
else
    does test $kills -ge 20
fi
echo "kill: killed at $kills points"
