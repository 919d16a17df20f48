/*
 * utf8.h -- code points: count, read, write, check and fold them.
 *
 * Valid means what Unicode says: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef LIGHTNING_UTF8_H
#define LIGHTNING_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

#define UTF8_REPLACEMENT 0xFFFDu

/* How many bytes at the start of the text are valid UTF-8; text.n when all are. */
size_t utf8_valid_prefix(struct bytes text);

/* Whether the text is the beginning of one valid character whose last bytes are missing. */
bool utf8_is_cut(struct bytes text);

/* The number of code points. What is not valid counts as utf8_read() reads it, one for each byte, so
 * the answer never exceeds text.n. */
size_t utf8_length(struct bytes text);

/* The code point at the start of the text, which is not empty; *size gets its bytes, at least 1.
 * What is not valid reads as U+FFFD of size 1. */
uint32_t utf8_read(struct bytes text, size_t *size);

/* Writes a code point up to U+10FFFF, at most 4 bytes; returns how many. */
size_t utf8_write(char *out, uint32_t code_point);

/* Simple case folding: one code point to one, for the letters that languages in use are written with
 * in Latin, Greek, Cyrillic and Armenian, and full-width Latin; others (such as Latin Extended-B) are
 * returned as they are.
 * Source: the C and S lines of Unicode's CaseFolding.txt. */
uint32_t utf8_fold(uint32_t code_point);

#endif
