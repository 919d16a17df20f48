#!/bin/sh
# layers.sh -- which part of the house may include what. The linker and the compiler check part of
# it (unit tests link without SQLite, each layer has its own -I); this says the rest, by name.
set -eu
cd "$(dirname "$0")/.."
status=0

# forbid WHY PATTERN FILE…: no line of these files matches.
forbid()
{
    why=$1
    pattern=$2
    shift 2
    if grep -En "$pattern" "$@" /dev/null; then
        echo "layers: $why" >&2
        status=1
    fi
}

forbid 'ext/core knows nothing of SQLite' '#include.*sqlite3' ext/core/*.[ch]
forbid 'ext/core includes nothing above it' '#include "(\.\.|.*/|lightning\.h)' ext/core/*.[ch]
forbid 'the command line speaks SQL: it includes nothing of ext/' '#include ".*/' cli/*.[ch]
for header in $(cd ext && ls core/*.h bind/*.h ./*.h); do
    name=$(basename "$header")
    [ -e "cli/$name" ] || forbid "the command line includes nothing of ext/" \
        "#include [\"<]$name" cli/*.[ch]
done

# A third-party library may be changed for another in one place.
for header in zstd.h zdict.h xxhash.h jansson.h; do
    users=$(grep -l "#include <$header>" ext/*.[ch] ext/*/*.[ch] cli/*.[ch] | paste -s -d ' ' -)
    if [ "$(echo "$users" | wc -w)" != 1 ]; then
        echo "layers: <$header> is for one file to include, not for: $users" >&2
        status=1
    fi
done
exit $status
