#include "json_scan.h"

#include "utf8.h"

const char *scan_fail(struct json_reader *r, const char *at, const char *expected)
{
    if (!r->expected) {
        r->at = at;
        r->expected = expected;
    }
    return NULL;
}

/* ---- strings ---- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether the byte makes an escape of two bytes. */
static inline bool is_short_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return true;
    default:
        return false;
    }
}

/* Passes over one escape; p stands on the backslash. */
static const char *scan_escape(struct json_reader *r, const char *p)
{
    if (r->end - p < 2)
        return scan_fail(r, r->end, "the rest of an escape");
    if (is_short_escape(p[1]))
        return p + 2;
    if (p[1] != 'u')
        return scan_fail(r, p + 1, "one of \" \\ / b f n r t u after a backslash");
    for (int i = 2; i < 6; i++)
        if (p + i >= r->end || !is_hex(p[i]))
            return scan_fail(r, p + i, "four hexadecimal digits after \\u");
    return p + 6;
}

/* Passes over a run of non-ASCII, which must be valid UTF-8. */
static const char *scan_unicode(struct json_reader *r, const char *p)
{
    while (p < r->end && (unsigned char)*p >= 0x80) {
        size_t size;
        struct bytes rest = {p, (size_t)(r->end - p)};
        if (utf8_read(rest, &size) == UTF8_REPLACEMENT && size == 1) {
            bool cut = utf8_is_cut(rest);
            return scan_fail(r, cut ? r->end : p, cut ? "the rest of a character" : "valid UTF-8");
        }
        p += size;
    }
    return p;
}

/* Passes over what is special and does not end the string. */
static const char *scan_special(struct json_reader *r, const char *p, bool *escaped)
{
    if (*p == '\\') {
        *escaped = true;
        return scan_escape(r, p);
    }
    if ((unsigned char)*p >= 0x80)
        return scan_unicode(r, p);
    return scan_fail(r, p, "an escape: a control character cannot stand in a string");
}

/* Goes on by chunks, over short escapes too, since texts are full of line ends; returns the first
 * byte that ends the string or needs scan_special(), or where less than a chunk is left. */
static inline const char *scan_chunks(const char *p, const char *end, bool *escaped)
{
    for (; end - p >= SCAN_CHUNK; p += SCAN_CHUNK) {
        unsigned specials = scan_specials(p);
        while (specials) {
            unsigned i = (unsigned)__builtin_ctz(specials);
            if (p[i] != '\\' || i + 1 == SCAN_CHUNK || !is_short_escape(p[i + 1]))
                return p + i;
            *escaped = true;
            specials &= ~(3u << i);
        }
    }
    return p;
}

const char *scan_string_rest(struct json_reader *r, const char *p, bool *escaped)
{
    const char *end = r->end;
    for (;;) {
        p = scan_chunks(p, end, escaped);
        while (p < end && !scan_is_special((unsigned char)*p))
            p++;
        if (p >= end)
            return scan_fail(r, end, "'\"' to end the string");
        if (*p == '"')
            return p;
        p = scan_special(r, p, escaped);
        if (!p)
            return NULL;
    }
}

/* ---- numbers and words ---- */

static const char *scan_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Passes over a word that should stand at p. */
static const char *scan_word(struct json_reader *r, const char *p, struct bytes word)
{
    size_t left = (size_t)(r->end - p);
    if (left >= word.n && memcmp(p, word.at, word.n) == 0)
        return p + word.n;
    if (left < word.n && memcmp(p, word.at, left) == 0)
        return scan_fail(r, r->end, "the rest of a word");
    return scan_fail(r, p, "a value");
}

const char *scan_number(struct json_reader *r, const char *p)
{
    const char *end = r->end;
    bool negative = *p == '-';
    if (*p == 'N')
        return scan_word(r, p, BYTES("NaN"));
    p += negative;
    if (p < end && *p == 'I')
        return scan_word(r, p, BYTES("Infinity"));
    if (p >= end || *p < '0' || *p > '9')
        return scan_fail(r, p, negative ? "a digit" : "a value");
    p = *p == '0' ? p + 1 : scan_digits(p, end);
    if (p < end && *p == '.') {
        const char *fraction = p + 1;
        p = scan_digits(fraction, end);
        if (p == fraction)
            return scan_fail(r, p, "a digit");
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        const char *exponent = p;
        p = scan_digits(exponent, end);
        if (p == exponent)
            return scan_fail(r, p, "a digit");
    }
    return p;
}

/* Passes over a value that is neither a string nor a container. */
static const char *scan_scalar(struct json_reader *r, const char *p)
{
    switch (*p) {
    case 't':
        return scan_word(r, p, BYTES("true"));
    case 'f':
        return scan_word(r, p, BYTES("false"));
    case 'n':
        return scan_word(r, p, BYTES("null"));
    default:
        return scan_number(r, p);
    }
}

/* ---- containers ---- */

/* Which of the containers around us are objects: however deep a hostile document goes, it is the same
 * room. Only the levels that are open are set. */
struct nesting {
    bool object[JSON_MAX_DEPTH + 1];
    unsigned depth; /* how many containers */
    unsigned most;
};

static inline bool in_object(const struct nesting *nesting)
{
    return nesting->object[nesting->depth];
}

/* Goes into a container. */
static inline bool go_in(struct nesting *nesting, bool object)
{
    if (nesting->depth == nesting->most)
        return false;
    nesting->object[++nesting->depth] = object;
    return true;
}

const char *scan_value(struct json_reader *r, const char *p)
{
    const char *end = r->end;
    struct nesting nesting;
    struct json_text text;
    nesting.depth = 0;
    nesting.most = JSON_MAX_DEPTH - r->depth;
    for (;;) {
        /* Here a value is due. */
        if (p == end)
            return scan_fail(r, p, "a value");
        if (*p == '"') {
            p = scan_string(r, p + 1, &text.escaped);
            if (!p)
                return NULL;
            p++;
        } else if (*p == '{' || *p == '[') {
            bool object = *p == '{';
            if (!go_in(&nesting, object))
                return scan_fail(r, p, JSON_TOO_DEEP);
            p = scan_space(p + 1, end);
            if (p == end || *p != (object ? '}' : ']')) {
                if (object)
                    p = scan_key(r, p, "a key or '}'", &text);
                if (!p)
                    return NULL;
                continue;
            }
            nesting.depth--;
            p++;
        } else {
            p = scan_scalar(r, p);
            if (!p)
                return NULL;
        }
        /* Here one is complete: go on to where the next is due. */
        for (;;) {
            if (nesting.depth == 0)
                return p;
            bool object = in_object(&nesting);
            p = scan_space(p, end);
            if (p < end && *p == ',') {
                p = scan_space(p + 1, end);
                break;
            }
            if (p == end || *p != (object ? '}' : ']'))
                return scan_fail(r, p, object ? "',' or '}'" : "',' or ']'");
            nesting.depth--;
            p++;
        }
        if (in_object(&nesting)) {
            p = scan_key(r, p, "a key", &text);
            if (!p)
                return NULL;
        }
    }
}
