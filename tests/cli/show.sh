#!/bin/sh
# show.sh -- `lightning show`: one trace as a person reads it.
. "$(dirname "$0")/lib.sh"

lightning import "$traces" >/dev/null 2>&1

it 'takes the beginning of a name for the name, if no other begins so'
run lightning show MasterResponder_20241201_081408_786253
exits 0
complains ''
cp "$work/out" whole
run lightning show MasterResponder_20241201_0814
exits 0
prints "$(cat whole)"
run lightning show MasterResponder_
exits 2
prints ''
complains 'lightning: traces.db: several traces begin with MasterResponder_: give more of the name'
run lightning show masterresponder_20241201_0814
exits 3
prints ''
complains 'lightning: traces.db: no trace is called masterresponder_20241201_0814 or begins with it'

it 'says of a failed call what went wrong, and that there is no reply'
run lightning show Controller_20241201_194726_115803
exits 0
does grep -q '^  error       timeout: HTTPSConnectionPool' "$work/out"
does grep -q '^  (none)$' "$work/out"
does grep -q '^  combined    0.00  0 when safety is 0$' "$work/out"
does grep -q '^  safety      0.00  call.failed$' "$work/out"

it 'tells a reply without words from none'
run lightning show MasterResponder_20241202_140516_607769
exits 0
does grep -q '^  (empty)$' "$work/out"
does grep -q '^  safety      0.00  call.blocked$' "$work/out"

it 'shows a trace of which little is known'
sqlite3 traces.db "INSERT INTO traces (trace_id, day) VALUES ('bare', '2024-12-06')"
run lightning show bare
exits 0
prints '  trace       bare
  time        ? to ?
  tokens      ? in the prompt, ? in the reply

Prompt
  (none)

Reply
  (none)

Rewards
  combined    -     0.5 safety + 0.3 empathy + 0.1 length + 0.1 latency
  safety      -     call.failed
  empathy     -
  length      -
  latency     -'

it 'fits 80 columns, and ends no line in blanks'
for trace in $(sqlite3 traces.db 'SELECT trace_id FROM traces'); do
    run lightning show "$trace"
    exits 0
    same 'longer lines' "$(LC_ALL=C.UTF-8 grep -E '^.{81}' "$work/out")" ''
    same 'lines with blanks at the end' "$(grep ' $' "$work/out")" ''
done

it 'prints the document as it is with --raw'
run lightning show MasterResponder_20241201_0814 --raw
exits 0
does cmp "$traces/20241201/MasterResponder_20241201_081408_786253.json" "$work/out"
