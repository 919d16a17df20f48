/*
 * documents.c -- the originals: packing them, and getting them or parts of them back.
 *
 *     unpack(bytes, dictionary)        the pure primitive: works over ATTACHed files too
 *     pack(document, dictionary)       its inverse; a dictionary of NULL is none
 *     train_dictionary(document)       an aggregate: a dictionary for documents like these,
 *     train_dictionary(document, size)   of at most so many bytes: 65536, or what the last row says
 *     document_hash(document)          what `documents.hash` holds
 *     document_value(document, path)   one value, as json_extract() but by Python's rules
 *     document_type(document, path)    what it is: object, array, string, number, true, false, null
 *     stored_document(id)              the original that stands under this id in documents
 *     trace_document(trace_id), trace_prompt(trace_id), trace_response(trace_id)
 */
#include "connection.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "json.h"
#include "trace.h"
#include "utf8.h"

/* ---- packing ---- */

/* The packer for the dictionary in argument i, which is a blob or NULL. NULL after setting an
 * error. */
static struct packer *packer_argument(sqlite3_context *context, sqlite3_value **argv, int i,
                                      const char *function)
{
    int type = sqlite3_value_type(argv[i]);
    if (type != SQLITE_BLOB && type != SQLITE_NULL) {
        result_errorf(context, "%s(): dictionary must be a blob or NULL", function);
        return NULL;
    }
    struct packer *packer = connection_packer_argument(context, argv, i);
    if (!packer)
        sqlite3_result_error_nomem(context);
    return packer;
}

static void unpack(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct connection *c = sqlite3_user_data(context);
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    if (sqlite3_value_type(argv[0]) != SQLITE_BLOB) {
        result_errorf(context, "unpack(): bytes must be a blob or NULL");
        return;
    }
    struct packer *packer = packer_argument(context, argv, 1, "unpack");
    if (!packer)
        return;
    buffer_clear(&c->scratch);
    const char *wrong = packer_unpack(packer, value_bytes(argv[0]), &c->scratch);
    if (c->scratch.failed)
        sqlite3_result_error_nomem(context);
    else if (wrong)
        result_errorf(context, "unpack(): %s", wrong);
    else
        result_text_or_blob(context, buffer_bytes(&c->scratch));
}

static void pack(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct connection *c = sqlite3_user_data(context);
    struct bytes document = value_bytes(argv[0]);
    (void)argc;
    if (!document.at)
        return;
    struct packer *packer = packer_argument(context, argv, 1, "pack");
    if (!packer)
        return;
    buffer_clear(&c->scratch);
    const char *wrong = packer_pack(packer, document, &c->scratch);
    if (c->scratch.failed)
        sqlite3_result_error_nomem(context);
    else if (wrong)
        result_errorf(context, "pack(): %s", wrong);
    else
        sqlite3_result_blob64(context, c->scratch.at, c->scratch.n, SQLITE_TRANSIENT);
}

static void document_hash(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    unsigned char hash[PACK_HASH_SIZE];
    struct bytes document = value_bytes(argv[0]);
    (void)argc;
    if (!document.at)
        return;
    pack_hash(document, hash);
    sqlite3_result_blob(context, hash, sizeof hash, SQLITE_TRANSIENT);
}

/* ---- training ---- */

/* The samples so far, one behind the other. SQLite's aggregate context holds a pointer to it. */
struct training {
    struct buffer samples;
    struct buffer sizes; /* of size_t */
    size_t capacity;     /* of the dictionary */
};

/* Larger ones gain nothing. */
#define LARGEST_DICTIONARY (1 << 24)

static void train_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct training **slot = sqlite3_aggregate_context(context, sizeof *slot);
    struct bytes document = value_bytes(argv[0]);
    sqlite3_int64 capacity = PACK_DICTIONARY_SIZE;
    if (!document.at)
        return;
    if (slot && !*slot)
        *slot = calloc(1, sizeof **slot);
    if (!slot || !*slot) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (argc > 1)
        capacity = sqlite3_value_int64(argv[1]);
    if (capacity < 0)
        capacity = 0;
    (*slot)->capacity = (size_t)(capacity < LARGEST_DICTIONARY ? capacity : LARGEST_DICTIONARY);
    buffer_append(&(*slot)->samples, document.at, document.n);
    buffer_append(&(*slot)->sizes, &document.n, sizeof document.n);
    if ((*slot)->samples.failed || (*slot)->sizes.failed)
        sqlite3_result_error_nomem(context);
}

/* NULL when there are too few samples to learn from. */
static void train_final(sqlite3_context *context)
{
    struct training **slot = sqlite3_aggregate_context(context, 0);
    struct buffer dictionary = {0};
    if (!slot || !*slot)
        return;
    struct training *training = *slot;
    size_t n = training->sizes.n / sizeof(size_t);
    if (!training->samples.failed && !training->sizes.failed) {
        const char *wrong = pack_train(buffer_bytes(&training->samples),
                                       (const size_t *)(const void *)training->sizes.at, n,
                                       training->capacity, &dictionary);
        if (dictionary.failed)
            sqlite3_result_error_nomem(context);
        else if (!wrong)
            sqlite3_result_blob64(context, dictionary.at, dictionary.n, SQLITE_TRANSIENT);
    }
    buffer_free(&dictionary);
    buffer_free(&training->samples);
    buffer_free(&training->sizes);
    free(training);
    *slot = NULL;
}

