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
 * blob to make `packed` with; session_key and user_key, paths into the document (core/trace.h).
 * Outputs: root, the absolute folder below which `path` lies; file_state, the state the ledger
 * gives such a file (NULL: a trace); and those of trace_row.h.
 */
#include "trace_row.h"

#include <errno.h>
#include <stdlib.h>

#include "trace_tree.h"
#include "utf8.h"

enum {
    FILE_DOCUMENT = TRACE_COLUMNS,
    FILE_PATH,
    FILE_SIZE,
    FILE_MTIME,
    FILE_ERROR,
    ARGUMENT_DIRECTORY,
    ARGUMENT_DICTIONARY,
    ARGUMENT_SESSION_KEY,
    ARGUMENT_USER_KEY,
    FILE_ROOT,
    FILE_STATE,
    FILE_HIDDEN /* the first of ROW_HIDDEN_COLUMNS */
};

#define ARGUMENTS 4

static const char declaration[] =
    "CREATE TABLE legacy_traces(" TRACE_ROW_COLUMNS
    ", document TEXT, path TEXT, size INTEGER, mtime INTEGER, file_error TEXT, "
    "directory TEXT HIDDEN, dictionary BLOB HIDDEN, session_key TEXT HIDDEN, "
    "user_key TEXT HIDDEN, root TEXT HIDDEN, file_state TEXT HIDDEN, " ROW_HIDDEN_COLUMNS ")";

struct folder_table {
    sqlite3_vtab base;
    struct connection *connection;
};

struct folder_cursor {
    sqlite3_vtab_cursor base;
    struct tree *tree; /* NULL before the first xFilter */
    bool end;
    sqlite3_int64 rowid;
    struct trace_row row;
    struct trace_row_tools tools;
    struct packer *packer; /* for a dictionary of its own; else tools.packer is the connection's */
    sqlite3_value *arguments[ARGUMENTS];
    struct buffer document;
    struct buffer scratch;
    bool has_document; /* the reading of the file was tried */
    int read_error;    /* its errno */
    bool has_facts;
    int facts_error;
    struct tree_facts facts;
};

static int folder_error(sqlite3_vtab *table, int code, const char *message)
{
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", message);
    return table->zErrMsg ? code : SQLITE_NOMEM;
}

/* ---- connecting and planning ---- */

static int folder_connect(sqlite3 *db, void *c, int argc, const char *const *argv,
                          sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    int rc = sqlite3_declare_vtab(db, declaration);
    if (rc != SQLITE_OK)
        return rc;
    /* It reads files: no view or trigger stored in a file of somebody else's may do so. */
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    struct folder_table *table = sqlite3_malloc(sizeof *table);
    if (!table)
        return SQLITE_NOMEM;
    *table = (struct folder_table){.connection = c};
    *out = &table->base;
    return SQLITE_OK;
}

static int folder_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* The letter by which idxStr tells xFilter of a constraint on `day`; 0 for one of no use. */
static char day_constraint(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return '=';
    case SQLITE_INDEX_CONSTRAINT_GT:
        return '>';
    case SQLITE_INDEX_CONSTRAINT_GE:
        return 'g';
    case SQLITE_INDEX_CONSTRAINT_LT:
        return '<';
    case SQLITE_INDEX_CONSTRAINT_LE:
        return 'l';
    default:
        return 0;
    }
}

/* The plan is a string, a letter for each value that xFilter gets: a digit is that argument, the
 * others are constraints on day, which SQLite checks again. */
