/*
 * phrases_naive.h -- finds phrases by trying each at every place: what phrases.h must find.
 */
#ifndef LIGHTNING_TESTS_PHRASES_NAIVE_H
#define LIGHTNING_TESTS_PHRASES_NAIVE_H

#include <stdlib.h>

#include "phrases.h"
#include "utf8.h"

/* Text as the search sees it: a symbol is a folded code point, or a whole run of white space. */
struct naive_symbol {
    uint32_t c;
    size_t at;
    size_t end;
};

static inline bool naive_is_one_of(uint32_t c, const uint32_t *set)
{
    for (; *set; set++)
        if (c == *set)
            return true;
    return false;
}

/* Unicode's White_Space. */
static inline bool naive_is_white(uint32_t c)
{
    static const uint32_t white[] = {9,      10,     11,     12,     13,     32,     0x85,
                                     0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                     0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
                                     0x2029, 0x202F, 0x205F, 0x3000, 0};
    return naive_is_one_of(c, white);
}

static inline uint32_t naive_fold(uint32_t c)
{
    static const uint32_t apostrophes[] = {'`', 0xB4, 0x2BC, 0x2018, 0x2019, 0xFF07, 0};
    if (naive_is_white(c))
        return ' ';
    return naive_is_one_of(c, apostrophes) ? '\'' : utf8_fold(c);
}

static inline bool naive_is_letter(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {'0', '9'},       {'A', 'Z'},       {'_', '_'},        {'a', 'z'},
        {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x1FFF},    {0x2C00, 0x2FFF},
        {0x3040, 0xFDFF}, {0xFE10, 0xFFFC}, {0xFFFE, 0x1EFFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

/* `symbols` has room for text.n; returns how many there are. */
static inline size_t naive_symbols(struct bytes text, struct naive_symbol *symbols)
{
    size_t n = 0;
    for (size_t at = 0, size; at < text.n; at += size) {
        uint32_t c = naive_fold(utf8_read((struct bytes){text.at + at, text.n - at}, &size));
        if (c == ' ' && n > 0 && symbols[n - 1].c == ' ')
            symbols[n - 1].end = at + size;
        else
            symbols[n++] = (struct naive_symbol){c, at, at + size};
    }
    return n;
}

static inline bool naive_stands_at(const struct naive_symbol *text, size_t n, size_t at,
                                   const struct naive_symbol *phrase, size_t length)
{
    if (at + length > n)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[at + i].c != phrase[i].c)
            return false;
    if (at > 0 && naive_is_letter(text[at - 1].c) && naive_is_letter(text[at].c))
        return false;
    size_t last = at + length - 1;
    return last + 1 == n || !naive_is_letter(text[last].c) || !naive_is_letter(text[last + 1].c);
}

/* By their ends, then the longest first, then the last given first. */
static inline int naive_order(const void *one, const void *other)
{
    const struct phrase_hit *a = one;
    const struct phrase_hit *b = other;
    size_t a_end = a->at + a->length;
    size_t b_end = b->at + b->length;
    if (a_end != b_end)
        return a_end < b_end ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return (a->phrase < b->phrase) - (a->phrase > b->phrase);
}

/* Finds what phrases_find() must report, in that order: at most `most`, all of which are written to
 * `hits`. Returns how many; there is no more to be known when that is `most`. */
static inline size_t naive_find(const struct bytes *phrases, size_t n_phrases, struct bytes text,
                                struct phrase_hit *hits, size_t most)
{
    size_t longest = text.n + 1;
    for (size_t i = 0; i < n_phrases; i++)
        longest = phrases[i].n > longest ? phrases[i].n : longest;
    struct naive_symbol *symbols = malloc((text.n + 1) * sizeof *symbols);
    struct naive_symbol *phrase = malloc(longest * sizeof *phrase);
    size_t n_hits = 0;
    if (!symbols || !phrase)
        abort();
    size_t n = naive_symbols(text, symbols);
    for (size_t i = 0; i < n_phrases; i++) {
        size_t length = naive_symbols(phrases[i], phrase);
        for (size_t at = 0; at < n && n_hits < most; at++) {
            if (!naive_stands_at(symbols, n, at, phrase, length))
                continue;
            size_t start = symbols[at].at;
            size_t end = symbols[at + length - 1].end;
            hits[n_hits++] = (struct phrase_hit){i, start, end - start};
        }
    }
    if (n_hits > 0)
        qsort(hits, n_hits, sizeof *hits, naive_order);
    free(symbols);
    free(phrase);
    return n_hits;
}

#endif
