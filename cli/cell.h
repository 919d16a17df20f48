/*
 * cell.h -- a value as the text that a table shows for it.
 */
#ifndef LIGHTNING_CELL_H
#define LIGHTNING_CELL_H

#include <sqlite3.h>
#include <stddef.h>

/* The text is not yet harmless (see text.h). It points into the cell or into the value: a cell is not
 * to be copied. */
struct cell {
    const char *at;
    size_t n;
    char own[64];
};

/* NULL is a dash, bytes are hexadecimal, a real has so many decimals, or an exponent when these would
 * not do. */
void cell_set(struct cell *cell, sqlite3_value *value, int decimals);

#endif
