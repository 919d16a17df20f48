#!/bin/sh
# hostile_kill.sh -- a quick look at what `make test-faults` does at length: imports that are killed, or
# failed by the disk, at some of their writes.
POINTS=${POINTS:-12} exec "$(dirname "$0")/../faults/kill.sh"
