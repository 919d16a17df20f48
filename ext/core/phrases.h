/*
 * phrases.h -- finds many phrases in a text in one pass.
 *
 * An Aho-Corasick automaton, compiled once into a dense table and then read-only: threads may
 * share one. Text and phrases are folded alike before they are compared: letters of either case
 * are the same, curly apostrophes are straight, a run of white space (of any kind) is one space.
 * A phrase that begins or ends with a letter or digit is found only where a word begins or ends.
 *
 * Source: Aho and Corasick, Communications of the ACM 18(6), 1975, 333-340.
 */
#ifndef LIGHTNING_PHRASES_H
#define LIGHTNING_PHRASES_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct phrases;

struct phrase_hit {
    size_t phrase; /* which, in the order they were given */
    size_t at;     /* in bytes of the text, not folded */
    size_t length;
};

/* Compiles n phrases, none of them empty after folding; their text is copied. The same phrase may
 * stand several times; each is then found. NULL when out of memory, or when they are so many that the
 * table would have 2^31 entries. The caller frees it. */
struct phrases *phrases_new(const struct bytes *phrases, size_t n);
void phrases_free(struct phrases *p);

/* Calls `hit` for each place where a phrase stands, in the order of their ends; stops when it
 * returns false. Text that is not valid UTF-8 is read as utf8_read() does. */
void phrases_find(const struct phrases *p, struct bytes text,
                  bool (*hit)(void *context, const struct phrase_hit *found), void *context);

#endif
