/*
 * output_formats.h -- what output.c chooses between. Each prints the rows of a statement as
 * output_rows() promises; *n_rows is theirs to count from 0.
 */
#ifndef LIGHTNING_OUTPUT_FORMATS_H
#define LIGHTNING_OUTPUT_FORMATS_H

#include "output.h"

int print_table(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows);
int print_csv(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows);
int print_json(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows);

/* The next row, as sqlite3_step(); after a failed write SQLITE_DONE, so that reading stops. */
int output_step(struct output *out, sqlite3_stmt *stmt);

#endif