static int folder_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    char *plan = sqlite3_malloc(info->nConstraint + 1);
    int n = 0;
    bool has_directory = false;
    bool by_day = false;
    if (!plan)
        return SQLITE_NOMEM;
    for (int i = 0; i < info->nConstraint; i++) {
        int column = info->aConstraint[i].iColumn;
        unsigned char op = info->aConstraint[i].op;
        bool argument = column >= ARGUMENT_DIRECTORY && column < ARGUMENT_DIRECTORY + ARGUMENTS;
        char letter = 0;
        if (argument && op == SQLITE_INDEX_CONSTRAINT_EQ)
            letter = (char)('0' + column - ARGUMENT_DIRECTORY);
        else if (column == COLUMN_DAY &&
                 sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0)
            letter = day_constraint(op);
        if (!letter)
            continue;
        if (!info->aConstraint[i].usable) {
            if (!argument)
                continue;
            sqlite3_free(plan);
            return SQLITE_CONSTRAINT; /* an argument that comes from a table to be read first */
        }
        has_directory |= letter == '0';
        by_day |= !argument;
        plan[n++] = letter;
        info->aConstraintUsage[i].argvIndex = n;
        info->aConstraintUsage[i].omit = argument;
    }
    plan[n] = '\0';
    info->idxStr = plan;
    info->needToFreeIdxStr = 1;
    if (!has_directory)
        return folder_error(table, SQLITE_ERROR,
                            "legacy_traces needs a folder: legacy_traces('traces')");
    info->estimatedRows = by_day ? 3000 : 100000;
    info->estimatedCost = by_day ? 3e4 : 1e6;
    return SQLITE_OK;
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

static void folder_reset(struct folder_cursor *cursor)
{
    tree_close(cursor->tree);
    cursor->tree = NULL;
    packer_free(cursor->packer);
    cursor->packer = NULL;
    cursor->tools = (struct trace_row_tools){0};
    for (size_t i = 0; i < ARGUMENTS; i++) {
        sqlite3_value_free(cursor->arguments[i]);
        cursor->arguments[i] = NULL;
    }
}

static int folder_close(sqlite3_vtab_cursor *base)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    folder_reset(cursor);
    trace_row_free(&cursor->row);
    buffer_free(&cursor->document);
    buffer_free(&cursor->scratch);
    free(cursor);
    return SQLITE_OK;
}

static int folder_next(sqlite3_vtab_cursor *base)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    int rc = tree_next(cursor->tree);
    if (rc < 0)
        return errno == ENOMEM ? SQLITE_NOMEM
                               : folder_error(base->pVtab, SQLITE_CANTOPEN, strerror(errno));
    cursor->end = rc == 0;
    cursor->rowid++;
    cursor->has_document = false;
    cursor->has_facts = false;
    return SQLITE_OK;
}

/* Narrows the days by one constraint; returns whether any day can satisfy it. */
static bool narrow(struct tree_days *days, char op, sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return false;
    if (sqlite3_value_type(value) != SQLITE_TEXT)
        return true;
    const char *day = (const char *)sqlite3_value_text(value);
    bool open = op == '<' || op == '>';
    if (!day)
        return true;
    if (op == '=' || op == '>' || op == 'g') {
        int order = days->first ? strcmp(day, days->first) : 1;
        if (order > 0) {
            days->first = day;
            days->after_first = open;
        } else if (order == 0) {
            days->after_first |= open;
        }
    }
    if (op == '=' || op == '<' || op == 'l') {
        int order = days->last ? strcmp(day, days->last) : -1;
        if (order < 0) {
            days->last = day;
            days->before_last = open;
        } else if (order == 0) {
            days->before_last |= open;
        }
    }
    return true;
}

static const char *argument_text(struct folder_cursor *cursor, int argument)
{
    sqlite3_value *value = cursor->arguments[argument - ARGUMENT_DIRECTORY];
    return value ? (const char *)sqlite3_value_text(value) : NULL;
}

/* Makes what rows are made with out of the arguments. */
static int folder_prepare(struct folder_cursor *cursor)
{
    struct connection *c = ((struct folder_table *)cursor->base.pVtab)->connection;
    sqlite3_value *dictionary = cursor->arguments[ARGUMENT_DICTIONARY - ARGUMENT_DIRECTORY];
    struct bytes none = {"", 0};
    cursor->tools.scorer = c->scorer;
    cursor->tools.keys.session = argument_text(cursor, ARGUMENT_SESSION_KEY);
    cursor->tools.keys.user = argument_text(cursor, ARGUMENT_USER_KEY);
    cursor->packer = packer_new(dictionary ? value_bytes(dictionary) : none);
    cursor->tools.packer = cursor->packer;
    return cursor->packer ? SQLITE_OK : SQLITE_NOMEM;
}

