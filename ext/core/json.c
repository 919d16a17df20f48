#include "json.h"

#include <stdint.h>

#include "decimal.h"
#include "utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/* The first failure is the one that is told. */
static bool fail(struct json_reader *r, const char *at, const char *expected)
{
    if (!r->expected) {
        r->at = at;
        r->expected = expected;
    }
    return false;
}

/* Indented documents are a quarter white space: a newline, then a run of spaces. */
static inline const char *skip_space(const char *p, const char *end)
{
    if (p < end && (unsigned char)*p > ' ')
        return p;
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(' ');
    while (end - p >= 17 && (*p == '\n' || *p == ' ')) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
        int other = _mm_movemask_epi8(_mm_cmpeq_epi8(chunk, space)) ^ 0xFFFF;
        p += 1 + (other ? __builtin_ctz((unsigned)other) : 16);
        if (other && (unsigned char)*p > ' ')
            return p;
    }
#endif
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* The next byte that is not white space, or -1 at the end or after a failure. */
static inline int next_byte(struct json_reader *r)
{
    if (r->expected)
        return -1;
    r->at = skip_space(r->at, r->end);
    return r->at < r->end ? (unsigned char)*r->at : -1;
}

/* ---- strings ---- */

/* Bytes that end a plain run inside a string: the quote, the backslash, controls, non-ASCII. */
static bool is_special(unsigned char c)
{
    return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

/* The first special byte from p on, or end. */
static inline const char *skip_plain(const char *p, const char *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    for (; end - p >= 16; p += 16) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
        /* Compared as signed, non-ASCII bytes are below the space as controls are. */
        __m128i special = _mm_or_si128(
            _mm_cmplt_epi8(chunk, space),
            _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)));
        int mask = _mm_movemask_epi8(special);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#else
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high = UINT64_C(0x8080808080808080);
    for (; end - p >= 8; p += 8) {
        uint64_t chunk;
        memcpy(&chunk, p, 8);
        uint64_t quote = chunk ^ (ones * '"');
        uint64_t backslash = chunk ^ (ones * '\\');
        /* Each term has a high bit where a byte is zero (or below the space); it may have more
         * above that one, so the byte loop below finds the exact place. */
        uint64_t special = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
                           ((chunk - ones * 0x20) & ~chunk) | chunk;
        if (special & high)
            break;
    }
#endif
    while (p < end && !is_special((unsigned char)*p))
        p++;
    return p;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Passes over one escape; p stands on the backslash. */
static const char *skip_escape(struct json_reader *r, const char *p)
{
    if (r->end - p < 2) {
        fail(r, r->end, "the rest of an escape");
        return NULL;
    }
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 2;
    case 'u':
        for (int i = 2; i < 6; i++) {
            if (p + i >= r->end || !is_hex(p[i])) {
                fail(r, p + i, "four hexadecimal digits after \\u");
                return NULL;
            }
        }
        return p + 6;
    default:
        fail(r, p + 1, "one of \" \\ / b f n r t u after a backslash");
        return NULL;
    }
}

/* Passes over a run of non-ASCII, which must be valid UTF-8. */
static const char *skip_unicode(struct json_reader *r, const char *p)
{
    while (p < r->end && (unsigned char)*p >= 0x80) {
        size_t size;
        uint32_t c = utf8_read((struct bytes){p, (size_t)(r->end - p)}, &size);
        if (c == UTF8_REPLACEMENT && size == 1) {
            bool cut = utf8_is_cut((struct bytes){p, (size_t)(r->end - p)});
            fail(r, cut ? r->end : p, cut ? "the rest of a character" : "valid UTF-8");
            return NULL;
        }
        p += size;
    }
    return p;
}

/* Passes over the rest of a string from its first special byte on; returns its closing quote, or
 * NULL. */
static const char *finish_string(struct json_reader *r, const char *p, bool *escaped)
{
    for (;;) {
        if (p >= r->end) {
            fail(r, r->end, "'\"' to end the string");
            return NULL;
        }
        if (*p == '"')
            return p;
        if (*p == '\\') {
            *escaped = true;
            p = skip_escape(r, p);
        } else if ((unsigned char)*p >= 0x80) {
            p = skip_unicode(r, p);
        } else {
            fail(r, p, "an escape: a control character cannot stand in a string");
            return NULL;
        }
        if (!p)
            return NULL;
        p = skip_plain(p, r->end);
    }
}

/* The closing quote of the string whose first byte stands at p; NULL after a failure. */
static inline const char *string_end(struct json_reader *r, const char *p, bool *escaped)
{
    *escaped = false;
    p = skip_plain(p, r->end);
    return p < r->end && *p == '"' ? p : finish_string(r, p, escaped);
}

