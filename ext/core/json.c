#include "json.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

/* Plain decimals whose digits make an integer up to 2^53 are exact in one division.
 * Source: Clinger, "How to read floating point numbers accurately", PLDI 1990. Returns false when
 * the number is of another kind. */
static bool convert_short(const char *p, const char *end, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool negative = *p == '-';
    if (negative)
        p++;
    uint64_t digits = 0;
    int fraction = 0;
    bool in_fraction = false;
    for (; p < end; p++) {
        if (*p == '.') {
            in_fraction = true;
            continue;
        }
        if (*p < '0' || *p > '9')
            return false;
        digits = digits * 10 + (uint64_t)(*p - '0');
        if (digits > UINT64_C(9007199254740992)) /* 2^53 */
            return false;
        fraction += in_fraction;
    }
    if (fraction > 22)
        return false;
    double value = (double)digits / power[fraction];
    *out = negative ? -value : value;
    return true;
}

/* The exponent written at p, 0 when there is none; one beyond any use as 10^12. */
static int64_t read_exponent(const char *p, const char *end)
{
    int64_t exponent = 0;
    bool negative = end - p > 1 && p[1] == '-';
    for (; p < end; p++)
        if (*p >= '0' && *p <= '9' && exponent < INT64_C(1000000000000))
            exponent = exponent * 10 + (*p - '0');
    return negative ? -exponent : exponent;
}

/* A double is decided by 767 digits and by whether anything but zeros follows them. */
#define MOST_DIGITS 800
#define MOST_BYTES (MOST_DIGITS + 40)

/* Copies a number of any length as one of MOST_BYTES with the same value to a double: the first
 * digits but leading zeros, a 1 for others that are not all zeros, and the exponent of the last. */
static void copy_shortened(const char *p, const char *end, char copy[MOST_BYTES])
{
    int64_t exponent = 0;
    size_t digits = 0;
    bool in_fraction = false;
    bool more = false;
    if (*p == '-')
        *copy++ = *p++;
    *copy++ = '0';
    for (; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            in_fraction = true;
        } else if (digits == MOST_DIGITS) {
            more = more || *p != '0';
            exponent += !in_fraction;
        } else {
            if (digits > 0 || *p != '0')
                copy[digits++] = *p;
            exponent -= in_fraction;
        }
    }
    exponent += read_exponent(p, end);
    snprintf(copy + digits, MOST_BYTES - 2 - digits, "%se%" PRId64, more ? "1" : "",
             exponent - more);
}

/* The slow way; always in the C locale, whatever the process has set. */
static double convert_long(const char *at, size_t n)
{
    char copy[MOST_BYTES];
    if (n < sizeof copy) {
        memcpy(copy, at, n);
        copy[n] = '\0';
    } else {
        copy_shortened(at, at + n, copy);
    }
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0)
        return NAN;
    double value = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
    return value;
}

bool reader_number(struct json_reader *r, double *out)
{
    if (reader_type(r) != JSON_NUMBER)
        return fail(r, r->at, "a number");
    r->fresh = false;
    const char *start = r->at;
    if (!skip_number(r))
        return false;
    if (!convert_short(start, r->at, out))
        *out = convert_long(start, (size_t)(r->at - start));
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

static void forget(const struct json_want *wants, struct bytes *spans)
{
    for (; wants->key; wants++) {
        spans[wants->slot] = (struct bytes){NULL, 0};
        if (wants->inside)
            forget(wants->inside, spans);
    }
}

/* The want of that key. Members mostly come in the order of the wants, so the search begins behind
 * the last one found. */
static const struct json_want *find_want(const struct json_want *wants,
                                         const struct json_want **hint, struct json_text key)
{
    const struct json_want *want = *hint;
    do {
        if (!want->key) {
            want = wants;
            continue;
        }
        if (want->key_length == key.raw.n && memcmp(want->key, key.raw.at, key.raw.n) == 0) {
            *hint = want + 1;
            return want;
        }
        want++;
    } while (want != *hint);
    for (want = wants; key.escaped && want->key; want++)
        if (json_text_is(key, (struct bytes){want->key, want->key_length}))
            return want;
    return NULL;
}

static bool collect_members(struct json_reader *r, const struct json_want *wants,
                            struct bytes *spans, bool *repeated)
{
    const struct json_want *hint = wants;
    struct json_text key;
    if (!reader_enter(r, JSON_OBJECT))
        return false;
    while (reader_next_member(r, &key)) {
        const struct json_want *want = find_want(wants, &hint, key);
        if (!want) {
            reader_skip(r, NULL);
            continue;
        }
        if (spans[want->slot].at) {
            *repeated = true;
            if (want->inside)
                forget(want->inside, spans);
        }
        next_byte(r);
        const char *start = r->at;
        reader_collect(r, want, spans, repeated);
        spans[want->slot] = (struct bytes){start, (size_t)(r->at - start)};
    }
    return !r->expected;
}

static bool collect_first(struct json_reader *r, const struct json_want *wants, struct bytes *spans,
                          bool *repeated)
{
    bool first = true;
    if (!reader_enter(r, JSON_ARRAY))
        return false;
    while (reader_next_element(r)) {
        if (first && reader_type(r) == JSON_OBJECT)
            collect_members(r, wants, spans, repeated);
        else
            reader_skip(r, NULL);
        first = false;
    }
    return !r->expected;
}

bool reader_collect(struct json_reader *r, const struct json_want *want, struct bytes *spans,
                    bool *repeated)
{
    enum json_type type = want->inside ? reader_type(r) : JSON_BAD;
    if (type == JSON_OBJECT && !want->of_first)
        return collect_members(r, want->inside, spans, repeated);
    if (type == JSON_ARRAY && want->of_first)
        return collect_first(r, want->inside, spans, repeated);
    return reader_skip(r, NULL);
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

/* ---- escapes ---- */

static uint32_t hex4(const char *p)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a' + 10);
        value = value * 16 + digit;
    }
    return value;
}