static int folder_filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc,
                         sqlite3_value **argv)
{
    struct folder_cursor *cursor = (struct folder_cursor *)base;
    struct tree_days days = {0};
    struct buffer error = {0};
    bool possible = true;
    (void)number;
    folder_reset(cursor);
    for (int i = 0; i < argc; i++) {
        if (plan[i] >= '0' && plan[i] < '0' + ARGUMENTS) {
            sqlite3_value **slot = &cursor->arguments[plan[i] - '0'];
            sqlite3_value_free(*slot);
            *slot = sqlite3_value_dup(argv[i]);
            if (!*slot)
                return SQLITE_NOMEM;
        } else {
            possible &= narrow(&days, plan[i], argv[i]);
        }
    }
    const char *directory = argument_text(cursor, ARGUMENT_DIRECTORY);
    if (!directory || !directory[0])
        return folder_error(base->pVtab, SQLITE_ERROR, "legacy_traces: the folder's name is empty");
    int rc = folder_prepare(cursor);
    if (rc != SQLITE_OK)
        return rc;
    cursor->tree = tree_open(directory, &days, &error);
    if (!cursor->tree) {
        buffer_append_byte(&error, '\0');
        rc = error.failed ? SQLITE_NOMEM
                          : folder_error(base->pVtab, SQLITE_CANTOPEN, error.at);
        buffer_free(&error);
        return rc;
    }
    cursor->rowid = 0;
    cursor->end = true;
    return possible ? folder_next(base) : SQLITE_OK;
}

static int folder_eof(sqlite3_vtab_cursor *base)
{
    return ((struct folder_cursor *)base)->end;
}

static int folder_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((struct folder_cursor *)base)->rowid;
    return SQLITE_OK;
}

/* ---- columns ---- */

/* Reads the file unless that was done; an error of this file is kept, one of the process is told. */
static int need_document(struct folder_cursor *cursor)
{
    if (cursor->has_document)
        return SQLITE_OK;
    buffer_clear(&cursor->document);
    cursor->read_error =
        tree_entry(cursor->tree)->no_trace ? EINVAL : tree_read(cursor->tree, &cursor->document);
    if (cursor->read_error == ENOMEM)
        return SQLITE_NOMEM;
    if (cursor->read_error == EMFILE || cursor->read_error == ENFILE)
        return folder_error(cursor->base.pVtab, SQLITE_CANTOPEN, strerror(cursor->read_error));
    if (cursor->read_error != 0)
        buffer_clear(&cursor->document);
    trace_row_begin(&cursor->row, buffer_bytes(&cursor->document));
    cursor->has_document = true;
    return SQLITE_OK;
}

