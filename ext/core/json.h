/*
 * json.h -- reads one JSON document in place: a single pass, no tree, no allocation.
 *
 * It accepts what Python's json module writes, which is RFC 8259 and also NaN, Infinity,
 * -Infinity, integers of any size, and \u escapes of lone surrogates. It rejects what is not
 * UTF-8, a byte order mark, and nesting beyond JSON_MAX_DEPTH.
 *
 * The reader pulls: the caller says what it wants next. After a false return either the container
 * ended or the document is broken; reader_failed() tells which, and then `at` is the offending byte
 * and `expected` says what should have stood there. Once failed, every call returns false, so a
 * caller may check once, at the end.
 *
 *     reader_open(&r, document);
 *     if (reader_enter(&r, JSON_OBJECT))
 *         while (reader_next_member(&r, &key))
 *             if (json_text_is(key, BYTES("model")))
 *                 reader_text(&r, &model);
 *             else
 *                 reader_skip(&r, NULL);
 *
 * In a loop over members or elements each value must be consumed: read, entered to its end, or
 * skipped.
 */
#ifndef LIGHTNING_JSON_H
#define LIGHTNING_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "json_text.h"

/* Python itself stops near 1,000 levels. */
#define JSON_MAX_DEPTH 2000
#define JSON_TOO_DEEP "at most 2000 levels of nesting"

enum json_type {
    JSON_BAD, /* nothing that starts a value */
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER, /* NaN and the infinities too */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

struct json_reader {
    const char *begin;
    const char *at;
    const char *end;
    const char *expected; /* NULL while all is well; else a phrase such as "',' or '}'" */
    bool fresh;           /* just inside a container: no comma is due yet */
    unsigned depth;
};

void reader_open(struct json_reader *r, struct bytes document);
bool reader_failed(const struct json_reader *r);
/* Where it stands, in bytes from the beginning: after a failure, the offending byte. */
size_t reader_offset(const struct json_reader *r);

/* The type of the value that comes next, which is not consumed. */
enum json_type reader_type(struct json_reader *r);
/* Consumes the opening bracket of an object or an array; fails when something else is there. */
bool reader_enter(struct json_reader *r, enum json_type object_or_array);
/* Goes to the next member and reads its key, or consumes the closing brace and returns false. */
bool reader_next_member(struct json_reader *r, struct json_text *key);
bool reader_next_element(struct json_reader *r);
bool reader_text(struct json_reader *r, struct json_text *out);
/* *out is not finite for NaN, the infinities, and what overflows a double. */
bool reader_number(struct json_reader *r, double *out);
/* Passes over any value, checking it; *span (may be NULL) gets its bytes. */
bool reader_skip(struct json_reader *r, struct bytes *span);
/* True when only white space is left. */
bool reader_finish(struct json_reader *r);

/* The type of a checked value; JSON_BAD when there is none (at is NULL). */
enum json_type json_type_of(struct bytes value);

/* The last member called `key` of the object that comes next, or the first element of the array: a
 * reader that stands before it, or a failed one where there is none. `r` itself does not move. The
 * document must have been checked before. */
struct json_reader reader_member(struct json_reader r, const char *key);
struct json_reader reader_first(struct json_reader r);

#endif
