#!/bin/sh
# hostile_table.sh -- legacy_traces() in a program that stops, breaks and closes its statements anywhere:
# runs tests/faults/table.c on the extension.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

extension=$(dirname "$program")/lightning.so
flags=-lpthread
if nm "$extension" | grep -q __asan_init; then
    flags='-lpthread -fsanitize=address,undefined'
elif nm "$extension" | grep -q __tsan_init; then
    flags='-lpthread -fsanitize=thread'
fi
# shellcheck disable=SC2086 # several flags
build table $flags -lsqlite3

it 'leaves no thread and no descriptor behind'
mkdir -p t/20241206
n=0
while [ $n -lt 700 ]; do
    n=$((n + 1))
    trace $n >t/20241206/$n.json
done
run "$work/table" "$extension" t
exits 0
complains ''
does grep -q ', 0 failed$' "$work/out"
cat "$work/out"
