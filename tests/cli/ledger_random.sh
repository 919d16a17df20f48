#!/bin/sh
# ledger_random.sh -- small trees that change at random between imports: after each import the ledger is
# what cli/ledger.h promises, and a second one changes nothing. ledger_random.py is the test; ROUNDS
# says how many trees (default 12), SEED which one first.
. "$(dirname "$0")/lib.sh"

it 'keeps what the ledger promises, whatever changes between imports and in whatever order'
LIGHTNING=$program run python3 "$project/tests/cli/ledger_random.py" "${SEED:-1}" "${ROUNDS:-12}"
exits 0
if [ "$status" != 0 ]; then
    cat "$work/out"
fi
