/*
 * import.c -- lightning import DIR...: every file of a traces folder becomes a row of the ledger,
 * and every trace a row of `traces`.
 *
 * The folder is read through legacy_traces() on a connection of its own: a SELECT that stayed open on
 * the file while batches are committed would hold an old snapshot, and the next batch could not be
 * written after another process had written one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"
#include "db.h"
#include "dictionary.h"
#include "folder.h"
#include "ledger.h"

/* Files rejected that are named on stderr; the ledger has them all. */
#define NAMED 10

/* In the order of enum folder_column. known() is false for a file that must be settled. */
static const char folder_sql[] =
    "SELECT trace_id, component, coalesce(day, date('now')), timestamp_start, timestamp_end, "
    "session_id, user_id, model, latency_ms, prompt_tokens, completion_tokens, finish_reason, "
    "blocked, error_class, reward, reward_safety, reward_empathy, reward_length, reward_latency, "
    "combined_reward, error, response_text, document_hash, document_size, packed, "
    "file_state, file_error, note, root, path, size, mtime, credentials, unknown_shape";
static const char folder_text_sql[] = ", prompt, metadata, response";
static const char folder_from_sql[] = " FROM legacy_traces(?1, ?2, ?3, ?4) "
                                      "WHERE NOT known(root, path, size, mtime)";

struct import {
    const struct arguments *args;
    struct db *db;        /* written */
    struct folder folder; /* read */
    struct ledger ledger;
    sqlite3_int64 met;         /* so far */
    sqlite3_int64 credentials; /* masked */
    sqlite3_int64 unknown;     /* responses of no known shape */
    char *unknown_example;
    int named;
    bool on_terminal;
    time_t shown; /* when the progress line was last drawn */
};

/* ---- what is said ---- */

static void show_progress(struct import *import)
{
    time_t now = time(NULL);
    import->met++;
    if (!import->on_terminal || now == import->shown)
        return;
    import->shown = now;
    fprintf(stderr, "\r%s: %lld of %lld files\033[K", import->folder.directory, import->met,
            import->folder.total);
}

static void clear_progress(struct import *import)
{
    if (import->on_terminal && import->shown)
        fputs("\r\033[K", stderr);
    import->shown = 0;
}

static void name_file(struct import *import, sqlite3_stmt *row, enum outcome outcome)
{
    const char *path = (const char *)sqlite3_column_text(row, PATH);
    const char *reason = (const char *)sqlite3_column_text(row, FILE_ERROR);
    /* Who links to a day's folder means to have it read. */
    bool day = outcome == SKIPPED && path && strlen(path) == 8 && strspn(path, "0123456789") == 8;
    if (outcome != REJECTED && outcome != INCOMPLETE && outcome != CONFLICT && !day)
        return;
    if (import->named++ >= NAMED)
        return;
    clear_progress(import);
    complain(NEEDS_A_LOOK, "%s: %s: %s", path ? path : "?", outcome_names[outcome],
             reason ? reason : "its trace_id is that of another file, with other bytes");
}

/* What a trace that was stored has to tell besides. */
static void note_oddities(struct import *import, sqlite3_stmt *row)
{
    import->credentials += sqlite3_column_int64(row, CREDENTIALS);
    if (!sqlite3_column_int(row, UNKNOWN_SHAPE))
        return;
    import->unknown++;
    const char *path = (const char *)sqlite3_column_text(row, PATH);
    if (!import->unknown_example && path)
        import->unknown_example = strdup(path);
}

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

static void print_counts(const struct import *import)
{
    const struct ledger *ledger = &import->ledger;
    sqlite3_int64 known = 0;
    sqlite3_int64 met = 0;
    for (int i = 0; i < OUTCOMES; i++) {
        met += ledger->counts[i] + ledger->known[i];
        known += ledger->known[i];
    }
    printf("%lld files met%s\n", met, met > 0 && met == known ? ", nothing changed" : "");
    for (int i = 0; i < OUTCOMES; i++)
        print_count(outcome_names[i], ledger->counts[i],
                    i == REPLACED ? "their files were rewritten" : NULL);
    print_known(ledger, known);
    if (ledger->gone)
        printf("%lld trace%s gone: rewritten, and another's now; `reason` in files says which\n",
               ledger->gone, ledger->gone == 1 ? " is" : "s are");
    if (import->credentials)
        printf("%lld credential%s masked in error texts; the documents still hold %s\n",
               import->credentials, import->credentials == 1 ? "" : "s",
               import->credentials == 1 ? "it" : "them");
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
                 "and %d more: SELECT path, state, reason FROM files WHERE state <> 'imported'",
                 import->named - NAMED);
    if (has_nothing(&import->ledger))
        complain(NEEDS_A_LOOK,
                 "no trace was met: is it a traces folder, with YYYYMMDD folders in it?");
    if (import->unknown)
        complain(NEEDS_A_LOOK,
                 "%lld responses are of no known shape, so they have no text: one is %s",
                 import->unknown, import->unknown_example ? import->unknown_example : "");
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

