#!/bin/sh
# hostile_faults.sh -- import when the machine fails it: full disk, read-only places, unreadable blocks, no
# descriptors left, calls that are interrupted or do half of their work. It says what is wrong, ends with
# 3, leaves nothing half done, and the next import completes what this one could not.
# That it may be killed at any write is tests/faults/kill.sh; that memory runs out, malloc.sh there.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

# A leak checker cannot run under strace, nor has it the memory.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

cp -Rp "$traces" t
age t
lightning import t --db alone.db >/dev/null 2>&1
code=$?
wanted=$(digest alone.db)

# completes FILE: an import into it ends as one that nothing disturbed.
completes()
{
    run lightning import t --db "$1"
    exits "$code"
    same 'what is in it' "$(digest "$1")" "$wanted"
    whole "$1"
}

# none_or_all FILE: the tree is one transaction.
none_or_all()
{
    if [ -s "$1" ]; then
        whole "$1"
        case $(sqlite3 "$1" 'SELECT count(*) FROM files' 2>&1) in
        0 | 36 | *'no such table'*) ;;
        *) break_it "$1 holds a part of the files" ;;
        esac
    fi
}

# says_why: a failure is told, once, and not as a success.
says_why()
{
    exits 3
    prints ''
    same 'the lines it complains with' "$(grep -c '^lightning: ' "$work/err")" 1
}

it 'ends when the disk is full, whatever it was doing, and goes on when there is room'
if unshare -Urm true 2>/dev/null; then
    cat >full.sh <<'END'
# full.sh PROGRAM KB: imports into a file system with so much room, and again when it has more.
mkdir -p room
mount -t tmpfs -o size=4m none room || exit 99
head -c $(((4096 - $2) * 1024)) /dev/zero >room/ballast
"$1" import t --db room/x.db >out 2>err
first=$?
echo "$first"
cp room/x.db* after/ 2>/dev/null
rm room/ballast
"$1" import t --db room/x.db >out2 2>err2
echo "$?"
cp room/x.db* final/
END
    full=0
    for size in 8 16 48 100 180 228 260 300 340 380 700; do
        rm -rf after final
        mkdir after final
        run unshare -Urm sh full.sh "$program" $size
        case $(tr '\n' ' ' <"$work/out") in
        "3 $code ")
            full=$((full + 1))
            does grep -q -e '^lightning: room/x.db: .*\(disk is full\|disk I/O error\)$' err
            same "what it printed with $size kB" "$(cat out)" ''
            ;;
        "$code $code ") ;;
        *) break_it "with $size kB: it ends with $(cat "$work/out"): $(cat err err2)" ;;
        esac
        none_or_all after/x.db
        same 'what is in it' "$(digest final/x.db)" "$wanted"
    done
    does test $full -ge 5
    does test $full -lt 11
else
    echo 'skipped: no file system can be mounted here'
fi

it 'says that a file system is read-only'
if unshare -Urm true 2>/dev/null; then
    cat >read_only.sh <<'END'
mkdir -p fixed
mount -t tmpfs none fixed || exit 99
cp alone.db fixed/old.db
mount --options-mode ignore -o remount,ro fixed || exit 99
"$1" import t --db fixed/new.db
[ $? = 3 ] || exit 98
"$1" import t --db fixed/old.db
END
    run unshare -Urm sh read_only.sh "$program"
    exits 3
    prints ''
    complains 'lightning: fixed/new.db: cannot be made: Read-only file system
lightning: fixed/old.db: cannot be written: you may only read it'
    # Folders that nobody may write to are read all the same.
    cat >read_only.sh <<'END'
mount --bind t t && mount --options-mode ignore -o remount,ro,bind t || exit 99
touch t/20241201/x 2>/dev/null && exit 98
"$1" import t --db ro.db
END
    run unshare -Urm sh read_only.sh "$program"
    exits "$code"
    same 'what is in it' "$(digest ro.db)" "$wanted"
else
    echo 'skipped: no file system can be mounted here'
fi

it 'says that a folder may not be written to'
chmod 755 "$work" "$work/here"
cp "$program" "$work/lightning"
mkdir shut
chmod 555 shut
run unprivileged "$work/lightning" import t --db shut/x.db
says_why
complains 'lightning: shut/x.db: cannot be made: Permission denied'
chmod 755 shut
cp alone.db shut/x.db
chmod 555 shut
run unprivileged "$work/lightning" import t --db shut/x.db
says_why
chmod 755 shut

it 'says that it may open no more files, with however few it can begin'
works=0
n=4
while [ $n -le 24 ]; do
    rm -f few.db*
    run sh -c 'ulimit -n "$1"; exec "$2" import t --db few.db' sh $n "$program"
    if [ "$status" = "$code" ]; then
        works=$((works + 1))
        same 'what is in it' "$(digest few.db)" "$wanted"
    else
        says_why
        none_or_all few.db
        completes few.db
    fi
    n=$((n + 1))
done
does test $works -ge 5
does test $works -le 20
run sh -c 'ulimit -n 9; exec "$1" import t --db few2.db' sh "$program"
does grep -q "Too many open files" "$work/err"

if sanitized; then
    echo 'skipped: calls that are interrupted or do half of their work: a sanitizer lets no shim before it'
else
    it 'goes on when its calls are interrupted or do half of their work'
    build shim_io -shared
    run env LD_PRELOAD="$work/shim_io.so" SHIM_SHORT=1 "$program" import t --db short.db
    exits "$code"
    same 'what is in it' "$(digest short.db)" "$wanted"
    whole short.db
    run env LD_PRELOAD="$work/shim_io.so" SHIM_SHORT=1 "$program" export --as legacy exported --db short.db
    exits 0
    does diff -r t exported
