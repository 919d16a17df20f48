/*
 * words.h -- the words of a text, one after the other, within a sentence.
 *
 * A word is letters, digits, apostrophes and underscores; of what is not ASCII, all but Latin-1 signs,
 * punctuation and pictures. A sentence ends at a full stop, an exclamation or question mark before white
 * space, a closing quotation mark or the like, and at an empty line.
 */
#ifndef LIGHTNING_WORDS_H
#define LIGHTNING_WORDS_H

#include "bytes.h"

/* Goes from *at to the next word of the sentence; *at is then its end. Returns false where the sentence
 * ends before. */
bool word_next(struct bytes text, size_t *at, struct bytes *word);

/* Goes from *at to the word before, in the same sentence; *at is then its start. */
bool word_previous(struct bytes text, size_t *at, struct bytes *word);

/* No word that anything is compared with is longer, folded. */
#define WORD_MOST 64

/* Folds a word as phrases.h does; returns how long it is then, or 0 when it is too long. */
size_t word_fold(struct bytes word, char folded[WORD_MOST]);

#endif
