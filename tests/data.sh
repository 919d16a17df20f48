#!/bin/sh
# data.sh -- tests/data/traces is what make_traces.py writes, byte for byte.
set -eu
cd "$(dirname "$0")/data"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 make_traces.py "$work/traces"
diff -r traces "$work/traces"
