/*
 * script.h -- SQL texts: where a statement begins, and how --show-sql prints one.
 */
#ifndef LIGHTNING_SCRIPT_H
#define LIGHTNING_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* Passes over white space, comments and lone semicolons; points at the NUL when nothing is left. */
const char *script_skip(const char *sql);

/* Prints statements as they would be typed, with a semicolon and a newline at their end. */
void script_show(const char *sql);

/* Prints a parameter (its name without a colon) as a line that the sqlite3 shell understands. */
void script_show_parameter(const char *name, size_t n, const char *value, bool is_text);

#endif
