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
#include "import_told.h"
#include "policies.h"

/* In the order of enum folder_column. known() is false for a file that must be settled. */
static const char folder_sql[] =
    "SELECT trace_id, component, coalesce(day, date('now')), timestamp_start, timestamp_end, "
    "session_id, user_id, model, latency_ms, prompt_tokens, completion_tokens, finish_reason, "
    "blocked, error_class, reward, reward_safety, reward_empathy, reward_length, reward_latency, "
    "combined_reward, error, response_text, document_hash, document_size, packed, "
    "file_state, file_error, note, root, path, size, mtime, no_trace, "
    "credentials, unknown_shape";
static const char folder_text_sql[] = ", prompt, metadata, response";
static const char folder_from_sql[] = " FROM legacy_traces(?1, ?2, ?3, ?4, ?5) "
                                      "WHERE NOT known(root, path, size, mtime, no_trace)";

/* ---- the loop ---- */

static void result_of_ledger(sqlite3_context *context, const struct import *import, int result)
{
    char *error = NULL;
    if (result >= 0) {
        sqlite3_result_int(context, result);
        return;
    }
    error = sqlite3_mprintf("%s: %s", import->args->db, sqlite3_errmsg(import->db->handle));
    sqlite3_result_error(context, error ? error : "out of memory", -1);
    sqlite3_free(error);
}

/* known(root, path, size, mtime, no_trace): whether the ledger has this file as it is; then it is
 * counted. */
static void known(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct import *import = sqlite3_user_data(context);
    (void)argc;
    int is_known = ledger_knows(&import->ledger, argv);
    if (is_known > 0)
        show_progress(import);
    result_of_ledger(context, import, is_known);
}

/* seen(…): the same, and nothing is counted. */
static void seen(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct import *import = sqlite3_user_data(context);
    (void)argc;
    result_of_ledger(context, import, ledger_has(&import->ledger, argv));
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
    import->shown = time(NULL);
    import->folder.total = -1;
    int code = sql ? DONE : complain_of_memory();
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
    sqlite3 *handle = import->folder.db.handle;
    if (code != DONE || !handle)
        return code;
    int rc = sqlite3_create_function_v2(handle, "known", FACTS, SQLITE_UTF8, import, known, NULL,
                                        NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(handle, "seen", FACTS, SQLITE_UTF8, import, seen, NULL,
                                        NULL, NULL);
    return rc == SQLITE_OK ? DONE : db_complain(&import->folder.db, NULL);
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

/* A key is names joined by dots. Another one would be found in no document, without a word. */
static int check_key(const struct arguments *args, const char *option)
{
    const char *key = option_value(args, option);
    size_t n = key ? strlen(key) : 0;
    if (!key || (n > 0 && key[0] != '.' && key[n - 1] != '.' && !strstr(key, "..")))
        return DONE;
    return complain(WRONG_USAGE,
                    "--%s '%s': is no path: write names joined by dots, such as "
                    "metadata.session_id",
                    option, key);
}

static int run(const struct arguments *args)
{
    struct db db;
    struct import import = {.args = args, .db = &db};
    int code = check_key(args, "session-key");
    if (code == DONE)
        code = check_key(args, "user-key");
    if (code == DONE && !args->show_sql)
        code = check_folders(args);
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
    import.ledger.session_key = import.folder.session_key;
    import.ledger.user_key = import.folder.user_key;
    if (code == DONE)
        code = policy_of_scorer(&db, import.ledger.scorer, &import.folder.policy);
    import.ledger.policy = import.folder.policy;
    for (int i = 0; i < args->n_operands && code == DONE; i++)
        code = import_folder(&import, args->operands[i]);
    if (code == DONE)
        code = ledger_resolve(&import.ledger);
    if (code == DONE)
        code = ledger_commit(&import.ledger);
    if (code == DONE)
        code = forget_opened_days(&import);
    if (code == DONE)
        code = ledger_finish(&import.ledger);
    if (code == DONE && !args->show_sql)
        code = name_conflicts(&import);
    if (code == DONE && !args->show_sql)
        code = import_tell(&import);
    ledger_close(&import.ledger);
    import_told_free(&import);
    free(import.folder.policy);
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
