/*
 * legacy_traces.c -- legacy_traces(directory): an old folder of traces as a table, read in place.
 *
 *     SELECT component, avg(combined_reward) FROM legacy_traces('traces') GROUP BY component;
 *
 * One row per entry met (core/trace_tree.h says which), in the order of their names. A file that is
 * no trace is a row whose file_error says why. Nothing is read that the columns asked for do not
 * need; constraints on `day` keep folders from being opened; LIMIT stops the walk.
 *
 * After the visible columns come hidden ones. Arguments, in this order: directory; dictionary, a
 * blob to make `packed` with; session_key and user_key, paths into the document (core/trace.h);
 * policy, JSON that the rewards go by.
 * Outputs: root, the absolute folder below which `path` lies; file_state, the state the ledger
 * gives such a file (NULL: a trace); no_trace, why it cannot be one, as far as its name and kind tell;
 * and those of trace_row.h.
 *
 * A rowid is a hash of the arguments and of the path: where SQLite reads the folder once for each side
 * of an OR, it tells by the rowids which rows it has seen.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "folder_plan.h"
#include "utf8.h"

struct folder_cursor {
    sqlite3_vtab_cursor base;
    struct read_ahead *ahead; /* NULL before the first xFilter */
    struct buffer root;       /* the folder's path, NUL-terminated */
    bool end;
    uint64_t hash; /* of the arguments */
    sqlite3_value *arguments[FOLDER_ARGUMENTS];
    struct kept_scorers scorers;
    const struct scorer *scorer; /* one of them, or the connection's */
    struct buffer scratch;
};

static int folder_connect(sqlite3 *db, void *c, int argc, const char *const *argv,
                          sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    /* It reads files: no view or trigger stored in a file of somebody else's may do so. */
    return connection_table(db, c, folder_declaration, SQLITE_VTAB_DIRECTONLY, NULL, out);
}

static int folder_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    return folder_plan_make(info);
}

/* ---- the cursor ---- */

static int folder_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct folder_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    *out = &cursor->base;
    return SQLITE_OK;
}

/* The row is left: what was offered of it no longer stands. */
static void take_offer_back(struct folder_cursor *cursor)
{
    struct connection *c = ((struct row_table *)cursor->base.pVtab)->connection;
    if (c->offer.cursor == cursor)
        c->offer = (struct offer){.cursor = NULL};
}

static void folder_reset(struct folder_cursor *cursor)
{
    take_offer_back(cursor);
    read_ahead_free(cursor->ahead);
    cursor->ahead = NULL;
    for (size_t i = 0; i < FOLDER_ARGUMENTS; i++) {
        sqlite3_value_free(cursor->arguments[i]);
        cursor->arguments[i] = NULL;
    }
}

static int folder_close(sqlite3_vtab_cursor *base)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    folder_reset(cursor);
    scorers_free(&cursor->scorers);
    buffer_free(&cursor->root);
    buffer_free(&cursor->scratch);
    free(cursor);
    return SQLITE_OK;
}

/* An error of the process, not of a file. */
static int process_error(struct folder_cursor *cursor, int error)
{
    sqlite3_vtab *table = cursor->base.pVtab;
    if (error == ENOMEM)
        return SQLITE_NOMEM;
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("cannot read the folder '%s' to its end: %s", cursor->root.at,
                                     strerror(error));
    return table->zErrMsg ? SQLITE_CANTOPEN : SQLITE_NOMEM;
}

static int folder_next(sqlite3_vtab_cursor *base)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    take_offer_back(cursor);
    int rc = read_ahead_next(cursor->ahead);
    if (rc < 0)
        return process_error(cursor, errno);
    cursor->end = rc == 0;
    return SQLITE_OK;
}

static const char *argument_text(struct folder_cursor *cursor, int argument)
{
    sqlite3_value *value = cursor->arguments[argument - ARGUMENT_DIRECTORY];
    return value ? (const char *)sqlite3_value_text(value) : NULL;
}

