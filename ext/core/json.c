#include "json.h"

#include "decimal.h"
#include "json_scan.h"

void reader_open(struct json_reader *r, struct bytes document)
{
    *r = (struct json_reader){.begin = document.at, .at = document.at};
    r->end = document.at + document.n;
    r->fresh = true;
}

bool reader_failed(const struct json_reader *r)
{
    return r->expected != NULL;
}

size_t reader_offset(const struct json_reader *r)
{
    return (size_t)(r->at - r->begin);
}

/* scan_fail() for those who return whether they succeeded. */
static bool fail(struct json_reader *r, const char *at, const char *expected)
{
    scan_fail(r, at, expected);
    return false;
}

/* The next byte that is not white space, or -1 at the end or after a failure. */
static inline int next_byte(struct json_reader *r)
{
    if (r->expected)
        return -1;
    r->at = scan_space(r->at, r->end);
    return r->at < r->end ? (unsigned char)*r->at : -1;
}

/* ---- strings ---- */

/* Reads a string whose opening quote stands at r->at. */
static bool read_string(struct json_reader *r, struct json_text *out)
{
    const char *start = r->at + 1;
    const char *end = scan_string(r, start, &out->escaped);
    if (!end)
        return false;
    out->raw = (struct bytes){start, (size_t)(end - start)};
    r->at = end + 1;
    return true;
}

bool reader_text(struct json_reader *r, struct json_text *out)
{
    if (next_byte(r) != '"')
        return fail(r, r->at, "a string");
    r->fresh = false;
    return read_string(r, out);
}

/* ---- numbers ---- */

bool reader_number(struct json_reader *r, double *out)
{
    if (reader_type(r) != JSON_NUMBER)
        return fail(r, r->at, "a number");
    r->fresh = false;
    const char *end = scan_number(r, r->at);
    if (!end)
        return false;
    *out = decimal_to_double((struct bytes){r->at, (size_t)(end - r->at)});
    r->at = end;
    return true;
}

/* ---- containers ---- */

/* By the first byte of a value. */
static const unsigned char types[256] = {
    ['{'] = JSON_OBJECT, ['['] = JSON_ARRAY,  ['"'] = JSON_STRING, ['t'] = JSON_TRUE,
    ['f'] = JSON_FALSE,  ['n'] = JSON_NULL,   ['-'] = JSON_NUMBER, ['I'] = JSON_NUMBER,
    ['N'] = JSON_NUMBER, ['0'] = JSON_NUMBER, ['1'] = JSON_NUMBER, ['2'] = JSON_NUMBER,
    ['3'] = JSON_NUMBER, ['4'] = JSON_NUMBER, ['5'] = JSON_NUMBER, ['6'] = JSON_NUMBER,
    ['7'] = JSON_NUMBER, ['8'] = JSON_NUMBER, ['9'] = JSON_NUMBER,
};
_Static_assert(JSON_BAD == 0, "what begins no value has no entry");

enum json_type reader_type(struct json_reader *r)
{
    int c = next_byte(r);
    return c < 0 ? JSON_BAD : types[c];
}

bool reader_enter(struct json_reader *r, enum json_type type)
{
    char bracket = type == JSON_OBJECT ? '{' : '[';
    if (next_byte(r) != bracket)
        return fail(r, r->at, type == JSON_OBJECT ? "'{'" : "'['");
    if (r->depth == JSON_MAX_DEPTH)
        return fail(r, r->at, JSON_TOO_DEEP);
    r->depth++;
    r->at++;
    r->fresh = true;
    return true;
}

/* Consumes the closing bracket of the innermost container. */
static inline void leave(struct json_reader *r)
{
    r->at++;
    r->depth--;
    r->fresh = false;
}

/* Reads a key and goes to where its value begins. */
static bool read_key(struct json_reader *r, const char *expected, struct json_text *key)
{
    r->at = scan_space(r->at, r->end);
    const char *value = scan_key(r, r->at, expected, key);
    if (!value)
        return false;
    r->at = value;
    return true;
}

bool reader_next_member(struct json_reader *r, struct json_text *key)
{
    int c = next_byte(r);
    if (c == '}') {
        leave(r);
        return false;
    }
    if (r->fresh) {
        r->fresh = false;
        return read_key(r, "a key or '}'", key);
    }
    if (c != ',')
        return fail(r, r->at, "',' or '}'");
    r->at++;
    return read_key(r, "a key", key);
}

bool reader_next_element(struct json_reader *r)
{
    int c = next_byte(r);
    if (c == ']') {
        leave(r);
        return false;
    }
    if (r->fresh) {
        r->fresh = false;
        return !r->expected;
    }
    if (c != ',')
        return fail(r, r->at, "',' or ']'");
    r->at++;
    return true;
}

bool reader_skip(struct json_reader *r, struct bytes *span)
{
    if (r->expected)
        return false;
    const char *start = scan_space(r->at, r->end);
    const char *end = scan_value(r, start);
    if (!end)
        return false;
    r->at = end;
    r->fresh = false;
    if (span)
        *span = (struct bytes){start, (size_t)(end - start)};
    return true;
}

bool reader_finish(struct json_reader *r)
{
    if (next_byte(r) != -1)
        return fail(r, r->at, "the end of the document");
    return !r->expected;
}

enum json_type json_type_of(struct bytes value)
{
    if (!value.at)
        return JSON_BAD;
    const char *end = value.at + value.n;
    const char *p = scan_space(value.at, end);
    return p < end ? types[(unsigned char)*p] : JSON_BAD;
}

struct json_reader reader_member(struct json_reader r, const char *key)
{
    struct json_reader found = {.begin = r.begin, .at = r.at, .end = r.end, .expected = "a member"};
    struct bytes wanted = {key, strlen(key)};
    struct json_text name = {{NULL, 0}, false};
    if (reader_type(&r) != JSON_OBJECT || !reader_enter(&r, JSON_OBJECT))
        return found;
    while (reader_next_member(&r, &name)) {
        if (json_text_is(name, wanted))
            found = r;
        reader_skip(&r, NULL);
    }
    return found;
}

struct json_reader reader_first(struct json_reader r)
{
    if (reader_type(&r) != JSON_ARRAY || !reader_enter(&r, JSON_ARRAY) || !reader_next_element(&r))
        r.expected = "an element";
    return r;
}
