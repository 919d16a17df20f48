/*
 * fragments.h -- chooses the parts of many documents that recur most: what a dictionary holds.
 */
#ifndef LIGHTNING_FRAGMENTS_H
#define LIGHTNING_FRAGMENTS_H

#include "bytes.h"

/* Appends at most `capacity` bytes of the n samples, which stand one behind the other, to *out: the
 * parts that occur in most of them, each once, the best last. What occurs in one sample only is not
 * taken, but for some that a hash takes for another's; so it may be nothing. The same samples give the
 * same bytes. Returns 0, or -1 when out of memory.
 *
 * Source: Liao, Petri, Moffat and Wirth, Effective Construction of Relative Lempel-Ziv Dictionaries, WWW
 * 2016; with a hash table that counts, as in zstd's fastCover. */
int fragments_choose(struct bytes samples, const size_t *sizes, size_t n, size_t capacity,
                     struct buffer *out);

#endif