/* What the file holds now, and at what size. */
static int print_size(struct import *import)
{
    static const char sql[] =
        "SELECT (SELECT count(*) FROM main.traces), "
        "(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size), "
        "(SELECT total(size) FROM main.documents)";
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(import->db, sql, &stmt);
    if (db_next_row(import->db, stmt, &code)) {
        double bytes = sqlite3_column_double(stmt, 1);
        double original = sqlite3_column_double(stmt, 2);
        printf("%s: %lld traces, %.1f MB", import->args->db, sqlite3_column_int64(stmt, 0),
               bytes / 1e6);
        if (original > 1e6)
            printf(", %.0f %% of the %.1f MB of their files", 100 * bytes / original,
                   original / 1e6);
        printf("\n");
    }
    sqlite3_finalize(stmt);
    if (code == DONE && import->ledger.keep_text)
        print_kept_text(&import->ledger);
    return code;
}

/* ---- the loop ---- */

/* known(root, path, size, mtime): whether the ledger has this file as it is. */
static void known(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct import *import = sqlite3_user_data(context);
    (void)argc;
    int is_known = ledger_knows(&import->ledger, argv[0], argv[1], argv[2], argv[3]);
    if (is_known < 0) {
        char *error =
            sqlite3_mprintf("%s: %s", import->args->db, sqlite3_errmsg(import->db->handle));
        sqlite3_result_error(context, error ? error : "out of memory", -1);
        sqlite3_free(error);
        return;
    }
    if (is_known)
        show_progress(import);
    sqlite3_result_int(context, is_known);
}

static int settle_all(struct import *import, sqlite3_stmt *row)
{
    int rc;
    while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        enum outcome outcome;
        int code = ledger_settle(&import->ledger, row, &outcome);
        if (code != DONE)
            return code;
        name_file(import, row, outcome);
        if (outcome == IMPORTED || outcome == REPLACED)
            note_oddities(import, row);
        show_progress(import);
    }
    if (rc != SQLITE_DONE)
        return complain(UNUSABLE, "%s", sqlite3_errmsg(import->folder.db.handle));
    return DONE;
}

static int import_folder(struct import *import, const char *directory)
{
    sqlite3_stmt *row = NULL;
    char *sql = sqlite3_mprintf("%s%s%s", folder_sql,
                                import->ledger.keep_text ? folder_text_sql : "", folder_from_sql);
    import->folder.directory = directory;
    import->met = 0;
    import->folder.total = 0;
    int code = sql ? DONE : complain_of_memory();
    if (code == DONE && import->on_terminal && !import->args->show_sql)
        code = folder_count(&import->folder);
    if (code == DONE)
        code = db_prepare(&import->folder.db, sql, &row);
    if (code == DONE && row) {
        folder_bind(&import->folder, row);
        code = dictionary_choose(&import->ledger, &import->folder, row);
        if (code == DONE)
            code = settle_all(import, row);
    }
    clear_progress(import);
    sqlite3_finalize(row);
    sqlite3_free(sql);
    return code;
}

/* Whether a day's folder can be opened now. */
static bool opens(sqlite3_stmt *walk, sqlite3_stmt *day)
{
    sqlite3_bind_value(walk, 1, sqlite3_column_value(day, 0));
    sqlite3_bind_value(walk, 2, sqlite3_column_value(day, 1));
    bool is_open = sqlite3_step(walk) == SQLITE_DONE;
    sqlite3_reset(walk);
    return is_open;
}