/* FNV-1a: Fowler, Noll, Vo; RFC 9923. */
static uint64_t hash_on(uint64_t hash, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        hash = (hash ^ (unsigned char)bytes.at[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t hash_arguments(const struct folder_cursor *cursor)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int i = 0; i < FOLDER_ARGUMENTS; i++) {
        sqlite3_value *value = cursor->arguments[i];
        const unsigned char given = value != NULL;
        hash = hash_on(hash, (struct bytes){(const char *)&given, 1});
        if (value)
            hash = hash_on(hash, value_bytes(value));
    }
    return hash;
}

/* Opens the folder and begins to read ahead in it. */
static int folder_begin(struct folder_cursor *cursor, int plan_number, const struct tree_days *days)
{
    sqlite3_value *dictionary = cursor->arguments[ARGUMENT_DICTIONARY - ARGUMENT_DIRECTORY];
    struct bytes dictionary_bytes = dictionary ? value_bytes(dictionary) : (struct bytes){"", 0};
    struct buffer error = {0};
    int rc;
    cursor->scorer = table_scorer(cursor->base.pVtab, &cursor->scorers, "legacy_traces",
                                  cursor->arguments[ARGUMENT_POLICY - ARGUMENT_DIRECTORY], &rc);
    if (!cursor->scorer)
        return rc;
    const struct trace_row_tools tools = {
        .scorer = cursor->scorer,
        .keys = {argument_text(cursor, ARGUMENT_SESSION_KEY),
                 argument_text(cursor, ARGUMENT_USER_KEY)},
    };
    const struct read_ahead_plan plan = folder_plan_read(plan_number);
    struct tree *tree = tree_open(argument_text(cursor, ARGUMENT_DIRECTORY), days, &error);
    if (!tree) {
        buffer_append_byte(&error, '\0');
        rc = error.failed ? SQLITE_NOMEM
                          : table_error(cursor->base.pVtab, SQLITE_CANTOPEN, error.at);
        buffer_free(&error);
        return rc;
    }
    buffer_clear(&cursor->root);
    buffer_append(&cursor->root, tree_root(tree), strlen(tree_root(tree)) + 1);
    cursor->ahead = read_ahead_new(tree, &plan, &tools, dictionary_bytes);
    return cursor->ahead && !cursor->root.failed ? SQLITE_OK : SQLITE_NOMEM;
}

static int folder_filter(sqlite3_vtab_cursor *base, int plan_number, const char *plan, int argc,
                         sqlite3_value **argv)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    struct tree_days days = {0};
    bool possible = true;
    folder_reset(cursor);
    for (int i = 0; i < argc; i++) {
        int argument = folder_plan_argument(plan[i]);
        if (argument >= 0) {
            sqlite3_value **slot = &cursor->arguments[argument];
            sqlite3_value_free(*slot);
            *slot = sqlite3_value_dup(argv[i]);
            if (!*slot)
                return SQLITE_NOMEM;
        } else {
            possible &= folder_plan_narrow(&days, plan[i], argv[i]);
        }
    }
    if (!cursor->arguments[0])
        return table_error(base->pVtab, SQLITE_ERROR,
                           "legacy_traces needs a folder: legacy_traces('traces')");
    const char *directory = argument_text(cursor, ARGUMENT_DIRECTORY);
    if (!directory || !directory[0])
        return table_error(base->pVtab, SQLITE_ERROR, "legacy_traces: the folder's name is empty");
    int rc = folder_begin(cursor, plan_number, &days);
    if (rc != SQLITE_OK)
        return rc;
    cursor->hash = hash_arguments(cursor);
    cursor->end = true;
    return possible ? folder_next(base) : SQLITE_OK;
}

static int folder_eof(sqlite3_vtab_cursor *base)
{
    return ((struct folder_cursor *)base)->end;
}

static int folder_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    uint64_t hash = hash_on(cursor->hash, read_ahead_row(cursor->ahead)->entry.path);
    /* Whoever takes every so-manyth row by it wants all bits to count. */
    hash ^= hash >> 32;
    *rowid = (sqlite3_int64)(hash >> 1);
    return SQLITE_OK;
}

/* ---- columns ---- */

/* Has the steps done, and so the document read: an error of this file is kept with the row, one of
 * the process is told. */
static int need_steps(struct folder_cursor *cursor, unsigned steps)
{
    if (read_ahead_need_steps(cursor->ahead, steps) != 0)
        return SQLITE_NOMEM;
    int error = read_ahead_row(cursor->ahead)->read_error;
    if (error == EMFILE || error == ENFILE || error == ENOMEM)
        return process_error(cursor, error);
    return SQLITE_OK;
}

static void result_file_error(sqlite3_context *context, const struct folder_row *row,
                              struct buffer *out)
{
    const struct tree_entry *entry = &row->entry;
    buffer_clear(out);
    if (entry->no_trace && entry->failure)
        buffer_format(out, "%s: %s", entry->no_trace, strerror(entry->failure));
    else if (entry->no_trace)
        buffer_format(out, "%s", entry->no_trace);
    else if (row->read_error == EFBIG)
        buffer_format(out, "larger than %zu MiB", TREE_LARGEST_FILE >> 20);
    else if (row->read_error == ENOENT)
        buffer_format(out, "vanished while the folder was read");
    else if (row->read_error)
        buffer_format(out, "cannot be read: %s", strerror(row->read_error));
    else if (!row->row.is_trace)
        trace_row_explain(&row->row, out);
    else
        return;
    if (out->failed)
        sqlite3_result_error_nomem(context);
    else
        result_text(context, buffer_bytes(out));
}

