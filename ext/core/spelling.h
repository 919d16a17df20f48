/*
 * spelling.h -- the other ways in which people write a phrase.
 *
 * Phrases are listed as they should be written, with straight apostrophes. People leave those out
 * ("im sorry"), write in full what they stand for ("I am sorry"), and misspell a few words in always
 * the same way. The rules, for each word of a phrase:
 *
 *     any apostrophe          may be left out: dont, im, youre, thats
 *     n't                     not; can't: cannot, can not; won't: will not
 *     'm 're 've 'll 'd       am, are, have, will, would
 *     's after it, that, what, there, here, who, how, where
 *                             is
 *     you're                  your too, when the phrase has other words
 *     okay, through, sorry    ok, thru, sory too
 */
#ifndef LIGHTNING_SPELLING_H
#define LIGHTNING_SPELLING_H

#include "bytes.h"

/* A phrase has no more ways; words from which there would be more stand as they are. */
#define SPELLING_MOST 32

/* Appends the ways to write a phrase, the phrase itself first, each with a newline after it. The
 * phrase has small letters and single spaces. Out of memory shows in out->failed. */
void spelling_ways(struct bytes phrase, struct buffer *out);

#endif