/* A day's folder has a row of the ledger for as long as it cannot be opened. */
static int forget_opened_days(struct import *import)
{
#define FAILED_DAYS                                                                                \
    " FROM main.files WHERE document_id IS NULL AND state = 'rejected' "                           \
    "AND state <> 'imported' AND size IS NULL AND length(path) = 8"
    sqlite3_int64 days = 0;
    sqlite3_stmt *failed = NULL;
    sqlite3_stmt *walk = NULL;
    sqlite3_stmt *forget = NULL;
    int code = db_integer(import->db, "SELECT count(*)" FAILED_DAYS, &days);
    if (code != DONE || days == 0)
        return code;
    /* Rows are read to be deleted: the lock comes first. */
    code = ledger_begin(&import->ledger);
    if (code == DONE)
        code = db_prepare(import->db, "SELECT root, path" FAILED_DAYS, &failed);
    if (code == DONE)
        code =
            db_prepare(import->db, "DELETE FROM main.files WHERE root = ?1 AND path = ?2", &forget);
    if (code == DONE)
        code = db_prepare(&import->folder.db,
                          "SELECT 1 FROM legacy_traces(?1 || '/' || ?2) WHERE path = ?2", &walk);
    while (failed && db_next_row(import->db, failed, &code)) {
        if (!opens(walk, failed))
            continue;
        sqlite3_bind_value(forget, 1, sqlite3_column_value(failed, 0));
        sqlite3_bind_value(forget, 2, sqlite3_column_value(failed, 1));
        sqlite3_step(forget);
        if (sqlite3_reset(forget) != SQLITE_OK)
            code = db_complain(import->db, NULL);
    }
    sqlite3_finalize(failed);
    sqlite3_finalize(walk);
    sqlite3_finalize(forget);
    return code;
}

/* Opens the connection that reads folders. */
static int open_folder_reader(struct import *import)
{
    int code = db_open(&import->folder.db, import->args, DB_MEMORY);
    if (code == DONE && import->folder.db.handle &&
        sqlite3_create_function_v2(import->folder.db.handle, "known", 4, SQLITE_UTF8, import, known,
                                   NULL, NULL, NULL) != SQLITE_OK)
        code = db_complain(&import->folder.db, NULL);
    return code;
}

/* Looked at before a file is made for them. */
static int check_folders(const struct arguments *args)
{
    for (int i = 0; i < args->n_operands; i++) {
        struct stat status;
        int error = stat(args->operands[i], &status) != 0 ? errno : 0;
        if (!error && !S_ISDIR(status.st_mode))
            error = ENOTDIR;
        if (error)
            return complain(UNUSABLE, "cannot open the folder '%s': %s", args->operands[i],
                            strerror(error));
    }
    return DONE;
}

static int run(const struct arguments *args)
{
    struct db db;
    struct import import = {.args = args, .db = &db};
    int code = args->show_sql ? DONE : check_folders(args);
    if (code != DONE)
        return code;
    code = db_open(&db, args, DB_CREATE);
    int folder_code = open_folder_reader(&import);
    import.folder.session_key = option_value(args, "session-key");
    import.folder.user_key = option_value(args, "user-key");
    import.on_terminal = isatty(STDERR_FILENO);
    if (code == DONE)
        code = folder_code;
    if (code == DONE)
        code = ledger_open(&import.ledger, &db);
    import.ledger.keep_text = option_given(args, "keep-text");
    for (int i = 0; i < args->n_operands && code == DONE; i++)
        code = import_folder(&import, args->operands[i]);
    if (code == DONE)
        code = ledger_commit(&import.ledger);
    if (code == DONE)
        code = forget_opened_days(&import);
    if (code == DONE)
        code = ledger_finish(&import.ledger);
    if (code == DONE && !args->show_sql) {
        print_counts(&import);
        complain_of_rest(&import);
        code = print_size(&import);
    }
    const struct ledger *l = &import.ledger;
    bool look = import.named > 0 || has_nothing(l) || import.unknown > 0 ||
                l->known[REJECTED] > 0 || l->known[INCOMPLETE] > 0 || l->known[CONFLICT] > 0;
    if (code == DONE && look)
        code = NEEDS_A_LOOK;
    ledger_close(&import.ledger);
    free(import.unknown_example);
    db_close(&import.folder.db, DONE);
    return db_close(&db, code);
}

static const struct option_spec options[] = {
    {"keep-text", NULL, "also keep prompt, metadata and response as plain text"},
    {"session-key", "PATH", "where the session stands (default: metadata.session_id)"},
    {"user-key", "PATH", "where the user stands (default: metadata.user_id)"},
    {NULL, NULL, NULL},
};

const struct command command_import = {
    .name = "import",
    .summary = "read traces/YYYYMMDD/*.json folders into the file",
    .operands = "DIR...",
    .options = {options},
    .run = run,
};
