/*
 * phrases_starts.h -- where in a text one of many phrases may begin: a quick first look.
 *
 * A phrase that begins with a letter is told by its first words, three at most: they must stand in
 * the text one after the other, whatever is between them. Words are hashed, so that a place may be
 * named where nothing begins; none is left out. A phrase that begins otherwise, with punctuation, a
 * digit or white space, is told by its first byte alone.
 */
#ifndef LIGHTNING_PHRASES_STARTS_H
#define LIGHTNING_PHRASES_STARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "phrases_fold.h"

/* How many bytes of text one look covers, and how many elements its places have. */
#define STARTS_CHUNK 1024
#define STARTS_ELEMENTS (STARTS_CHUNK / 64)

#define STARTS_TABLE_BITS 16

struct starts {
    uint8_t table[1 << STARTS_TABLE_BITS]; /* of hashed words, and of two or three together */
    uint64_t keep[2 * 64];                 /* masks of so many bytes, of eight */
    bool first[256];          /* the first bytes of folded phrases that begin with no letter */
    unsigned char marks[128]; /* the ASCII bytes that fold to one of them */
    size_t n_marks;
};

/* Fills an all-zero structure for folded phrases, none of them empty. */
void starts_build(struct starts *s, const struct folded_phrase *phrases, size_t n);

/* Looks at the text from `from` on, 0 or what was returned before. Sets a bit for each byte where a
 * phrase may begin, the first byte in the lowest bit of the first element. Returns how far it looked:
 * over STARTS_CHUNK bytes, or to the end. */
size_t starts_look(const struct starts *s, struct bytes text, size_t from,
                   uint64_t places[STARTS_ELEMENTS]);

#endif
