#!/bin/sh
# hostile_malloc.sh -- a quick look at what `make test-faults` does at length: commands with some of their
# allocations failing.
EVERY=${EVERY:-211} exec "$(dirname "$0")/../faults/malloc.sh"
