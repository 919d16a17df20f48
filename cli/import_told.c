#include "import_told.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arguments.h"

/* Files that need a look and are named; the ledger has them all. */
#define NAMED 10

void import_told_free(struct import *import)
{
    sqlite3_free(import->unknown_example);
    import->unknown_example = NULL;
}

/* ---- while it goes on ---- */

void show_progress(struct import *import)
{
    import->met++;
    if (!import->on_terminal)
        return;
    time_t now = time(NULL);
    if (now == import->shown)
        return;
    import->shown = now;
    /* Counting takes a walk of its own: for what takes long. */
    if (!import->drawn && folder_count(&import->folder) != DONE)
        return;
    import->drawn = true;
    fprintf(stderr, "\r%s: %lld of %lld file%s\033[K", import->folder.directory, import->met,
            import->folder.total, plural(import->folder.total));
}

void clear_progress(struct import *import)
{
    if (import->drawn)
        fputs("\r\033[K", stderr);
    import->drawn = false;
}

/* ---- names ---- */

/* DIR/PATH when DIR is the root, or DIR/NAME when it is the day's folder that the path lies in; else
 * NULL. */
static char *name_below(const char *directory, const char *root, const char *path)
{
    char real[PATH_MAX];
    size_t n = strlen(directory);
    size_t n_root = strlen(root);
    size_t n_day = strcspn(path, "/");
    if (!realpath(directory, real))
        return NULL;
    while (n > 1 && directory[n - 1] == '/')
        n--;
    const char *slash = directory[n - 1] == '/' ? "" : "/";
    if (strcmp(real, root) == 0)
        return sqlite3_mprintf("%.*s%s%s", (int)n, directory, slash, path);
    /* Of the root "/" the day's folder has no second slash. */
    n_root -= root[n_root - 1] == '/';
    if (strlen(real) != n_root + 1 + n_day || strncmp(real, root, n_root) != 0 ||
        strncmp(real + n_root + 1, path, n_day) != 0)
        return NULL;
    return sqlite3_mprintf("%.*s%s", (int)n, directory, path + n_day);
}

/* Where a file is, beginning with the DIR that it was found in. NULL when out of memory. */
static char *found_at(const struct import *import, const char *root, const char *path)
{
    for (int i = 0; i < import->args->n_operands; i++) {
        char *name = name_below(import->args->operands[i], root, path);
        if (name)
            return name;
    }
    return sqlite3_mprintf("%s/%s", root, path);
}

static void name_one(struct import *import, sqlite3_stmt *row, int root, const char *state,
                     const char *reason)
{
    if (import->named++ >= NAMED)
        return;
    char *name = found_at(import, (const char *)sqlite3_column_text(row, root),
                          (const char *)sqlite3_column_text(row, root + 1));
    clear_progress(import);
    complain(NEEDS_A_LOOK, "%s: %s: %s", name ? name : "?", state, reason ? reason : "?");
    sqlite3_free(name);
}

void name_file(struct import *import, sqlite3_stmt *row, enum outcome outcome)
{
    const char *path = (const char *)sqlite3_column_text(row, PATH);
    /* Who links to a day's folder means to have it read. */
    bool day = outcome == SKIPPED && path && strlen(path) == 8 && strspn(path, "0123456789") == 8;
    if (outcome == REJECTED || outcome == INCOMPLETE || day)
        name_one(import, row, ROOT, outcome_names[outcome],
                 (const char *)sqlite3_column_text(row, FILE_ERROR));
}

int name_conflicts(struct import *import)
{
    sqlite3_stmt *row = NULL;
    if (import->ledger.counts[CONFLICT] == 0)
        return DONE;
    int code = ledger_new_conflicts(&import->ledger, &row);
    while (db_next_row(import->db, row, &code))
        name_one(import, row, 0, outcome_names[CONFLICT],
                 (const char *)sqlite3_column_text(row, 2));
    sqlite3_finalize(row);
    return code;
}

void note_oddities(struct import *import, sqlite3_stmt *row)
{
    import->credentials += sqlite3_column_int64(row, CREDENTIALS);
    if (!sqlite3_column_int(row, UNKNOWN_SHAPE))
        return;
    import->unknown++;
    if (!import->unknown_example)
        import->unknown_example = found_at(import, (const char *)sqlite3_column_text(row, ROOT),
                                           (const char *)sqlite3_column_text(row, PATH));
}

/* ---- at the end ---- */

static void print_count(const char *name, sqlite3_int64 n, const char *note)
{
    if (n > 0)
        printf("  %-10s %8lld%s%s\n", name, n, note ? "  " : "", note ? note : "");
}

/* The files that are as an earlier import left them, and those of them that need a look. */
static void print_known(const struct ledger *ledger, sqlite3_int64 known)
{
    static const enum outcome troubles[] = {CONFLICT, REJECTED, INCOMPLETE};
    const char *before = "  (of them ";
    if (known == 0)
        return;
    printf("  %-10s %8lld", "unchanged", known);
    for (size_t i = 0; i < sizeof(troubles) / sizeof(*troubles); i++) {
        if (ledger->known[troubles[i]] == 0)
            continue;
        printf("%s%lld %s", before, ledger->known[troubles[i]], outcome_names[troubles[i]]);
        before = ", ";
    }
    printf("%s\n", before[0] == ',' ? ")" : "");
}