fi

if ! can_inject; then
    echo 'skipped: faults of single calls: no strace that may inject them'
    exit 0
fi

# inject SPECIFICATION COMMAND…: with the calls that it names failing.
inject()
{
    specification=$1
    shift
    strace -f -qq -o trace.log -e trace="${specification%%:*}" -e inject="$specification" "$@"
}

it 'keeps the others when a block of one file cannot be read, and takes it when it can'
victim=20241201/Controller_20241201_110533_918205.json
run strace -f -qq -o trace.log -P "$PWD/t/$victim" -e trace=read -e inject=read:error=EIO \
    "$program" import t --db eio.db
exits 1
does grep -q 'EIO.*INJECTED' trace.log
does grep -q "^lightning: t/$victim: rejected: cannot be read: Input/output error$" "$work/err"
same 'the traces' "$(sqlite3 eio.db 'SELECT count(*) FROM traces')" 34
completes eio.db

it 'tells of a folder whose names cannot be read'
run strace -f -qq -o trace.log -P "$PWD/t/20241201" -e trace=getdents64 -e inject=getdents64:error=EIO \
    "$program" import t --db names.db
exits 1
does grep -q "^lightning: t/20241201: rejected: a day's folder that cannot be opened: Input/output error$" "$work/err"
completes names.db
run strace -f -qq -o trace.log -P "$PWD/t" -e trace=getdents64 -e inject=getdents64:error=EIO \
    "$program" import t --db names2.db
says_why
complains "lightning: cannot open the folder 't': Input/output error"

it 'stops when the kernel has no memory or no descriptor for a file, and blames no file'
for error in EMFILE ENFILE ENOMEM; do
    rm -f none.db*
    run strace -f -qq -o trace.log -P "${victim#*/}" -e trace=openat -e inject=openat:error=$error \
        "$program" import t --db none.db
    does grep -q "$error.*INJECTED" trace.log
    says_why
    none_or_all none.db
    completes none.db
done

it 'takes up a file whose making was cut off before it was in WAL mode'
for fault in unlink:error=EIO:when=1 unlink:signal=KILL:when=1 fdatasync:signal=KILL:when=4; do
    rm -f cut.db*
    run inject $fault "$program" import t --db cut.db
    does test -s cut.db-journal
    completes cut.db
    same 'beside it' "$(ls cut.db*)" cut.db
done

it 'reads on when a signal interrupts it'
run strace -f -qq -o trace.log -P "$PWD/t/$victim" -P "$PWD/t/20241202/Controller_20241202_140512_771203.json" \
    -e trace=read -e inject=read:error=EINTR:when=1+2 "$program" import t --db eintr.db
exits "$code"
does grep -q 'EINTR.*INJECTED' trace.log
same 'what is in it' "$(digest eintr.db)" "$wanted"

it 'stops when the database cannot be read'
reads=0
for n in 1 2 3 5 8 13 17 21 25 29; do
    for start in new old; do
        rm -f bad.db*
        if [ $start = old ]; then
            cp alone.db bad.db
            sqlite3 bad.db "DELETE FROM files WHERE path > '20241202'; DELETE FROM traces WHERE day > '2024-12-01'"
        fi
        run strace -f -qq -o trace.log -P "$PWD/bad.db" -e trace=pread64 \
            -e inject=pread64:error=EIO:when=$n "$program" import t --db bad.db
        if grep -q INJECTED trace.log; then
            reads=$((reads + 1))
        fi
        if [ "$status" != "$code" ]; then
            exits 3
            does grep -q '^lightning: bad.db: ' "$work/err"
        else
            same 'the files' "$(sqlite3 bad.db 'SELECT count(*) FROM files')" 36
        fi
        run lightning import t --db bad.db
        exits "$code"
        same 'the traces' "$(sqlite3 bad.db 'SELECT count(*) FROM traces')" 35
        whole bad.db
    done
done
does test $reads -ge 10

# A look-up that fails undoes the whole transaction: what was settled before must not pass for done.
it 'stops when the ledger cannot be read, in the middle of its changes too'
mkdir -p many/20241206
n=0
while [ $n -lt 600 ]; do
    n=$((n + 1))
    trace $n >many/20241206/$n.json
done
age many
lightning import many --db before.db >/dev/null 2>&1
trace changed >many/20241206/1.json
trace 'changed too' >many/20241206/500.json
touch -d '2024-12-07 UTC' many/20241206/1.json many/20241206/500.json
cp before.db after.db
lightning import many --db after.db >/dev/null 2>&1
wanted=$(digest after.db)
failed=0
# SQLite takes the one for a broken file, the other for trouble on the way to it.
for error in EIO ESTALE; do
    n=0
    while [ $n -lt 60 ]; do
        n=$((n + 1))
        rm -f bad.db*
        cp before.db bad.db
        run strace -f -qq -o trace.log -P "$PWD/bad.db" -e trace=pread64 \
            -e inject=pread64:error=$error:when=$n "$program" import many --db bad.db
        if ! grep -q INJECTED trace.log; then
            break
        fi
        if [ "$status" = 0 ]; then
            same "what is in it after $error at read $n" "$(digest bad.db)" "$wanted"
        else
            exits 3
            failed=$((failed + 1))
            run lightning import many --db bad.db
            exits 0
            same "what is in it, imported again after $error at read $n" "$(digest bad.db)" "$wanted"
        fi
    done
done
does test $failed -ge 20
