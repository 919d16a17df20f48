/*
 * findings.c -- safety_findings(response [, metadata]) and empathy_findings(response): why a score
 * is what it is, one row per thing found.
 *
 *     SELECT phrase, at FROM empathy_findings('That sounds difficult. I hear you.');
 *
 * Offsets and lengths are in code points. What makes a reply unsafe whatever its words say (the call
 * failed, it was blocked) is a row without them.
 */
#include "connection.h"

#include <stdlib.h>

#include "json.h"
#include "scoring.h"
#include "trace.h"
#include "utf8.h"

/* Both tables have these columns, the first two under names of their own. */
enum { NAME, CATEGORY, WEIGHT, AT, LENGTH, TEXT, ARGUMENT_RESPONSE, ARGUMENT_METADATA };

#define ARGUMENTS 2

struct family {
    const char *declaration;
    const char *usage;
    bool safety;
};

static const struct family safety_family = {
    "CREATE TABLE safety_findings(rule TEXT, category TEXT, weight REAL, at INTEGER, "
    "length INTEGER, text TEXT, response TEXT HIDDEN, metadata TEXT HIDDEN)",
    "safety_findings needs a response: safety_findings(response)",
    true,
};

static const struct family empathy_family = {
    "CREATE TABLE empathy_findings(phrase TEXT, dimension TEXT, weight REAL, at INTEGER, "
    "length INTEGER, text TEXT, response TEXT HIDDEN)",
    "empathy_findings needs a response: empathy_findings(response)",
    false,
};

struct findings_cursor {
    sqlite3_vtab_cursor base;
    sqlite3_value *arguments[ARGUMENTS];
    struct reply reply;
    struct finding *found; /* a growing array */
    size_t n;
    size_t cap;
    size_t next;
    bool failed;
};

static int safety_connect(sqlite3 *db, void *c, int argc, const char *const *argv,
                          sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    return connection_table(db, c, safety_family.declaration, SQLITE_VTAB_INNOCUOUS, &safety_family,
                            out);
}

static int empathy_connect(sqlite3 *db, void *c, int argc, const char *const *argv,
                           sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    return connection_table(db, c, empathy_family.declaration, SQLITE_VTAB_INNOCUOUS,
                            &empathy_family, out);
}

static int findings_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedRows = 5;
    info->estimatedCost = 10;
    return table_arguments_plan(info, ARGUMENT_RESPONSE, ARGUMENTS);
}

static int findings_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct findings_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int findings_close(sqlite3_vtab_cursor *base)
{
    struct findings_cursor *cursor = (struct findings_cursor *)base;
    table_arguments_free(cursor->arguments, ARGUMENTS);
    reply_free(&cursor->reply);
    free(cursor->found);
    free(cursor);
    return SQLITE_OK;
}

static bool keep(void *context, const struct finding *found)
{
    struct findings_cursor *cursor = context;
    if (cursor->n == cursor->cap) {
        size_t cap = cursor->cap ? cursor->cap * 2 : 16;
        struct finding *larger = realloc(cursor->found, cap * sizeof *larger);
        if (!larger) {
            cursor->failed = true;
            return false;
        }
        cursor->found = larger;
        cursor->cap = cap;
    }
    cursor->found[cursor->n++] = *found;
    return true;
}

/* What is wrong with the call as such is a finding without a place: its length is 0. */
static void keep_unsafe(struct findings_cursor *cursor, const char *rule)
{
    struct finding found = {.name = {rule, strlen(rule)}, .category = BYTES("call"), .weight = 1};
    keep(cursor, &found);
}

static bool metadata_blocks(sqlite3_value *value)
{
    struct bytes metadata = value_bytes(value);
    struct json_reader r;
    if (!metadata.at)
        return false;
    reader_open(&r, metadata);
    return reader_skip(&r, NULL) && reader_finish(&r) && trace_metadata_blocked(metadata);
}

