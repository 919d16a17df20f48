/*
 * findings.c -- safety_findings(response [, metadata [, policy_json]]) and
 * empathy_findings(response [, lexicon_json]): why a score is what it is, one row per thing found.
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
enum { NAME, CATEGORY, WEIGHT, AT, LENGTH, TEXT, FIRST_ARGUMENT };

/* Of safety: response, metadata, policy_json. Of empathy: response, lexicon_json. */
#define ARGUMENTS 3

struct family {
    const char *name;
    const char *declaration;
    const char *usage;
    bool safety;
};

static const struct family safety_family = {
    "safety_findings",
    "CREATE TABLE safety_findings(rule TEXT, category TEXT, weight REAL, at INTEGER, "
    "length INTEGER, text TEXT, response TEXT HIDDEN, metadata TEXT HIDDEN, policy_json TEXT "
    "HIDDEN)",
    "safety_findings needs a response: safety_findings(response)",
    true,
};

static const struct family empathy_family = {
    "empathy_findings",
    "CREATE TABLE empathy_findings(phrase TEXT, dimension TEXT, weight REAL, at INTEGER, "
    "length INTEGER, text TEXT, response TEXT HIDDEN, lexicon_json TEXT HIDDEN)",
    "empathy_findings needs a response: empathy_findings(response)",
    false,
};

/* What a row tells. Its names are copies: the scorer that a policy made may be gone before the row is
 * read. */
struct row {
    size_t name; /* where in the cursor's names, and how long */
    size_t name_length;
    size_t category;
    size_t category_length;
    double weight;
    size_t at;
    size_t length;
};

struct findings_cursor {
    sqlite3_vtab_cursor base;
    sqlite3_value *arguments[ARGUMENTS];
    struct reply reply;
    struct buffer names;
    struct row *found; /* a growing array */
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
    return table_arguments_plan(info, FIRST_ARGUMENT, ARGUMENTS);
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
    buffer_free(&cursor->names);
    free(cursor->found);
    free(cursor);
    return SQLITE_OK;
}

static bool keep(void *context, const struct finding *found)
{
    struct findings_cursor *cursor = context;
    if (cursor->n == cursor->cap) {
        size_t cap = cursor->cap ? cursor->cap * 2 : 16;
        struct row *larger = realloc(cursor->found, cap * sizeof *larger);
        if (!larger) {
            cursor->failed = true;
            return false;
        }
        cursor->found = larger;
        cursor->cap = cap;
    }
    size_t at = cursor->names.n;
    buffer_append(&cursor->names, found->name.at, found->name.n);
    buffer_append(&cursor->names, found->category.at, found->category.n);
    cursor->found[cursor->n++] =
        (struct row){at,        found->name.n, at + found->name.n, found->category.n, found->weight,
                     found->at, found->length};
    cursor->failed = cursor->names.failed;
    return !cursor->failed;
}

/* What is wrong with the call as such is a finding without a place: its length is 0. */
static void keep_unsafe(struct findings_cursor *cursor, const char *rule)
{
    struct finding found = {.name = {rule, strlen(rule)}, .category = BYTES("call"), .weight = 1};
    keep(cursor, &found);
}

static bool metadata_blocks(struct bytes metadata)
{
    struct json_reader r;
    if (!metadata.at)
        return false;
    reader_open(&r, metadata);
    return reader_skip(&r, NULL) && reader_finish(&r) && trace_metadata_blocked(metadata);
}

/* The bytes of argument i; at is NULL where it is not given, or NULL. */
static struct bytes argument_bytes(const struct findings_cursor *cursor, int i)
{
    return cursor->arguments[i] ? value_bytes(cursor->arguments[i]) : (struct bytes){NULL, 0};
}

/* The built-in scorer, or that of the policy or lexicon given. */
static int find_scorer(struct findings_cursor *cursor, const struct family *family,
                       const struct scorer **scorer)
{
    struct connection *c = ((struct row_table *)cursor->base.pVtab)->connection;
    struct bytes lexicon = family->safety ? (struct bytes){NULL, 0} : argument_bytes(cursor, 1);
    struct bytes policy = family->safety ? argument_bytes(cursor, 2) : (struct bytes){NULL, 0};
    struct buffer wrong = {0};
    *scorer = lexicon.at || policy.at ? scorers_get(&c->scorers, lexicon, policy, &wrong)
                                      : connection_scorer(c);
    if (*scorer || wrong.n == 0) {
        buffer_free(&wrong);
        return *scorer ? SQLITE_OK : SQLITE_NOMEM;
    }
    struct buffer message = {0};
    buffer_format(&message, "%s(): %.*s", family->name, (int)wrong.n, wrong.at);
    buffer_append_byte(&message, '\0');
    int rc =
        message.failed ? SQLITE_NOMEM : table_error(cursor->base.pVtab, SQLITE_ERROR, message.at);
    buffer_free(&wrong);
    buffer_free(&message);
    return rc;
}

static int findings_filter(sqlite3_vtab_cursor *base, int given, const char *plan, int argc,
                           sqlite3_value **argv)
{
    struct findings_cursor *cursor = (struct findings_cursor *)base;
    struct row_table *table = (struct row_table *)base->pVtab;
    const struct family *family = table->kind;
    const struct scorer *scorer;
    (void)plan;
    (void)argc;
    cursor->n = 0;
    buffer_clear(&cursor->names);
    cursor->next = 0;
    cursor->failed = false;
    int rc = table_arguments_keep(cursor->arguments, ARGUMENTS, given, argv);
    if (rc != SQLITE_OK)
        return rc;
    if (!cursor->arguments[0])
        return table_error(base->pVtab, SQLITE_ERROR, family->usage);
    rc = find_scorer(cursor, family, &scorer);
    if (rc != SQLITE_OK)
        return rc;
    struct bytes response = value_bytes(cursor->arguments[0]);
    bool blocked = family->safety && metadata_blocks(argument_bytes(cursor, 1));
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
static void result_place(sqlite3_context *context, struct bytes words, const struct row *found,
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
    const struct row *found = &cursor->found[cursor->next];
    const char *names = cursor->names.at;
    switch (column) {
    case NAME:
        result_text(context, (struct bytes){names + found->name, found->name_length});
        break;
    case CATEGORY:
        result_text(context, (struct bytes){names + found->category, found->category_length});
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
        sqlite3_value *argument = cursor->arguments[column - FIRST_ARGUMENT];
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