/* ---- one value of a document ---- */

/* Reads the next step of a path: '.name', '."name"' or '[n]'. Returns what follows, or NULL when it
 * is malformed; *r goes to that value, or becomes a failed reader where there is none. */
static const char *follow_step(const char *path, struct json_reader *r)
{
    if (path[0] == '[') {
        char *end;
        errno = 0;
        unsigned long index = strtoul(path + 1, &end, 10);
        if (path[1] < '0' || path[1] > '9' || *end != ']' || errno)
            return NULL;
        struct json_reader element = reader_first(*r);
        while (index-- > 0 && reader_skip(&element, NULL))
            if (!reader_next_element(&element))
                element.expected = "an element";
        *r = element;
        return end + 1;
    }
    if (path[0] != '.')
        return NULL;
    bool quoted = path[1] == '"';
    const char *name = path + 1 + quoted;
    size_t n = strcspn(name, quoted ? "\"" : ".[");
    if (n == 0 || (quoted && name[n] != '"'))
        return NULL;
    char *key = sqlite3_mprintf("%.*s", (int)n, name);
    if (key)
        *r = reader_member(*r, key);
    else
        r->expected = "memory";
    sqlite3_free(key);
    return name + n + quoted;
}

static void result_number(sqlite3_context *context, struct json_reader *r)
{
    struct json_reader copy = *r;
    struct bytes span;
    double value;
    if (!reader_skip(&copy, &span) || !reader_number(r, &value) || !isfinite(value))
        return;
    bool integer = !memchr(span.at, '.', span.n) && !memchr(span.at, 'e', span.n) &&
                   !memchr(span.at, 'E', span.n);
    char digits[24];
    if (integer && span.n < sizeof digits) {
        memcpy(digits, span.at, span.n);
        digits[span.n] = '\0';
        errno = 0;
        long long whole = strtoll(digits, NULL, 10);
        if (errno == 0) {
            sqlite3_result_int64(context, whole);
            return;
        }
    }
    sqlite3_result_double(context, value);
}

/* SQL's value for a JSON one: text decoded, true and false 1 and 0, null and what is not finite
 * NULL, objects and arrays their JSON. */
static void result_value(sqlite3_context *context, struct json_reader *r, struct buffer *scratch)
{
    struct json_text text;
    struct bytes span;
    switch (reader_type(r)) {
    case JSON_STRING:
        buffer_clear(scratch);
        reader_text(r, &text);
        json_text_decode(text, scratch);
        if (scratch->failed)
            sqlite3_result_error_nomem(context);
        else
            result_text(context, buffer_bytes(scratch));
        break;
    case JSON_NUMBER:
        result_number(context, r);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        sqlite3_result_int(context, reader_type(r) == JSON_TRUE);
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
        if (reader_skip(r, &span))
            result_text(context, span);
        break;
    default:
        break;
    }
}

/* Goes to the value that the arguments document and path name; it may not be there, which reading
 * *r shows. Returns false when an argument is NULL, or after setting an error. */
static bool value_argument(sqlite3_context *context, sqlite3_value **argv, const char *function,
                           struct json_reader *r)
{
    struct bytes document = value_bytes(argv[0]);
    const char *path = (const char *)sqlite3_value_text(argv[1]);
    if (!document.at || !path)
        return false;
    reader_open(r, document);
    if (!reader_skip(r, NULL) || !reader_finish(r)) {
        result_errorf(context, "%s(): the document is no JSON: expected %s at byte %d", function,
                      r->expected, (int)reader_offset(r));
        return false;
    }
    reader_open(r, document);
    const char *step = path[0] == '$' ? path + 1 : NULL;
    while (step && *step)
        step = follow_step(step, r);
    if (!step)
        result_errorf(context, "%s(): path must look like $.metadata.model or $[0]: %s", function,
                      path);
    return step != NULL;
}

static void document_value(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct connection *c = sqlite3_user_data(context);
    struct json_reader r;
    (void)argc;
    if (value_argument(context, argv, "document_value", &r))
        result_value(context, &r, &c->scratch);
}

/* object, array, string, number, true, false or null; NULL where there is no such value. */
static void document_type(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "object", [JSON_ARRAY] = "array", [JSON_STRING] = "string",
        [JSON_NUMBER] = "number", [JSON_TRUE] = "true",   [JSON_FALSE] = "false",
        [JSON_NULL] = "null",
    };
    struct json_reader r;
    (void)argc;
    if (!value_argument(context, argv, "document_type", &r))
        return;
    const char *name = names[reader_type(&r)];
    if (name)
        sqlite3_result_text(context, name, -1, SQLITE_STATIC);
}