static void result_file_state(sqlite3_context *context, const struct folder_row *row)
{
    const char *state = NULL;
    if (row->entry.failure)
        state = "rejected";
    else if (row->entry.no_trace || row->read_error == ENOENT)
        state = "skipped";
    else if (row->read_error)
        state = "rejected";
    else if (!row->row.is_trace)
        state = row->row.why.incomplete ? "incomplete" : "rejected";
    if (state)
        sqlite3_result_text(context, state, -1, SQLITE_STATIC);
}

static void result_fact(struct folder_cursor *cursor, sqlite3_context *context, int column)
{
    const struct folder_row *row = read_ahead_row(cursor->ahead);
    read_ahead_need_facts(cursor->ahead);
    /* What could not be read has no facts, so that import tries it again: none of this need show in
     * the file's size or time once it can be read. */
    bool tried = row->has_document && !row->entry.no_trace;
    bool unreadable = tried && row->read_error && row->read_error != EFBIG;
    if (unreadable || row->facts_error || row->entry.failure)
        return;
    sqlite3_result_int64(context, column == FILE_SIZE ? row->facts.size : row->facts.mtime);
}

/* The offer's score; tells the threads that it is wanted. */
static int score_document(void *pointer, double *combined)
{
    struct folder_cursor *cursor = pointer;
    const struct trace_row *row = &read_ahead_row(cursor->ahead)->row;
    unsigned steps = trace_row_steps(COLUMN_COMBINED_REWARD);
    read_ahead_expect(cursor->ahead, steps);
    if (read_ahead_need_steps(cursor->ahead, steps) != 0)
        return -1;
    *combined = row->combined;
    return row->is_trace;
}

static void offer_document(struct folder_cursor *cursor, struct bytes document)
{
    struct connection *c = ((struct row_table *)cursor->base.pVtab)->connection;
    /* combined_reward(document) goes by no policy. */
    if (cursor->scorer == c->scorer)
        c->offer = (struct offer){document, cursor, score_document};
}

/* The columns about the file; those of its document are trace_row's. */
static int file_column(struct folder_cursor *cursor, sqlite3_context *context, int column)
{
    const struct folder_row *row = read_ahead_row(cursor->ahead);
    int rc = SQLITE_OK;
    if (column == FILE_ERROR || column == FILE_STATE)
        rc = need_steps(cursor, STEP_READ);
    else if (column == FILE_DOCUMENT)
        rc = need_steps(cursor, 0);
    if (rc != SQLITE_OK)
        return rc;
    switch (column) {
    case FILE_DOCUMENT:
        /* What was read as a trace is known to be UTF-8. */
        if (row->row.is_trace)
            result_text(context, row->row.document);
        else if (row->read_error == 0)
            result_text_or_blob(context, row->row.document);
        if (row->read_error == 0)
            offer_document(cursor, row->row.document);
        break;
    case FILE_PATH:
        result_text_or_blob(context, row->entry.path);
        break;
    case FILE_SIZE:
    case FILE_MTIME:
        result_fact(cursor, context, column);
        break;
    case FILE_ERROR:
        result_file_error(context, row, &cursor->scratch);
        break;
    case FILE_STATE:
        result_file_state(context, row);
        break;
    case FILE_NO_TRACE:
        if (!row->entry.failure)
            sqlite3_result_text(context, row->entry.no_trace, -1, SQLITE_STATIC);
        break;
    case FILE_ROOT:
        sqlite3_result_text(context, cursor->root.at, -1, SQLITE_TRANSIENT);
        break;
    default: {
        sqlite3_value *argument = cursor->arguments[column - ARGUMENT_DIRECTORY];
        if (argument)
            sqlite3_result_value(context, argument);
    }
    }
    return SQLITE_OK;
}

static int folder_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    struct folder_row *row = read_ahead_row(cursor->ahead);
    if (column >= FILE_DOCUMENT && column < FILE_HIDDEN)
        return file_column(cursor, context, column);
    if (column >= FILE_HIDDEN)
        column += COLUMN_PROMPT - FILE_HIDDEN;
    if (column == COLUMN_DAY && row->entry.day[0]) {
        result_text(context, (struct bytes){row->entry.day, 10});
        return SQLITE_OK;
    }
    int rc = need_steps(cursor, trace_row_steps(column));
    if (rc == SQLITE_OK && row->read_error == 0)
        trace_row_result(&row->row, context, column, row->entry.day, &cursor->scratch);
    return rc;
}

int register_legacy_traces(sqlite3 *db, struct connection *c)
{
    static const sqlite3_module module = {
        .xConnect = folder_connect, /* without xCreate it exists under its own name alone */
        .xBestIndex = folder_best_index,
        .xDisconnect = connection_table_free,
        .xOpen = folder_open,
        .xClose = folder_close,
        .xFilter = folder_filter,
        .xNext = folder_next,
        .xEof = folder_eof,
        .xColumn = folder_column,
        .xRowid = folder_rowid,
    };
    return connection_module(db, c, "legacy_traces", &module);
}
