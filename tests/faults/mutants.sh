#!/bin/sh
# mutants.sh -- takes one guard after the other out of a copy of the source and shows that a test notices.
# Prints a table; fails when a mutant lives, or when a guard is not where it was.
#
# usage: tests/faults/mutants.sh [PATTERN]    (only guards whose name holds the pattern)
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cp -R "$project/Makefile" "$project/.ci" "$project/cli" "$project/ext" "$project/sql" "$project/tests" "$work/"
cd "$work"
B=$work/build
export B
unset MAKEFLAGS MAKELEVEL
pattern=${1:-}
lived=0
killed=0

build()
{
    make B="$B" CFLAGS='-O1 -g' "$B/lightning" "$B/lightning.so" >build.log 2>&1
}

build || {
    cat build.log
    exit 1
}
printf '%-58s %-28s %s\n' 'taken out' 'noticed by' 'as'

# mutant GUARD FILE SED TEST: the sed script takes the guard out of the file; the test must fail.
mutant()
{
    case $1 in *"$pattern"*) ;; *) return ;; esac
    cp "$2" original
    sed -i "$3" "$2"
    if cmp -s "$2" original; then
        printf '%-58s %s\n' "$1" "NOT FOUND in $2"
        lived=$((lived + 1))
        return
    fi
    if ! build; then
        printf '%-58s %s\n' "$1" 'DOES NOT COMPILE'
        grep -m 2 error build.log
        lived=$((lived + 1))
    elif timeout 300 sh "$4" >test.log 2>&1; then
        printf '%-58s %s\n' "$1" "LIVES: $4 passes"
        lived=$((lived + 1))
    else
        printf '%-58s %-28s %s\n' "$1" "$(basename "$4")" \
            "$(sed -n 's/^FAILED: //p' test.log | head -n 1 | cut -c 1-70)"
        killed=$((killed + 1))
    fi
    # With a new time, or make would keep the mutant.
    cp original "$2"
}

folders=tests/cli/hostile_folders.sh
changes=tests/cli/hostile_changes.sh
ledger=tests/cli/ledger.sh
export=tests/cli/hostile_export.sh
crowd=tests/cli/hostile_crowd.sh
faults=tests/cli/hostile_faults.sh
threads=tests/cli/hostile_threads.sh

# ---- the folder ----
mutant 'O_NOFOLLOW on files' ext/core/trace_tree.c 's/O_RDONLY | O_NOFOLLOW | O_NONBLOCK/O_RDONLY | O_NONBLOCK/' $folders
mutant 'O_NONBLOCK' ext/core/trace_tree.c 's/O_NOFOLLOW | O_NONBLOCK/O_NOFOLLOW/' $folders
mutant "O_NOFOLLOW on a day's folder" ext/core/trace_tree.c 's/name, O_NOFOLLOW);/name, 0);/' $folders
mutant 'the size cap' ext/core/trace_tree.c 's/if (n > TREE_LARGEST_FILE)/if (false)/' $folders
mutant 'a sparse file is not read to its cap' ext/core/trace_tree.c 's/ && says_too_large(fd))/ \&\& says_too_large(fd) \&\& false)/' $folders
mutant 'names are sorted' ext/core/listing.c 's/^    sort(names, order, listing->n, 0);$/    if (false) sort(names, order, listing->n, 0);/' $folders
mutant 'batches are taken in order' ext/bind/read_ahead.c 's/    while (batch->state != BATCH_DONE) {/    while (batch->state == BATCH_READY) {/' $threads
mutant 'days outside the bounds stay closed' ext/core/trace_tree.c 's/if (!day_wanted(tree, tree->entry.day))/if (!day_wanted(tree, tree->entry.day) \&\& false)/' tests/lazy.sh
mutant 'incomplete is told from rejected' ext/bind/legacy_traces.c 's/why.incomplete ? "incomplete" : "rejected"/why.incomplete ? "rejected" : "rejected"/' $changes
mutant 'what could not be read has no facts' ext/bind/legacy_traces.c 's/if (unreadable || /if ((unreadable \&\& false) || /' $folders
mutant 'EMFILE and ENOMEM are no fault of a file' ext/bind/legacy_traces.c 's/error == EMFILE || error == ENFILE || error == ENOMEM/error == -1/' $faults
mutant 'EINTR' ext/core/trace_tree.c 's/while (got < 0 \&\& errno == EINTR);/while (false);/' $faults