/* Of traces that are not read again what a new option says is not known, and SQL can tell. */
static void print_kept_key(const struct import *import, const char *option, const char *column)
{
    const char *path = option_value(import->args, option);
    sqlite3_int64 n = import->ledger.known[IMPORTED];
    if (!path || n == 0)
        return;
    char *update = sqlite3_mprintf("UPDATE traces SET %s = document_value("
                                   "trace_document(trace_id), '$.%q')",
                                   column, path);
    printf("--%s: %lld trace%s that %s here before keep%s %s %s; to have it of all:\n"
           "  lightning sql --db %s --write \"%s\"\n",
           option, n, plural(n), n == 1 ? "was" : "were", n == 1 ? "s" : "",
           n == 1 ? "its" : "their", column, import->args->db, update ? update : "");
    sqlite3_free(update);
}

static void print_counts(const struct import *import)
{
    const struct ledger *ledger = &import->ledger;
    sqlite3_int64 known = 0;
    sqlite3_int64 met = 0;
    for (int i = 0; i < OUTCOMES; i++) {
        met += ledger->counts[i] + ledger->known[i];
        known += ledger->known[i];
    }
    printf("%lld file%s met%s\n", met, plural(met),
           met > 0 && met == known ? ", nothing changed" : "");
    for (int i = 0; i < OUTCOMES; i++)
        print_count(outcome_names[i], ledger->counts[i],
                    i != REPLACED            ? NULL
                    : ledger->counts[i] == 1 ? "its file was rewritten"
                                             : "their files were rewritten");
    print_known(ledger, known);
    if (ledger->resolved)
        printf("%lld conflict%s of other files ended: what they were in conflict with is gone\n",
               ledger->resolved, plural(ledger->resolved));
    if (ledger->gone)
        printf("%lld trace%s gone: rewritten, and another's now; `reason` in files says which\n",
               ledger->gone, ledger->gone == 1 ? " is" : "s are");
    if (import->credentials)
        printf("%lld credential%s masked in error texts; the documents still hold %s\n",
               import->credentials, plural(import->credentials),
               import->credentials == 1 ? "it" : "them");
    print_kept_key(import, "session-key", "session_id");
    print_kept_key(import, "user-key", "user_id");
}

/* Whether there were files and none that could be a trace. */
static bool has_nothing(const struct ledger *ledger)
{
    sqlite3_int64 others = 0;
    for (int i = 0; i < OUTCOMES; i++)
        others += i == SKIPPED ? 0 : ledger->counts[i] + ledger->known[i];
    return others == 0 && ledger->counts[SKIPPED] + ledger->known[SKIPPED] > 0;
}

/* What somebody should look at, on stderr. */
static void complain_of_rest(const struct import *import)
{
    if (import->named > NAMED)
        complain(NEEDS_A_LOOK,
                 "and %lld more: SELECT path, state, reason FROM files WHERE state <> 'imported'",
                 import->named - NAMED);
    if (has_nothing(&import->ledger))
        complain(NEEDS_A_LOOK,
                 "no trace was met: is it a traces folder, with YYYYMMDD folders in it?");
    if (import->unknown)
        complain(NEEDS_A_LOOK, "%lld response%s of no known shape, so %s no text: %s%s",
                 import->unknown, import->unknown == 1 ? " is" : "s are",
                 import->unknown == 1 ? "it has" : "they have",
                 import->unknown == 1 ? "" : "one is ",
                 import->unknown_example ? import->unknown_example : "?");
}

/* What --keep-text cost this time: it is for the traces that come in, not for those that are there. */
static void print_kept_text(const struct ledger *ledger)
{
    double kb = (double)ledger->text_bytes / 1e3;

    if (ledger->text_bytes == 0)
        printf("--keep-text: nothing to keep: no trace came in\n");
    else
        printf("--keep-text: %.*f %s of that is prompts, metadata and responses in the open\n",
               kb < 1000 ? 0 : 1, kb < 1000 ? kb : kb / 1000, kb < 1000 ? "kB" : "MB");
}

/* What share of their files the traces take here. Adding up reads all there is: for when something
 * came in. */
static int print_share(struct import *import, double bytes)
{
    sqlite3_int64 original = 0;
    int code =
        db_integer(import->db, "SELECT coalesce(sum(size), 0) FROM main.documents", &original);
    if (code == DONE && original > 1000000)
        printf(", %.0f %% of the %.1f MB of their files", 100 * bytes / (double)original,
               (double)original / 1e6);
    return code;
}

/* What the file holds now, and at what size. */
static int print_size(struct import *import)
{
    const struct ledger *ledger = &import->ledger;
    sqlite3_int64 traces = 0;
    sqlite3_int64 bytes = 0;
    int code = db_integer(import->db, "SELECT count(*) FROM main.traces", &traces);
    if (code == DONE)
        code = db_integer(import->db,
                          "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                          &bytes);
    if (code != DONE)
        return code;
    printf("%s: %lld trace%s, %.1f MB", import->args->db, traces, plural(traces),
           (double)bytes / 1e6);
    if (ledger->counts[IMPORTED] + ledger->counts[REPLACED] > 0)
        code = print_share(import, (double)bytes);
    printf("\n");
    if (code == DONE && ledger->keep_text)
        print_kept_text(ledger);
    return code;
}

int import_tell(struct import *import)
{
    const struct ledger *l = &import->ledger;
    print_counts(import);
    complain_of_rest(import);
    int code = print_size(import);
    bool look = import->named > 0 || has_nothing(l) || import->unknown > 0 ||
                l->known[REJECTED] > 0 || l->known[INCOMPLETE] > 0 || l->known[CONFLICT] > 0;
    return code == DONE && look ? NEEDS_A_LOOK : code;
}
