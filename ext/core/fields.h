/*
 * fields.h -- reads files of one entry a line, their fields separated by tabs: the lexicons.
 */
#ifndef LIGHTNING_FIELDS_H
#define LIGHTNING_FIELDS_H

#include "bytes.h"

/* Cuts the text at its first `mark`: returns what stands before it, leaves what follows in *rest. */
struct bytes field_cut(struct bytes *rest, char mark);

/* Takes lines off *rest up to one that is neither empty nor a comment (#). Returns false when there
 * is none. */
bool field_next_line(struct bytes *rest, struct bytes *line);

/* The number of lines of a text, comments too: never less than field_next_line() finds. */
size_t field_lines(struct bytes text);

/* Reads a plain decimal such as 0.25. Returns 0, or -1 for anything else, a sign too. */
int field_decimal(struct bytes text, double *out);

#endif