/* Reads a string whose opening quote stands at r->at. */
static inline bool read_string(struct json_reader *r, struct json_text *out)
{
    const char *start = r->at + 1;
    const char *end = string_end(r, start, &out->escaped);
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

/* ---- numbers and words ---- */

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Passes over a word whose first byte stands at p. */
static bool skip_word(struct json_reader *r, const char *p, const char *word)
{
    size_t n = strlen(word);
    size_t left = (size_t)(r->end - p);
    if (left < n && memcmp(p, word, left) == 0)
        return fail(r, r->end, "the rest of a word");
    if (left < n || memcmp(p, word, n) != 0)
        return fail(r, p, "a value");
    r->at = p + n;
    return true;
}

/* Passes over a number at r->at. */
static bool skip_number(struct json_reader *r)
{
    const char *p = r->at;
    const char *end = r->end;
    if (*p == '-')
        p++;
    if (p < end && *p == 'I')
        return skip_word(r, p, "Infinity");
    if (*r->at == 'N')
        return skip_word(r, p, "NaN");
    if (p >= end || *p < '0' || *p > '9')
        return fail(r, p, *r->at == '-' ? "a digit" : "a value");
    p = *p == '0' ? p + 1 : skip_digits(p, end);
    if (p < end && *p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction, end);
        if (p == fraction)
            return fail(r, p, "a digit");
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        const char *exponent = p;
        p = skip_digits(exponent, end);
        if (p == exponent)
            return fail(r, p, "a digit");
    }
    r->at = p;
    return true;
}

bool reader_number(struct json_reader *r, double *out)
{
    if (reader_type(r) != JSON_NUMBER)
        return fail(r, r->at, "a number");
    r->fresh = false;
    const char *start = r->at;
    if (!skip_number(r))
        return false;
    *out = decimal_to_double((struct bytes){start, (size_t)(r->at - start)});
    return true;
}

/* ---- containers ---- */

enum json_type reader_type(struct json_reader *r)
{
    switch (next_byte(r)) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    case '-':
    case 'I':
    case 'N':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return JSON_NUMBER;
    default:
        return JSON_BAD;
    }
}

bool reader_enter(struct json_reader *r, enum json_type type)
{
    char bracket = type == JSON_OBJECT ? '{' : '[';
    if (next_byte(r) != bracket)
        return fail(r, r->at, type == JSON_OBJECT ? "'{'" : "'['");
    if (r->depth == JSON_MAX_DEPTH)
        return fail(r, r->at, "at most 2000 levels of nesting");
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

/* Reads a key and its colon. */
static inline bool read_key(struct json_reader *r, const char *expected, struct json_text *key)
{
    if (next_byte(r) != '"')
        return fail(r, r->at, expected);
    if (!read_string(r, key))
        return false;
    if (next_byte(r) != ':')
        return fail(r, r->at, "':'");
    r->at++;
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

/* Which of the containers around us are objects: a bit for each level, so that hostile nesting
 * costs no stack. */
struct nesting {
    uint64_t objects[JSON_MAX_DEPTH / 64 + 1];
};

static inline bool is_object(const struct nesting *nesting, unsigned depth)
{
    return nesting->objects[depth / 64] >> (depth % 64) & 1;
}

static inline void set_object(struct nesting *nesting, unsigned depth, bool object)
{
    uint64_t bit = UINT64_C(1) << (depth % 64);
    if (object)
        nesting->objects[depth / 64] |= bit;
    else
        nesting->objects[depth / 64] &= ~bit;
}

/* Passes over a number or a word at r->at. */
static bool skip_plain_value(struct json_reader *r)
{
    switch (reader_type(r)) {
    case JSON_NUMBER:
        return skip_number(r);
    case JSON_TRUE:
        return skip_word(r, r->at, "true");
    case JSON_FALSE:
        return skip_word(r, r->at, "false");
    case JSON_NULL:
        return skip_word(r, r->at, "null");
    default:
        return fail(r, r->at, "a value");
    }
}

bool reader_skip(struct json_reader *r, struct bytes *span)
{
    struct nesting nesting;
    unsigned outer = r->depth;
    struct json_text text;
    int c = next_byte(r);
    const char *start = r->at;
    for (;;) {
        /* Here a value is due, and c is its first byte. */
        if (c == '"') {
            if (!read_string(r, &text))
                return false;
            r->fresh = false;
        } else if (c == '{' || c == '[') {
            if (!reader_enter(r, c == '{' ? JSON_OBJECT : JSON_ARRAY))
                return false;
            set_object(&nesting, r->depth, c == '{');
        } else {
            if (!skip_plain_value(r))
                return false;
            r->fresh = false;
        }
        /* Here one is complete, or a container was just entered: go on to where the next is due. */
        while (r->depth > outer) {
            bool more = is_object(&nesting, r->depth) ? reader_next_member(r, &text)
                                                      : reader_next_element(r);
            if (more)
                break;
            if (r->expected)
                return false;
        }
        if (r->depth == outer)
            break;
        c = next_byte(r);
    }
    if (span)
        *span = (struct bytes){start, (size_t)(r->at - start)};
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
    struct json_reader r;
    if (!value.at)
        return JSON_BAD;
    reader_open(&r, value);
    return reader_type(&r);
}

struct json_reader reader_member(struct json_reader r, const char *key)
{
    struct json_reader found = {.begin = r.begin, .at = r.at, .end = r.end, .expected = "a member"};
    struct bytes wanted = {key, strlen(key)};
    struct json_text name;
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
