/*
 * read_trace.c -- read_trace(document): one trace document as a row of `traces`.
 *
 *     SELECT r.* FROM inbox, read_trace(inbox.document) AS r;
 *
 * One row when the document is a trace; for what is none, or NULL, one row whose file_error says
 * why and whose other columns are NULL. Hidden columns as those of legacy_traces: the arguments
 * document, dictionary, session_key, user_key and policy (JSON, what the rewards go by), and the
 * outputs of trace_row.h.
 */
#include "trace_row.h"

#include <stdlib.h>

enum {
    READ_ERROR = TRACE_COLUMNS,
    ARGUMENT_DOCUMENT,
    ARGUMENT_DICTIONARY,
    ARGUMENT_SESSION_KEY,
    ARGUMENT_USER_KEY,
    ARGUMENT_POLICY,
    READ_HIDDEN /* the first of ROW_HIDDEN_COLUMNS */
};

#define ARGUMENTS 5

static const char declaration[] =
    "CREATE TABLE read_trace(" TRACE_ROW_COLUMNS
    ", file_error TEXT, document TEXT HIDDEN, dictionary BLOB HIDDEN, session_key TEXT HIDDEN, "
    "user_key TEXT HIDDEN, policy TEXT HIDDEN, " ROW_HIDDEN_COLUMNS ")";

struct read_cursor {
    sqlite3_vtab_cursor base;
    bool end;
    struct trace_row row;
    struct kept_scorers scorers;
    const struct scorer *scorer; /* one of them, or the connection's */
    sqlite3_value *arguments[ARGUMENTS];
    struct buffer scratch;
};

static int read_connect(sqlite3 *db, void *c, int argc, const char *const *argv, sqlite3_vtab **out,
                        char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    return connection_table(db, c, declaration, SQLITE_VTAB_INNOCUOUS, NULL, out);
}

static int read_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedRows = 1;
    info->estimatedCost = 10;
    return table_arguments_plan(info, ARGUMENT_DOCUMENT, ARGUMENTS);
}

static int read_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct read_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int read_close(sqlite3_vtab_cursor *base)
{
    struct read_cursor *cursor = (struct read_cursor *)base;
    table_arguments_free(cursor->arguments, ARGUMENTS);
    trace_row_free(&cursor->row);
    scorers_free(&cursor->scorers);
    buffer_free(&cursor->scratch);
    free(cursor);
    return SQLITE_OK;
}

static int read_filter(sqlite3_vtab_cursor *base, int given, const char *plan, int argc,
                       sqlite3_value **argv)
{
    struct read_cursor *cursor = (struct read_cursor *)base;
    (void)plan;
    (void)argc;
    int rc = table_arguments_keep(cursor->arguments, ARGUMENTS, given, argv);
    if (rc != SQLITE_OK)
        return rc;
    if (!cursor->arguments[0])
        return table_error(base->pVtab, SQLITE_ERROR,
                           "read_trace needs a document: read_trace(document)");
    cursor->scorer = table_scorer(base->pVtab, &cursor->scorers, "read_trace",
                                  cursor->arguments[ARGUMENT_POLICY - ARGUMENT_DOCUMENT], &rc);
    if (!cursor->scorer)
        return rc;
    struct bytes document = value_bytes(cursor->arguments[0]);
    trace_row_begin(&cursor->row, document.at ? document : (struct bytes){"", 0});
    cursor->end = false;
    return SQLITE_OK;
}

static int read_next(sqlite3_vtab_cursor *base)
{
    ((struct read_cursor *)base)->end = true;
    return SQLITE_OK;
}

static int read_eof(sqlite3_vtab_cursor *base)
{
    return ((struct read_cursor *)base)->end;
}

static int read_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    (void)base;
    *rowid = 1;
    return SQLITE_OK;
}

static const char *argument_text(struct read_cursor *cursor, int argument)
{
    sqlite3_value *value = cursor->arguments[argument - ARGUMENT_DOCUMENT];
    return value ? (const char *)sqlite3_value_text(value) : NULL;
}

static int need_steps(struct read_cursor *cursor, unsigned steps)
{
    struct connection *c = ((struct row_table *)cursor->base.pVtab)->connection;
    sqlite3_value *dictionary = cursor->arguments[ARGUMENT_DICTIONARY - ARGUMENT_DOCUMENT];
    struct trace_row_tools tools = {.scorer = cursor->scorer};
    tools.keys.session = argument_text(cursor, ARGUMENT_SESSION_KEY);
    tools.keys.user = argument_text(cursor, ARGUMENT_USER_KEY);
    if (steps & STEP_PACK) {
        struct bytes none = {"", 0};
        tools.packer = connection_packer(c, dictionary ? value_bytes(dictionary) : none);
        if (!tools.packer)
            return SQLITE_NOMEM;
    }
    return trace_row_do(&cursor->row, &tools, steps) == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

static int read_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct read_cursor *cursor = (struct read_cursor *)base;
    if (column >= ARGUMENT_DOCUMENT && column < READ_HIDDEN) {
        sqlite3_value *argument = cursor->arguments[column - ARGUMENT_DOCUMENT];
        if (argument)
            sqlite3_result_value(context, argument);
        return SQLITE_OK;
    }
    bool error = column == READ_ERROR;
    if (column >= READ_HIDDEN)
        column += COLUMN_PROMPT - READ_HIDDEN;
    int rc = need_steps(cursor, error ? STEP_READ : trace_row_steps(column));
    if (rc != SQLITE_OK)
        return rc;
    if (!error) {
        trace_row_result(&cursor->row, context, column, "", &cursor->scratch);
        return SQLITE_OK;
    }
    if (cursor->row.is_trace)
        return SQLITE_OK;
    buffer_clear(&cursor->scratch);
    trace_row_explain(&cursor->row, &cursor->scratch);
    if (cursor->scratch.failed)
        return SQLITE_NOMEM;
    result_text(context, buffer_bytes(&cursor->scratch));
    return SQLITE_OK;
}

int register_read_trace(sqlite3 *db, struct connection *c)
{
    static const sqlite3_module module = {
        .xConnect = read_connect,
        .xBestIndex = read_best_index,
        .xDisconnect = connection_table_free,
        .xOpen = read_open,
        .xClose = read_close,
        .xFilter = read_filter,
        .xNext = read_next,
        .xEof = read_eof,
        .xColumn = read_column,
        .xRowid = read_rowid,
    };
    return connection_module(db, c, "read_trace", &module);
}