/* ---- stored documents ---- */

/* Unpacks the document that `sql` names by `value` into the scratch buffer. Returns 1, 0 when there is
 * none, -1 after setting an error. */
static int load(sqlite3_context *context, const char *sql, sqlite3_value *value,
                const char *function)
{
    struct connection *c = sqlite3_user_data(context);
    sqlite3 *db = sqlite3_context_db_handle(context);
    sqlite3_stmt *stmt = NULL;
    int found = -1;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(stmt, 1, value);
    if (rc != SQLITE_OK)
        goto done;
    rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW) {
        found = rc == SQLITE_DONE ? 0 : -1;
        goto done;
    }
    struct packer *packer = NULL;
    rc = SQLITE_OK;
    if (sqlite3_column_type(stmt, 1) != SQLITE_NULL)
        rc = connection_packer_of(c, db, sqlite3_column_int64(stmt, 1), &packer);
    else if (!(packer = connection_packer(c, (struct bytes){"", 0})))
        rc = SQLITE_NOMEM;
    if (rc != SQLITE_OK)
        goto done;
    buffer_clear(&c->scratch);
    const char *wrong =
        packer_unpack(packer, value_bytes(sqlite3_column_value(stmt, 0)), &c->scratch);
    if (c->scratch.failed)
        sqlite3_result_error_nomem(context);
    else if (wrong)
        result_errorf(context, "%s(): %s", function, wrong);
    else
        found = 1;
done:
    if (rc == SQLITE_NOMEM)
        sqlite3_result_error_nomem(context);
    else if (rc != SQLITE_OK && rc != SQLITE_DONE)
        result_errorf(context, "%s(): %s", function, sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return found;
}

static int load_document(sqlite3_context *context, sqlite3_value *trace_id, const char *function)
{
    static const char sql[] = "SELECT d.bytes, d.dictionary_id FROM main.traces AS t "
                              "JOIN main.documents AS d ON d.id = t.document_id "
                              "WHERE t.trace_id = ?1";
    return load(context, sql, trace_id, function);
}

static void stored_document(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    static const char sql[] = "SELECT bytes, dictionary_id FROM main.documents WHERE id = ?1";
    struct connection *c = sqlite3_user_data(context);
    (void)argc;
    if (load(context, sql, argv[0], "stored_document") == 1)
        result_text_or_blob(context, buffer_bytes(&c->scratch));
}

static void trace_document(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct connection *c = sqlite3_user_data(context);
    (void)argc;
    if (load_document(context, argv[0], "trace_document") == 1)
        result_text_or_blob(context, buffer_bytes(&c->scratch));
}

/* A member of a stored document: a string as its words, null as NULL, anything else as its JSON. */
static void result_member(sqlite3_context *context, sqlite3_value *trace_id, const char *function,
                          const char *member)
{
    struct connection *c = sqlite3_user_data(context);
    struct json_reader r;
    struct bytes span;
    if (load_document(context, trace_id, function) != 1)
        return;
    reader_open(&r, buffer_bytes(&c->scratch));
    r = reader_member(r, member);
    struct json_reader here = r;
    struct json_text text;
    if (reader_type(&here) == JSON_STRING && reader_text(&here, &text)) {
        struct buffer decoded = {0};
        json_text_decode(text, &decoded);
        if (decoded.failed)
            sqlite3_result_error_nomem(context);
        else
            result_text(context, buffer_bytes(&decoded));
        buffer_free(&decoded);
    } else if (reader_type(&r) != JSON_NULL && reader_skip(&r, &span)) {
        result_text(context, span);
    }
}

static void trace_prompt(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    result_member(context, argv[0], "trace_prompt", "prompt");
}

static void trace_response(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    result_member(context, argv[0], "trace_response", "response");
}

int register_documents(sqlite3 *db, struct connection *c)
{
    static const struct {
        const char *name;
        int arguments;
        int flags;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"unpack", 2, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, unpack},
        {"pack", 2, SQLITE_INNOCUOUS, pack},
        {"document_hash", 1, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, document_hash},
        {"document_value", 2, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, document_value},
        {"document_type", 2, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, document_type},
        {"stored_document", 1, SQLITE_DIRECTONLY, stored_document},
        {"trace_document", 1, SQLITE_DIRECTONLY, trace_document},
        {"trace_prompt", 1, SQLITE_DIRECTONLY, trace_prompt},
        {"trace_response", 1, SQLITE_DIRECTONLY, trace_response},
    };
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof *functions; i++)
        rc = connection_function(db, c, functions[i].name, functions[i].arguments,
                                 functions[i].flags, functions[i].call);
    for (int arguments = 1; rc == SQLITE_OK && arguments <= 2; arguments++)
        rc = sqlite3_create_function_v2(db, "train_dictionary", arguments,
                                        SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, NULL, train_step,
                                        train_final, NULL);
    return rc;
}
