/*
 * json_scan.h -- passes over JSON: what the reader (json.c) and the collector (json_want.c) are made
 * of, and nobody else's business.
 *
 * Each function takes where it stands and returns where it stopped, so that a loop keeps its place in
 * a register; the reader gives the end, and keeps the failure. NULL means that it failed.
 */
#ifndef LIGHTNING_JSON_SCAN_H
#define LIGHTNING_JSON_SCAN_H

#include "json.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Keeps the first failure, which is the one that is told. Returns NULL. */
const char *scan_fail(struct json_reader *r, const char *at, const char *expected);

/* Passes over any value, checking it; p is its first byte, or the end. */
const char *scan_value(struct json_reader *r, const char *p);

/* Passes over a number, NaN or an infinity, whose first byte p is. */
const char *scan_number(struct json_reader *r, const char *p);

/* scan_string() for strings that are not short and plain; sets *escaped, which is false before. */
const char *scan_string_rest(struct json_reader *r, const char *p, bool *escaped);

/* The first byte from p on that is not white space, or the end. */
static inline const char *scan_space(const char *p, const char *end)
{
    if (p < end && (unsigned char)*p > ' ')
        return p;
#if defined(__SSE2__)
    /* Indented documents are a quarter white space: a newline, then a run of spaces. */
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

/* scan_space() for where members begin: a guess that the white space is as long as it was before the
 * last one. It is checked, and mostly right; and where the next byte is then no longer depends on what
 * was loaded, so that the processor need not wait for it. *length is the guess, at most 16. */
static inline const char *scan_indent(const char *p, const char *end, unsigned *length)
{
    unsigned n = *length;
    if (n == 0 && p < end && (unsigned char)*p > ' ')
        return p;
#if defined(__SSE2__)
    if (n > 0 && end - p > 17 && (*p == '\n' || *p == ' ')) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
        unsigned spaces = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(chunk, _mm_set1_epi8(' ')));
        unsigned guessed = (1u << (n - 1)) - 1;
        if ((spaces & guessed) == guessed && (unsigned char)p[n] > ' ')
            return p + n;
    }
#endif
    const char *q = scan_space(p, end);
    if (q - p <= 16)
        *length = (unsigned)(q - p);
    return q;
}

/* Bytes that end a plain run inside a string: the quote, the backslash, controls, non-ASCII. */
static inline bool scan_is_special(unsigned char c)
{
    return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

#if defined(__SSE2__)
/* A bit for each of the 16 bytes at p that is special. */
static inline unsigned scan_specials(const char *p)
{
    __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
    /* Compared as signed, non-ASCII bytes are below the space as controls are. */
    __m128i special = _mm_or_si128(_mm_cmplt_epi8(chunk, _mm_set1_epi8(0x20)),
                                   _mm_or_si128(_mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')),
                                                _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'))));
    return (unsigned)_mm_movemask_epi8(special);
}
#define SCAN_CHUNK 16
#else
/* A bit for each of the 8 bytes at p that is special. */
static inline unsigned scan_specials(const char *p)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 8; i++)
        bits |= (unsigned)scan_is_special((unsigned char)p[i]) << i;
    return bits;
}
#define SCAN_CHUNK 8
#endif

/* The closing quote of the string whose first byte, behind the quote, stands at p. */
static inline const char *scan_string(struct json_reader *r, const char *p, bool *escaped)
{
    *escaped = false;
    if (r->end - p >= SCAN_CHUNK) {
        unsigned specials = scan_specials(p);
        if (specials && p[__builtin_ctz(specials)] == '"')
            return p + __builtin_ctz(specials);
    }
    return scan_string_rest(r, p, escaped);
}

/* Passes over a key, its colon and the space around it, to where its value begins. p is the key's
 * first byte, or the end; `expected` says what is missing when it is no quote. */
static inline const char *scan_key(struct json_reader *r, const char *p, const char *expected,
                                   struct json_text *key)
{
    const char *end = r->end;
    if (p == end || *p != '"')
        return scan_fail(r, p, expected);
    key->raw.at = p + 1;
    p = scan_string(r, p + 1, &key->escaped);
    if (!p)
        return NULL;
    key->raw.n = (size_t)(p - key->raw.at);
    p = scan_space(p + 1, end);
    if (p == end || *p != ':')
        return scan_fail(r, p, "':'");
    return scan_space(p + 1, end);
}

#endif