static char plain_escape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c; /* the quote, the backslash and the slash stand for themselves */
    }
}

/* The code point of the \u escape at p, of a pair when two make one; *lone is set when a surrogate
 * has no other half. Returns the bytes consumed. */
static size_t unicode_escape(const char *p, const char *end, uint32_t *code_point, bool *lone)
{
    uint32_t c = hex4(p + 2);
    if (c < 0xD800 || c > 0xDFFF) {
        *code_point = c;
        return 6;
    }
    if (c < 0xDC00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
        uint32_t low = hex4(p + 8);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *code_point = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            return 12;
        }
    }
    *lone = true;
    *code_point = UTF8_REPLACEMENT;
    return 6;
}

/* Undoes the escape at p: writes at most 4 bytes to utf8, their number to *n. Returns what follows
 * the escape. */
static const char *undo_escape(const char *p, const char *end, char *utf8, size_t *n, bool *lone)
{
    if (p[1] != 'u') {
        utf8[0] = plain_escape(p[1]);
        *n = 1;
        return p + 2;
    }
    uint32_t code_point;
    p += unicode_escape(p, end, &code_point, lone);
    *n = utf8_write(utf8, code_point);
    return p;
}

/* The next backslash, or end. */
static const char *find_backslash(const char *p, const char *end)
{
    const char *found = memchr(p, '\\', (size_t)(end - p));
    return found ? found : end;
}

bool json_text_decode(struct json_text text, struct buffer *out)
{
    const char *p = text.raw.at;
    const char *end = p + text.raw.n;
    bool lone = false;
    if (!text.escaped) {
        buffer_append(out, p, text.raw.n);
        return false;
    }
    /* What an escape stands for is never longer than the escape. */
    if (buffer_reserve(out, text.raw.n) != 0)
        return false;
    while (p < end) {
        const char *backslash = find_backslash(p, end);
        char utf8[4];
        size_t n;
        buffer_append(out, p, (size_t)(backslash - p));
        if (backslash == end)
            break;
        p = undo_escape(backslash, end, utf8, &n, &lone);
        buffer_append(out, utf8, n);
    }
    return lone;
}

bool json_text_is(struct json_text text, struct bytes plain)
{
    if (!text.escaped)
        return bytes_equal(text.raw, plain);
    const char *p = text.raw.at;
    const char *end = p + text.raw.n;
    size_t at = 0;
    bool lone = false;
    while (p < end) {
        char utf8[4] = {*p};
        size_t n = 1;
        p = *p == '\\' ? undo_escape(p, end, utf8, &n, &lone) : p + 1;
        if (plain.n - at < n || memcmp(plain.at + at, utf8, n) != 0)
            return false;
        at += n;
    }
    return at == plain.n;
}

void json_quote(struct buffer *out, struct bytes text)
{
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < text.n;) {
        size_t size;
        uint32_t c = utf8_read((struct bytes){text.at + i, text.n - i}, &size);
        char utf8[4];
        if (c == '"' || c == '\\')
            buffer_append_byte(out, '\\');
        if (c == '\n')
            buffer_append(out, "\\n", 2);
        else if (c < 0x20)
            buffer_format(out, "\\u%04x", (unsigned)c);
        else
            buffer_append(out, utf8, utf8_write(utf8, c));
        i += size;
    }
    buffer_append_byte(out, '"');
}
