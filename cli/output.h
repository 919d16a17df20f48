/*
 * output.h -- the rows of a statement, printed as a table, as CSV or as JSON.
 *
 * table  for people: aligned, as wide as the terminal (80 columns in a pipe), numbers rounded; a
 *        row too wide to be a line is a list of names and values
 * csv    what `sqlite3 -csv -header` prints, to the byte: no header when there are no rows, and a
 *        text ends at its first NUL
 * json   an array with an object for each row; reals have a point or an exponent and read back
 *        as the same number, infinities are null, blobs hexadecimal, what is not UTF-8 is U+FFFD
 *
 * Write errors are kept in `error`; nothing more is printed, or read, after the first.
 */
#ifndef LIGHTNING_OUTPUT_H
#define LIGHTNING_OUTPUT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "arguments.h"

enum output_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

struct output {
    FILE *file;
    enum output_format format;
    int width;  /* columns, for tables */
    int tables; /* so many tables so far, which an empty line separates */
    int parts;  /* so many output_part() so far */
    int error;  /* errno of the first failed write */
};

/* For struct command: --format. */
extern const struct option_spec format_options[];

/* Starts printing to stdout as --format says. Returns DONE, or WRONG_USAGE having said why. */
int output_start(struct output *out, const struct arguments *args);

/* Steps through a statement and prints its rows; *n_rows (may be NULL) gets their number. A
 * statement that has no columns is run and nothing printed. Returns an SQLite code: SQLITE_OK at
 * the end, SQLITE_NOMEM when out of memory here. Does not reset the statement. */
int output_rows(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows);

/* For several results in one output: a part is what one output_rows() prints, under a title of n
 * bytes (table) or as a member of one object (json); then output_end_parts(). Not for csv. */
void output_part(struct output *out, const char *name, const char *title, size_t n);
void output_end_parts(struct output *out);

/* Flushes, and returns `code`, or UNUSABLE having said why the output could not be written. A closed
 * pipe is no error: who reads has read enough. */
int output_finish(struct output *out, int code);

#endif