static int findings_filter(sqlite3_vtab_cursor *base, int given, const char *plan, int argc,
                           sqlite3_value **argv)
{
    struct findings_cursor *cursor = (struct findings_cursor *)base;
    struct row_table *table = (struct row_table *)base->pVtab;
    const struct family *family = table->kind;
    const struct scorer *scorer = table->connection->scorer;
    (void)plan;
    (void)argc;
    cursor->n = 0;
    cursor->next = 0;
    cursor->failed = false;
    int rc = table_arguments_keep(cursor->arguments, ARGUMENTS, given, argv);
    if (rc != SQLITE_OK)
        return rc;
    if (!cursor->arguments[0])
        return table_error(base->pVtab, SQLITE_ERROR, family->usage);
    struct bytes response = value_bytes(cursor->arguments[0]);
    bool blocked = cursor->arguments[1] && metadata_blocks(cursor->arguments[1]);
    if (response.at)
        reply_read_argument(&cursor->reply, response);
    else
        reply_clear(&cursor->reply);
    if (reply_failed(&cursor->reply))
        return SQLITE_NOMEM;
    const char *unsafe = scoring_unsafe(&cursor->reply, blocked);
    if (family->safety && unsafe)
        keep_unsafe(cursor, unsafe);
    if (family->safety)
        scorer_safety_findings(scorer, reply_words(&cursor->reply), keep, cursor);
    else
        scorer_empathy_findings(scorer, reply_words(&cursor->reply), keep, cursor);
    return cursor->failed ? SQLITE_NOMEM : SQLITE_OK;
}

static int findings_next(sqlite3_vtab_cursor *base)
{
    ((struct findings_cursor *)base)->next++;
    return SQLITE_OK;
}

static int findings_eof(sqlite3_vtab_cursor *base)
{
    struct findings_cursor *cursor = (struct findings_cursor *)base;
    return cursor->next >= cursor->n;
}

static int findings_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((struct findings_cursor *)base)->next + 1;
    return SQLITE_OK;
}

/* The column of a finding that has a place in the reply. */
static void result_place(sqlite3_context *context, struct bytes words, const struct finding *found,
                         int column)
{
    struct bytes before = {words.at, found->at};
    struct bytes text = {words.at + found->at, found->length};
    if (column == AT)
        sqlite3_result_int64(context, (sqlite3_int64)utf8_length(before));
    else if (column == LENGTH)
        sqlite3_result_int64(context, (sqlite3_int64)utf8_length(text));
    else
        result_text(context, text);
}

static int findings_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct findings_cursor *cursor = (struct findings_cursor *)base;
    const struct finding *found = &cursor->found[cursor->next];
    switch (column) {
    case NAME:
        result_text(context, found->name);
        break;
    case CATEGORY:
        result_text(context, found->category);
        break;
    case WEIGHT:
        sqlite3_result_double(context, found->weight);
        break;
    case AT:
    case LENGTH:
    case TEXT:
        if (found->length)
            result_place(context, reply_words(&cursor->reply), found, column);
        break;
    default: {
        sqlite3_value *argument = cursor->arguments[column - ARGUMENT_RESPONSE];
        if (argument)
            sqlite3_result_value(context, argument);
    }
    }
    return SQLITE_OK;
}

/* Everything but xConnect, by which the two differ. */
#define FINDINGS_MODULE(connect)                                                                   \
    {                                                                                              \
        .xConnect = (connect), .xBestIndex = findings_best_index,                                  \
        .xDisconnect = connection_table_free, .xOpen = findings_open, .xClose = findings_close,    \
        .xFilter = findings_filter, .xNext = findings_next, .xEof = findings_eof,                  \
        .xColumn = findings_column, .xRowid = findings_rowid,                                      \
    }

int register_findings(sqlite3 *db, struct connection *c)
{
    static const sqlite3_module safety = FINDINGS_MODULE(safety_connect);
    static const sqlite3_module empathy = FINDINGS_MODULE(empathy_connect);
    int rc = connection_module(db, c, "safety_findings", &safety);
    if (rc == SQLITE_OK)
        rc = connection_module(db, c, "empathy_findings", &empathy);
    return rc;
}
