/*
 * lexicons.h -- the lexicons of ext/core, put into the binary by the Makefile.
 *
 * Bytes as they stand in the file, and their number; a NUL follows that is not counted.
 */
#ifndef LIGHTNING_LEXICONS_H
#define LIGHTNING_LEXICONS_H

#include <stddef.h>

extern const unsigned char lexicon_empathy[];
extern const size_t lexicon_empathy_size;
extern const unsigned char lexicon_safety[];
extern const size_t lexicon_safety_size;

#endif