static int need_steps(struct folder_cursor *cursor, unsigned steps)
{
    int rc = need_document(cursor);
    if (rc != SQLITE_OK || cursor->read_error != 0)
        return rc;
    return trace_row_do(&cursor->row, &cursor->tools, steps) == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

static void need_facts(struct folder_cursor *cursor)
{
    if (!cursor->has_facts)
        cursor->facts_error = tree_stat(cursor->tree, &cursor->facts);
    cursor->has_facts = true;
}

/* TEXT when the bytes are UTF-8, else BLOB: nothing is lost either way. */
static void result_bytes(sqlite3_context *context, struct bytes bytes)
{
    if (utf8_valid_prefix(bytes) == bytes.n)
        result_text(context, bytes);
    else
        sqlite3_result_blob64(context, bytes.at, bytes.n, SQLITE_TRANSIENT);
}

static void result_file_error(struct folder_cursor *cursor, sqlite3_context *context)
{
    const struct tree_entry *entry = tree_entry(cursor->tree);
    struct buffer *out = &cursor->scratch;
    buffer_clear(out);
    if (entry->no_trace && entry->failure)
        buffer_format(out, "%s: %s", entry->no_trace, strerror(entry->failure));
    else if (entry->no_trace)
        buffer_format(out, "%s", entry->no_trace);
    else if (cursor->read_error == EFBIG)
        buffer_format(out, "larger than %zu MiB", TREE_LARGEST_FILE >> 20);
    else if (cursor->read_error == ENOENT)
        buffer_format(out, "vanished while the folder was read");
    else if (cursor->read_error)
        buffer_format(out, "cannot be read: %s", strerror(cursor->read_error));
    else if (!cursor->row.is_trace)
        trace_row_explain(&cursor->row, out);
    else
        return;
    if (out->failed)
        sqlite3_result_error_nomem(context);
    else
        result_text(context, buffer_bytes(out));
}

static void result_file_state(struct folder_cursor *cursor, sqlite3_context *context)
{
    const struct tree_entry *entry = tree_entry(cursor->tree);
    const char *state = NULL;
    if (entry->failure)
        state = "rejected";
    else if (entry->no_trace || cursor->read_error == ENOENT)
        state = "skipped";
    else if (cursor->read_error)
        state = "rejected";
    else if (!cursor->row.is_trace)
        state = cursor->row.why.incomplete ? "incomplete" : "rejected";
    if (state)
        sqlite3_result_text(context, state, -1, SQLITE_STATIC);
}

static void result_fact(struct folder_cursor *cursor, sqlite3_context *context, int column)
{
    need_facts(cursor);
    /* What could not be read has no facts, so that import tries it again. */
    if (cursor->facts_error || tree_entry(cursor->tree)->failure)
        return;
    sqlite3_result_int64(context,
                         column == FILE_SIZE ? cursor->facts.size : cursor->facts.mtime);
}

/* The columns about the file; those of its document are trace_row's. */
static int file_column(struct folder_cursor *cursor, sqlite3_context *context, int column)
{
    int rc = SQLITE_OK;
    if (column == FILE_ERROR || column == FILE_STATE)
        rc = need_steps(cursor, STEP_READ);
    else if (column == FILE_DOCUMENT)
        rc = need_document(cursor);
    if (rc != SQLITE_OK)
        return rc;
    switch (column) {
    case FILE_DOCUMENT:
        if (cursor->read_error == 0)
            result_bytes(context, buffer_bytes(&cursor->document));
        break;
    case FILE_PATH:
        result_bytes(context, tree_entry(cursor->tree)->path);
        break;
    case FILE_SIZE:
    case FILE_MTIME:
        result_fact(cursor, context, column);
        break;
    case FILE_ERROR:
        result_file_error(cursor, context);
        break;
    case FILE_STATE:
        result_file_state(cursor, context);
        break;
    case FILE_ROOT:
        sqlite3_result_text(context, tree_root(cursor->tree), -1, SQLITE_TRANSIENT);
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
    if (column >= FILE_DOCUMENT && column < FILE_HIDDEN)
        return file_column(cursor, context, column);
    if (column >= FILE_HIDDEN)
        column += COLUMN_PROMPT - FILE_HIDDEN;
    const char *day = tree_entry(cursor->tree)->day;
    if (column == COLUMN_DAY && day[0]) {
        result_text(context, (struct bytes){day, 10});
        return SQLITE_OK;
    }
    int rc = need_steps(cursor, trace_row_steps(column));
    if (rc == SQLITE_OK && cursor->read_error == 0)
        trace_row_result(&cursor->row, context, column, day, &cursor->scratch);
    return rc;
}

int register_legacy_traces(sqlite3 *db, struct connection *c)
{
    static const sqlite3_module module = {
        .xConnect = folder_connect, /* without xCreate it exists under its own name alone */
        .xBestIndex = folder_best_index,
        .xDisconnect = folder_disconnect,
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
