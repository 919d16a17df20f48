#include "json_text.h"

#include <stdint.h>

#include "utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/* Copies what stands before the next backslash, or end; moves *to past it and returns what follows.
 * Up to COPY_SLACK bytes more may be written. */
#define COPY_SLACK 16

static inline const char *copy_plain(const char *p, const char *end, char **to)
{
#if defined(__SSE2__)
    /* What is copied in vain is overwritten by what comes next; most runs are short. */
    const __m128i backslash = _mm_set1_epi8('\\');
    while (end - p >= 16) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
        _mm_storeu_si128((__m128i *)(void *)*to, chunk);
        int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(chunk, backslash));
        int n = mask ? __builtin_ctz((unsigned)mask) : 16;
        p += n;
        *to += n;
        if (mask)
            return p;
    }
    while (p < end && *p != '\\')
        *(*to)++ = *p++;
    return p;
#else
    const char *found = memchr(p, '\\', (size_t)(end - p));
    size_t n = (size_t)((found ? found : end) - p);
    memcpy(*to, p, n);
    *to += n;
    return p + n;
#endif
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
    if (buffer_reserve(out, text.raw.n + COPY_SLACK) != 0)
        return false;
    char *to = out->at + out->n;
    while ((p = copy_plain(p, end, &to)) < end) {
        size_t n;
        p = undo_escape(p, end, to, &n, &lone);
        to += n;
    }
    out->n = (size_t)(to - out->at);
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
