#!/bin/sh
# malloc.sh -- each allocation of a command fails once, those of SQLite, zstd, jansson and the C library
# too. The command never crashes, and never says that all is well when something is missing.
#
# EVERY   only every so-manyth allocation (default: 1, all)
. "$(dirname "$0")/../cli/lib.sh"
. "$project/tests/faults/hostile.sh"

if sanitized; then
    echo 'skipped: failing allocations: a sanitizer has allocations of its own'
    exit 0
fi
build shim_malloc -shared
every=${EVERY:-1}
# Not on a disk, where one can: the runs are many.
if [ -d /dev/shm ] && fast=$(mktemp -d /dev/shm/lightning.XXXXXX); then
    ln -s "$fast" fast
    trap 'rm -rf "$fast"; finish' EXIT
else
    mkdir fast
fi
x=fast/x.db

mkdir -p t/20241206 more/20241206
cp "$traces"/20241201/Controller_20241201_194726_115803.json \
    "$traces"/20241201/MasterResponder_20241201_133220_339814.json t/20241206/
trace known >t/20241206/known.json
trace known >t/20241206/known_same.json
trace known 7 >t/20241206/other.json
printf '{"trace_id": "esc\\u00e4pe", "component": "\\u00e4", "response": {"says": "\\u00e4"}}' \
    >t/20241206/escapes.json
printf '{"trace' >t/20241206/half.json
trace bytes >"$(printf 't/20241206/odd\377.json')"
age t
# Enough for threads, and for a dictionary.
n=0
while [ $n -lt 230 ]; do
    n=$((n + 1))
    trace "more $n" >more/20241206/$n.json
done
age more

failing()
{
    nth=$1
    shift
    MALLOC_FAIL=$nth MALLOC_COUNT=count LD_PRELOAD=$work/shim_malloc.so "$program" "$@" \
        >out 2>err </dev/null
}

# attempt CHECK COMMAND…: the command undisturbed, then with each allocation failing; CHECK tells what it
# has to leave behind, beside its output. BEFORE prepares.
attempt()
{
    check=$1
    shift
    $before_each
    failing 0 "$@"
    code=$?
    total=$(cut -d' ' -f1 count)
    wanted=$($check)
    cp out out.wanted
    done=0
    quiet=0
    spared=0
    i=$((1 + total % every))
    while [ $i -le "$total" ]; do
        $before_each
        failing $i "$@"
        status=$?
        case $(cat count) in *' 0') spared=$((spared + 1)) ;; esac
        case $status in
        "$code")
            quiet=$((quiet + 1))
            checks=$((checks + 1))
            cmp -s out out.wanted || break_it "allocation $i: prints otherwise: $(diff out.wanted out)"
            [ "$($check)" = "$wanted" ] || break_it "allocation $i: ends with $code, and is not done: $(cat err)"
            ;;
        3)
            checks=$((checks + 1))
            grep -q '^lightning: ' err || break_it "allocation $i: says not what is wrong: $(cat err)"
            again "$i"
            ;;
        *) break_it "allocation $i: status $status: $(cat err)" ;;
        esac
        done=$((done + 1))
        i=$((i + every))
    done
    echo "malloc: lightning $1: $done of $total allocations failed; $((done - quiet)) ended it, $((quiet - spared)) it did without"
    if [ $spared -gt 0 ]; then
        echo "malloc: lightning $1: $spared of these did not fail: this libzstd would crash (shim_malloc.c)"
    fi
}

# What a failed import left is whole, and the next one completes it; every tenth time, for the time's
# sake.
again()
{
    if [ "$again" = no ] || [ $(($1 % 10)) != 0 ]; then
        return
    fi
    if [ -s $x ]; then
        whole $x
        case $(sqlite3 $x 'SELECT count(*) FROM files' 2>&1) in
        0 | "$all" | *'no such table'*) ;;
        *) break_it "allocation $1: a part of the files is in the ledger" ;;
        esac
    fi
    lightning import $folder --db $x >/dev/null 2>&1
    checks=$((checks + 1))
    [ "$(digest $x)" = "$wanted" ] || break_it "allocation $1: not completed by the next import"
}

no_file()
{
    rm -f $x*
}

content()
{
    digest $x
}

folder=t
all=8
again=yes
before_each=no_file
it 'imports into a new file, or says that it cannot'
attempt content import t --db $x

it 'imports again, or says that it cannot'
lightning import t --db start.db >/dev/null 2>&1
trace changed >t/20241206/known.json
trace other >t/20241206/other.json
trace half >t/20241206/half.json
find t -newer start.db -exec touch -d '2024-12-07 UTC' {} +
old_file()
{
    rm -f $x*
    cp start.db $x
}
before_each=old_file
attempt content import t --db $x --keep-text

it 'reports, shows and exports, or says that it cannot'
again=no
no_more()
{
    :
}
old_file
lightning import t --db $x >/dev/null 2>&1
before_each=no_more
attempt no_more analyze --db $x
attempt no_more analyze --trace-dir t --db $x
attempt no_more show changed --db $x
no_out()
{
    rm -rf fast/out
}
tree()
{
    find fast/out -type f -printf '%P %s %T@\n' | sort
}
before_each=no_out
attempt tree export --as legacy fast/out --db $x

it 'scores anew, keeps what people say and compares, or says that it cannot'
echo '{"silence": []}' >ours.json
printf 'trace_id,value,source\nchanged,1,ana\nother,2,ana\n' >scores.csv
lightning annotate --csv scores.csv --db $x >/dev/null 2>&1
cp $x start.db
scores()
{
    sqlite3 $x 'SELECT trace_id, response_text, error, combined_reward, s.name FROM traces AS t
      JOIN scorers AS s ON s.id = t.scorer_id ORDER BY 1; SELECT trace_id, value FROM feedback ORDER BY id'
}
before_each=old_file
attempt scores score --policy ours.json --db $x
attempt scores annotate changed --score 3 --by ben --db $x
attempt scores annotate --csv scores.csv --db $x
attempt no_more score --against feedback --db $x

# The order in which threads allocate is not the same each time; still each number fails one of theirs.
it 'imports with threads and a dictionary, or says that it cannot'
folder=more
all=230
again=yes
before_each=no_file
every=$((every * ${THREADS_EVERY:-7}))
attempt content import more --db $x
