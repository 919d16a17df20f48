#include "connection.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lexicons.h"
#include "utf8.h"

struct connection *connection_new(void)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->references = 1;
    return c;
}

const struct scorer *connection_scorer(struct connection *c)
{
    if (!c->scorer)
        c->scorer = scorer_new((struct bytes){(const char *)lexicon_empathy, lexicon_empathy_size},
                               (struct bytes){(const char *)lexicon_safety, lexicon_safety_size});
    return c->scorer;
}

void connection_retain(struct connection *c)
{
    c->references++;
}

void connection_release(void *pointer)
{
    struct connection *c = pointer;
    if (!c || --c->references > 0)
        return;
    for (size_t i = 0; i < CACHED_PACKERS; i++) {
        packer_free(c->packers[i].packer);
        buffer_free(&c->packers[i].dictionary);
    }
    scorer_free(c->scorer);
    scorers_free(&c->scorers);
    reply_free(&c->reply);
    buffer_free(&c->scratch);
    free(c);
}

/* The packer of a dictionary of that size that begins so, if that is enough to know it by. */
static struct packer *find_packer(struct connection *c, struct bytes head, size_t size)
{
    if (head.n < size && !pack_is_trained(head))
        return NULL;
    for (size_t i = 0; i < CACHED_PACKERS; i++) {
        struct bytes kept = buffer_bytes(&c->packers[i].dictionary);
        if (c->packers[i].packer && kept.n == size &&
            bytes_equal((struct bytes){kept.at, head.n}, head))
            return c->packers[i].packer;
    }
    return NULL;
}

struct packer *connection_packer(struct connection *c, struct bytes dictionary)
{
    struct bytes head = dictionary;
    if (head.n > PACK_HEAD_BYTES && pack_is_trained(head))
        head.n = PACK_HEAD_BYTES;
    struct packer *packer = find_packer(c, head, dictionary.n);
    if (packer)
        return packer;
    size_t slot = c->next_packer;
    c->next_packer = (slot + 1) % CACHED_PACKERS;
    packer_free(c->packers[slot].packer);
    c->packers[slot].packer = NULL;
    struct buffer *kept = &c->packers[slot].dictionary;
    buffer_clear(kept);
    buffer_append(kept, dictionary.at, dictionary.n);
    if (!kept->failed)
        c->packers[slot].packer = packer_new(dictionary);
    c->packers[slot].serial = ++c->packers_made;
    return c->packers[slot].packer;
}

int connection_packer_of(struct connection *c, sqlite3 *db, sqlite3_int64 id, struct packer **out)
{
    char head[PACK_HEAD_BYTES];
    struct buffer whole = {0};
    sqlite3_blob *blob = NULL;
    *out = NULL;
    int rc = sqlite3_blob_open(db, "main", "dictionaries", "bytes", id, 0, &blob);
    if (rc != SQLITE_OK)
        goto done;
    size_t n = (size_t)sqlite3_blob_bytes(blob);
    struct bytes known = {head, n < sizeof head ? n : sizeof head};
    rc = sqlite3_blob_read(blob, head, (int)known.n, 0);
    if (rc != SQLITE_OK)
        goto done;
    *out = find_packer(c, known, n);
    if (*out)
        goto done;
    rc = SQLITE_NOMEM;
    if (buffer_reserve(&whole, n) != 0)
        goto done;
    rc = sqlite3_blob_read(blob, whole.at, (int)n, 0);
    if (rc != SQLITE_OK)
        goto done;
    *out = connection_packer(c, (struct bytes){whole.at ? whole.at : "", n});
    if (!*out)
        rc = SQLITE_NOMEM;
done:
    sqlite3_blob_close(blob);
    buffer_free(&whole);
    return rc;
}

/* SQLite forgets what is kept beside an argument when that changes, and is free to forget it sooner. */
struct packer *connection_packer_argument(sqlite3_context *context, sqlite3_value **argv, int i)
{
    struct connection *c = sqlite3_user_data(context);
    const uint64_t *kept = sqlite3_get_auxdata(context, i);
    for (size_t slot = 0; kept && slot < CACHED_PACKERS; slot++)
        if (c->packers[slot].packer && c->packers[slot].serial == *kept)
            return c->packers[slot].packer;
    struct bytes dictionary = value_bytes(argv[i]);
    struct packer *packer =
        connection_packer(c, dictionary.at ? dictionary : (struct bytes){"", 0});
    uint64_t *serial = packer ? sqlite3_malloc(sizeof *serial) : NULL;
    for (size_t slot = 0; serial && slot < CACHED_PACKERS; slot++)
        if (c->packers[slot].packer == packer)
            *serial = c->packers[slot].serial;
    if (serial)
        sqlite3_set_auxdata(context, i, serial, sqlite3_free);
    return packer;
}

