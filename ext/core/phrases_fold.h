/*
 * phrases_fold.h -- a text as phrases are compared with it: folded, symbol by symbol.
 *
 * A symbol is a code point, or a whole run of white space, which is one space. Folding again what
 * is folded changes nothing.
 */
#ifndef LIGHTNING_PHRASES_FOLD_H
#define LIGHTNING_PHRASES_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/* A folded phrase. */
struct folded_phrase {
    struct bytes folded;
    size_t number;  /* in the order they were given */
    size_t symbols; /* its length */
};

/* One code point folded: white space to a space, apostrophes to ', letters to lower case. */
uint32_t fold_code_point(uint32_t c);

/* Whether a folded code point belongs to words: letters and digits, and of non-ASCII all that is
 * neither white space nor general punctuation. */
bool fold_is_word(uint32_t folded);

/* Reads the symbol at *at, which is not the end, and moves past it. */
uint32_t fold_symbol(struct bytes text, size_t *at);

/* The same, written as UTF-8, at most 4 bytes; returns how many. */
size_t fold_symbol_utf8(struct bytes text, size_t *at, unsigned char *utf8);

/* The code point at *at, folded and written as UTF-8 likewise. */
size_t fold_code_point_utf8(struct bytes text, size_t *at, unsigned char *utf8);

/* Moves *at past white space. */
void fold_skip_space(struct bytes text, size_t *at);

/* Where so many symbols that end at `end` begin. */
size_t fold_back(struct bytes text, size_t end, size_t symbols);

/* Whether no word goes across `at`. */
bool fold_is_border_slow(struct bytes text, size_t at);

static inline bool fold_is_word_byte(unsigned char c)
{
    return (unsigned)(c | 0x20) - 'a' < 26 || (unsigned)c - '0' < 10 || c == '_';
}

static inline bool fold_is_border(struct bytes text, size_t at)
{
    if (at == 0 || at == text.n)
        return true;
    unsigned char before = (unsigned char)text.at[at - 1];
    unsigned char after = (unsigned char)text.at[at];
    if ((before | after) & 0x80)
        return fold_is_border_slow(text, at);
    return !fold_is_word_byte(before) || !fold_is_word_byte(after);
}

#endif
