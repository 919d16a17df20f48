#!/bin/sh
# hostile_threads.sh -- however many threads read, the rows are the same and in the same order. Run by
# `make check-tsan` too, where ThreadSanitizer watches.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

if nm "$program" | grep -q __asan_init; then
    echo 'skipped: many threads: AddressSanitizer lets no shim before it'
    exit 0
fi
build shim_io -shared

# with CPUS COMMAND…: the program takes the machine to have so many processors.
with()
{
    cpus=$1
    shift
    env LD_PRELOAD="$work/shim_io.so" SHIM_CPUS="$cpus" "$program" "$@"
}

mkdir -p t/20241206 t/20241207 t/20241208
cp -Rp "$traces"/* t/
n=0
while [ $n -lt 700 ]; do
    n=$((n + 1))
    trace $n $((n * 7)) >t/2024120$((6 + n % 3))/$n.json
done
# Some that take long, between those that do not.
for n in 100 200 300; do
    {
        printf '{"trace_id": "large %s", "prompt": "' $n
        head -c 3000000 /dev/zero | tr '\0' x
        printf '"}'
    } >t/20241207/$n.5.json
    printf '{"trace_id' >t/20241207/$n.6.json
done
age t
lightning import t --db x.db >/dev/null 2>&1
: >empty.sql

it 'imports the same with one thread and with many'
for cpus in 1 2 3 5 9; do
    run with $cpus import t --db "with$cpus.db"
    exits 1
    same "what $cpus bring in" "$(digest "with$cpus.db")" "$(digest with1.db)"
    same "the order that $cpus bring it in" \
        "$(sqlite3 "with$cpus.db" 'SELECT path FROM files ORDER BY document_id' | cksum)" \
        "$(sqlite3 with1.db 'SELECT path FROM files ORDER BY document_id' | cksum)"
    run with $cpus import t --db "with$cpus.db"
    exits 1
    does grep -q '^742 files met, nothing changed$' "$work/out"
    complains ''
done

it 'gives the same rows in the same order with one thread and with many'
for query in \
    "SELECT path, trace_id, combined_reward, hex(document_hash), file_error FROM legacy_traces('t')" \
    "SELECT path, size, length(packed) FROM legacy_traces('t') WHERE size < 2000" \
    "SELECT path, model FROM legacy_traces('t') LIMIT 300" \
    "SELECT a.path, b.response_text FROM legacy_traces('t') AS a JOIN legacy_traces('t') AS b ON b.path = a.path WHERE a.path IN ('20241206/20.json', '20241207/400.json')" \
    "SELECT component, count(*), avg(combined_reward) FROM legacy_traces('t') GROUP BY 1" \
    "SELECT max(path) FROM legacy_traces('t') WHERE day = '2024-12-07' AND reward IS NULL" \
    "SELECT abs(-9223372036854775808 + (path < '20241207/3')) FROM legacy_traces('t') WHERE packed IS NOT NULL"; do
    with 1 sql --db x.db --format csv "$query" >one 2>&1
    wanted_status=$?
    for cpus in 2 5; do
        run with $cpus sql --db x.db --format csv "$query"
        exits $wanted_status
        cat "$work/out" "$work/err" >many
        does cmp one many
    done
done
