/*
 * csv.h -- reads comma-separated values: RFC 4180, and what spreadsheets make of it.
 *
 * A field between quotes may hold commas, newlines and doubled quotes; lines end in LF or CRLF; a
 * byte order mark at the start is passed over, and so are empty lines. Fields are decoded in place:
 * they point into the text, which changes, and end in a NUL.
 */
#ifndef LIGHTNING_CSV_H
#define LIGHTNING_CSV_H

#include <stddef.h>

#define CSV_FIELDS 64

struct csv {
    char *at;
    char *end;
    int next_line; /* on which `at` stands */
    int line;      /* on which the row begins, from 1 */
    int n;         /* fields of the row */
    char *fields[CSV_FIELDS];
    const char *wrong; /* what is wrong with it */
};

/* `text` has n bytes and a NUL after them. */
struct csv csv_of(char *text, size_t n);

/* Goes to the next row: 1, 0 after the last, or -1 with `wrong` set; then reading may go on, but for an
 * open quote, after which nothing is left. */
int csv_next(struct csv *csv);

#endif