# ---- the ledger ----
mutant 're-lookup inside the transaction' cli/ledger.c 's/looked_up = ledger->writing/looked_up = true/' $crowd
mutant 'BEGIN IMMEDIATE' cli/ledger.c 's/"BEGIN IMMEDIATE"/"BEGIN"/' $crowd
mutant 'the busy timeout' cli/db.c 's/^    sqlite3_busy_timeout(db->handle, BUSY_MS);//' $crowd
mutant 'a look-up that fails ends the import' cli/ledger.c 's/^        return -1;/        return 0;/' $faults
mutant 'recheck of what was written just now' cli/ledger_rows.c 's/coalesce(?4 > ?5, 0), ?6/coalesce(?4 > ?5, 0) * 0, ?6/' $changes
mutant 'the time of a file is compared' cli/ledger_walk.c 's/sqlite3_column_int64(rows, ROW_MTIME) == sqlite3_value_int64(facts\[FACT_MTIME\])/true/' $changes
mutant 'same bytes: of one trace_id' cli/ledger_rows.c 's/sqlite3_column_int(stmt, 1) ? DUPLICATE : CONFLICT/sqlite3_column_int(stmt, 1) ? DUPLICATE : DUPLICATE/' $changes
mutant 'same bytes: of one file' cli/ledger_rows.c 's/WHERE d.id = ?1 AND d.hash = ?2 AND "/WHERE d.id = ?1 OR "/' $changes
mutant 'a duplicate owns no document' cli/ledger.c 's/^    if (entry->state == IMPORTED)$/    if (entry->state == IMPORTED || entry->state == DUPLICATE)/' $changes
mutant 'a duplicate stands in' cli/ledger_rows.c 's/^    if (rc != SQLITE_OK || sqlite3_changes(ledger->db->handle) > 0)/    if (rc != SQLITE_OK)/' $changes
mutant 'conflicts are ended' cli/ledger_resolve.c 's/if (code != DONE || loose == 0)/if (code != DONE || loose >= 0)/' $ledger
mutant 'a file that is gone yields to one that is there' cli/ledger_resolve.c 's/    if (code == DONE \&\& met)/    if (code == DONE \&\& met \&\& false)/' $ledger
mutant 'a copy that is there keeps the trace' cli/ledger_resolve.c 's/^    \*may \&= !has;/    (void)has;/' $ledger
mutant 'the inbox keeps its trace' cli/ledger_rows.c 's/rc != SQLITE_OK || stays)/rc != SQLITE_OK)/' $ledger
mutant 'no document is removed that a file has' cli/ledger_rows.c "s/AND NOT EXISTS (SELECT 1 FROM main.files WHERE document_id = ?1 AND state <> 'imported')//" $ledger
mutant 'names out of order are looked up' cli/ledger_walk.c 's/else if (compare(path, n, walk->last, walk->last_size) <= 0)/else if (false)/' $ledger
mutant 'a path that is no text is looked up' cli/ledger_walk.c 's/if (!path || !text || n/if (!path || n/' $ledger
mutant 'the walk leaves before a commit' cli/ledger.c 's/^    ledger_walk_leave(ledger);$//' $crowd
mutant 'what cannot be a trace may change' cli/ledger_rows.c 's/entry->as_before = entry->state == SKIPPED \&\& reason \&\& .*/entry->as_before = false;/' $ledger
mutant 'no dictionary where nothing changed' cli/dictionary.c 's/code = folder_has_news(folder, &wanted);/(void)wanted;/' $ledger
mutant 'a broken file keeps its trace' cli/ledger.c 's/^        .held = trace_document_of(before),/        .held = 0 * trace_document_of(before),/' $changes
mutant 'a trace whose file is whole again stays' cli/ledger.c 's/^    if (before->state != CONFLICT && before->held)$/    if (before->held \&\& false)/' $changes
mutant 'an unreadable file keeps its bytes' cli/ledger.c 's/^        .document = other_document_of(before),/        .document = 0,/' $folders
mutant 'the index of duplicates is used' cli/ledger_rows.c "s/ AND state <> 'imported' ORDER BY root, path LIMIT 1/ ORDER BY root, path LIMIT 1/" $changes
mutant 'a day that opens again has no row' cli/import.c 's/code = forget_opened_days(&import);/code = code == 99 ? forget_opened_days(\&import) : code;/' $folders
mutant 'a dictionary stored meanwhile is taken' cli/dictionary.c 's/if (code != DONE || !is_outgrown(&newest, folder->total))/if (code != DONE)/' $crowd
mutant 'a journal is left to one that may write' cli/db.c 's/^        companion_size(db, "-journal") <= 0)/        true)/' $faults

# ---- writing back ----
mutant 'export: O_EXCL' cli/export.c 's/O_WRONLY | O_CREAT | O_EXCL/O_WRONLY | O_CREAT/' $export
mutant 'export: O_NOFOLLOW' cli/export.c 's/O_DIRECTORY | O_NOFOLLOW/O_DIRECTORY/' $export
mutant 'export: names that lead elsewhere' cli/export.c 's/if (!path || !is_safe(path, /if (!path || (!is_safe(path, /; s/bytes(row, PATH)))$/bytes(row, PATH)) \&\& false))/' $export
mutant 'export: two roots with one name' sql/export/clash.sql 's/HAVING count(\*) > 1/HAVING count(*) > 9/' $export
mutant 'export: times' cli/export.c 's/rc = futimens(fd, times);/rc = 0;/' $export
mutant 'export: half a file is removed' cli/export.c 's/^        unlinkat(.*//' $export

echo "mutants: $killed noticed, $lived not"
[ "$lived" = 0 ]