int connection_function(sqlite3 *db, struct connection *c, const char *name, int arguments,
                        int flags, void (*call)(sqlite3_context *, int, sqlite3_value **))
{
    connection_retain(c);
    /* On failure SQLite calls the destructor itself. */
    return sqlite3_create_function_v2(db, name, arguments, SQLITE_UTF8 | flags, c, call, NULL, NULL,
                                      connection_release);
}

int connection_module(sqlite3 *db, struct connection *c, const char *name,
                      const sqlite3_module *module)
{
    connection_retain(c);
    return sqlite3_create_module_v2(db, name, module, c, connection_release);
}

int connection_table(sqlite3 *db, struct connection *c, const char *declaration, int safety,
                     const void *kind, sqlite3_vtab **out)
{
    int rc = sqlite3_declare_vtab(db, declaration);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_vtab_config(db, safety);
    struct row_table *table = sqlite3_malloc(sizeof *table);
    if (!table)
        return SQLITE_NOMEM;
    *table = (struct row_table){.connection = c, .kind = kind};
    *out = &table->base;
    return SQLITE_OK;
}

int connection_table_free(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

int table_arguments_plan(sqlite3_index_info *info, int first, int n)
{
    info->idxNum = 0;
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraint[i].iColumn - first;
        if (argument < 0 || argument >= n ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ || (info->idxNum >> argument & 1))
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT; /* it comes from a table to be read first */
        info->idxNum |= 1 << argument;
        /* Its place among those given, once it is known which are. */
        info->aConstraintUsage[i].argvIndex = argument + 1;
        info->aConstraintUsage[i].omit = 1;
    }
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraintUsage[i].argvIndex - 1;
        for (int before = 0; before < argument; before++)
            if (!(info->idxNum >> before & 1))
                info->aConstraintUsage[i].argvIndex--;
    }
    if (!(info->idxNum & 1))
        info->estimatedCost = 1e99;
    return SQLITE_OK;
}

void table_arguments_free(sqlite3_value **kept, int n)
{
    for (int i = 0; i < n; i++) {
        sqlite3_value_free(kept[i]);
        kept[i] = NULL;
    }
}

int table_arguments_keep(sqlite3_value **kept, int n, int given, sqlite3_value **argv)
{
    int next = 0;
    table_arguments_free(kept, n);
    for (int i = 0; i < n; i++) {
        if (!(given >> i & 1))
            continue;
        kept[i] = sqlite3_value_dup(argv[next++]);
        if (!kept[i])
            return SQLITE_NOMEM;
    }
    return SQLITE_OK;
}

int table_error(sqlite3_vtab *table, int code, const char *message)
{
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", message);
    return table->zErrMsg ? code : SQLITE_NOMEM;
}

const struct scorer *table_scorer(sqlite3_vtab *table, struct kept_scorers *kept,
                                  const char *function, sqlite3_value *policy, int *rc)
{
    const struct bytes none = {NULL, 0};
    struct bytes json = policy ? value_bytes(policy) : none;
    struct buffer wrong = {0};
    const struct scorer *scorer = json.at
                                      ? scorers_get(kept, none, json, &wrong)
                                      : connection_scorer(((struct row_table *)table)->connection);
    *rc = SQLITE_OK;
    if (!scorer) {
        *rc = SQLITE_NOMEM;
        if (wrong.n > 0 && !wrong.failed) {
            sqlite3_free(table->zErrMsg);
            table->zErrMsg = sqlite3_mprintf("%s: %.*s", function, (int)wrong.n, wrong.at);
            *rc = table->zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
        }
    }
    buffer_free(&wrong);
    return scorer;
}

struct bytes value_bytes(sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL)
        return (struct bytes){NULL, 0};
    /* As text, for a file may be UTF-16. An empty blob's pointer is NULL, which here would mean SQL
     * NULL. */
    const char *at =
        type == SQLITE_BLOB ? sqlite3_value_blob(value) : (const char *)sqlite3_value_text(value);
    return (struct bytes){at ? at : "", (size_t)sqlite3_value_bytes(value)};
}

void result_errorf(sqlite3_context *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = sqlite3_vmprintf(format, args);
    va_end(args);
    if (message)
        sqlite3_result_error(context, message, -1);
    else
        sqlite3_result_error_nomem(context);
    sqlite3_free(message);
}

void result_text(sqlite3_context *context, struct bytes text)
{
    if (!text.at)
        sqlite3_result_null(context);
    else
        sqlite3_result_text64(context, text.at, text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void result_text_or_blob(sqlite3_context *context, struct bytes bytes)
{
    if (utf8_valid_prefix(bytes) == bytes.n)
        result_text(context, bytes);
    else
        sqlite3_result_blob64(context, bytes.at, bytes.n, SQLITE_TRANSIENT);
}

void result_real(sqlite3_context *context, double value)
{
    if (isnan(value))
        sqlite3_result_null(context);
    else
        sqlite3_result_double(context, value);
}
