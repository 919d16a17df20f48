/*
 * phrases.h -- finds many phrases in a text in one pass.
 *
 * They are compiled once and then read-only: threads may share them. Text and phrases are folded
 * alike before they are compared: letters of either case are the same, curly apostrophes are
 * straight, a run of white space (of any kind) is one space. A phrase that begins or ends with a
 * letter or digit is found only where a word begins or ends.
 *
 * The time grows with the length of the text and with what is found, whatever they are. Where words
 * stand that begin no phrase it is least; a phrase that begins with punctuation, a digit or a space
 * costs a look wherever that stands.
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
 * stand several times; each is then found. NULL when out of memory, or when they are so long that
 * numbers of 32 bits are not enough for a table of them. The caller frees it. */
struct phrases *phrases_new(const struct bytes *phrases, size_t n);
void phrases_free(struct phrases *p);

/* Calls `hit` for each place where a phrase stands, in the order of their ends, the longest first of
 * those that end together; stops when it returns false. It allocates nothing. Text that is not valid UTF-8 is read as utf8_read() does. */
void phrases_find(const struct phrases *p, struct bytes text,
                  bool (*hit)(void *context, const struct phrase_hit *found), void *context);

#endif
