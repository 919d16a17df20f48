#include "json_want.h"

#include <string.h>

#include "json_scan.h"

static void forget(const struct json_want *wants, struct bytes *spans)
{
    for (; wants->key_length; wants++) {
        spans[wants->slot] = (struct bytes){NULL, 0};
        if (wants->inside)
            forget(wants->inside, spans);
    }
}

/* Whether the bytes at p, of which there are as many as the longest key has, are that want's key. */
static inline bool key_is(const char *p, const struct json_want *want)
{
#if defined(__SSE2__)
    const __m128i *key = (const __m128i *)(const void *)want->key;
    const __m128i *text = (const __m128i *)(const void *)p;
    unsigned low =
        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(key), _mm_loadu_si128(text)));
    unsigned high = (unsigned)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_loadu_si128(key + 1), _mm_loadu_si128(text + 1)));
    unsigned wanted = (1u << want->key_length) - 1;
    return ((low | high << 16) & wanted) == wanted;
#else
    return memcmp(p, want->key, want->key_length) == 0;
#endif
}

/* The want of that key. Members mostly come in the order of the wants, so the search begins behind
 * the last one found. */
static const struct json_want *find_want(const struct json_want *wants,
                                         const struct json_want *hint, struct json_text key)
{
    const struct json_want *want = hint;
    do {
        if (!want->key_length) { /* the end of the list */
            want = wants;
            continue;
        }
        if (want->key_length == key.raw.n && memcmp(want->key, key.raw.at, key.raw.n) == 0)
            return want;
        want++;
    } while (want != hint);
    for (want = wants; key.escaped && want->key_length; want++)
        if (json_text_is(key, (struct bytes){want->key, want->key_length}))
            return want;
    return NULL;
}

/* Whether the key of that want stands at p, with its quotes, ": " and the first byte of a value:
 * looking for what is likely beats finding out what is there. */
static inline bool is_expected_key(const char *p, const char *end, const struct json_want *want)
{
    size_t n = want->key_length;
    return n > 0 && (size_t)(end - p) > sizeof want->key + 5 && p[0] == '"' && p[n + 1] == '"' &&
           p[n + 2] == ':' && p[n + 3] == ' ' && (unsigned char)p[n + 4] > ' ' &&
           key_is(p + 1, want);
}

static const char *collect(struct json_reader *r, const char *p, const struct json_want *want,
                           struct bytes *spans, bool *repeated);

/* The value of one member, which p begins. */
static inline const char *collect_member(struct json_reader *r, const char *p,
                                         const struct json_want *want, struct bytes *spans,
                                         bool *repeated)
{
    struct bytes *span = &spans[want->slot];
    const char *start = p;
    if (span->at) {
        *repeated = true;
        if (want->inside)
            forget(want->inside, spans);
    }
    p = collect(r, p, want, spans, repeated);
    if (p)
        *span = (struct bytes){start, (size_t)(p - start)};
    return p;
}

/* An object whose brace p is. */
static const char *collect_members(struct json_reader *r, const char *p,
                                   const struct json_want *wants, struct bytes *spans,
                                   bool *repeated)
{
    const char *end = r->end;
    const struct json_want *hint = wants; /* the want likely to come next */
    const char *expected = "a key or '}'";
    unsigned indent = 0;
    p = scan_indent(p + 1, end, &indent);
    if (p < end && *p == '}')
        return p + 1;
    for (;;) {
        const struct json_want *want = hint;
        if (is_expected_key(p, end, want)) {
            p += want->key_length + 4;
        } else {
            struct json_text key = {{NULL, 0}, false};
            p = scan_key(r, p, expected, &key);
            if (!p)
                return NULL;
            want = find_want(wants, hint, key);
        }
        if (want) {
            hint = want + 1;
            p = collect_member(r, p, want, spans, repeated);
        } else {
            p = scan_value(r, p);
        }
        if (!p)
            return NULL;
        p = scan_space(p, end);
        if (p < end && *p == '}')
            return p + 1;
        if (p == end || *p != ',')
            return scan_fail(r, p, "',' or '}'");
        p = scan_indent(p + 1, end, &indent);
        expected = "a key";
    }
}

/* An array whose bracket p is. */
static const char *collect_first(struct json_reader *r, const char *p, const struct json_want *want,
                                 struct bytes *spans, bool *repeated)
{
    const struct json_want element = {"", 0, 0, want->inside, false};
    const struct json_want nothing = {"", 0, 0, NULL, false};
    const char *end = r->end;
    bool first = true;
    p = scan_space(p + 1, end);
    if (p < end && *p == ']')
        return p + 1;
    for (;;) {
        p = collect(r, p, first ? &element : &nothing, spans, repeated);
        first = false;
        if (!p)
            return NULL;
        p = scan_space(p, end);
        if (p < end && *p == ']')
            return p + 1;
        if (p == end || *p != ',')
            return scan_fail(r, p, "',' or ']'");
        p = scan_space(p + 1, end);
    }
}

/* The value that p begins. It goes as deep as the wants do, whatever the document does. */
static const char *collect(struct json_reader *r, const char *p, const struct json_want *want,
                           struct bytes *spans, bool *repeated)
{
    bool object = p < r->end && *p == '{' && !want->of_first;
    bool array = p < r->end && *p == '[' && want->of_first;
    if (!want->inside || (!object && !array))
        return scan_value(r, p);
    if (r->depth == JSON_MAX_DEPTH)
        return scan_fail(r, p, JSON_TOO_DEEP);
    r->depth++;
    p = object ? collect_members(r, p, want->inside, spans, repeated)
               : collect_first(r, p, want, spans, repeated);
    r->depth--;
    return p;
}

bool reader_collect(struct json_reader *r, const struct json_want *want, struct bytes *spans,
                    bool *repeated)
{
    if (r->expected)
        return false;
    const char *p = collect(r, scan_space(r->at, r->end), want, spans, repeated);
    if (!p)
        return false;
    r->at = p;
    r->fresh = false;
    return true;
}
