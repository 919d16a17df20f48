/*
 * filters.h -- the options of every command that reads rows: --start-date, --end-date, --component,
 * --model and --where.
 */
#ifndef LIGHTNING_FILTERS_H
#define LIGHTNING_FILTERS_H

#include "arguments.h"

#define DATE_SIZE sizeof("2024-12-06")

struct filters {
    char start_date[DATE_SIZE]; /* YYYY-MM-DD, inclusive; "" when not given */
    char end_date[DATE_SIZE];
    const char *component; /* NULL when not given, like the others below */
    const char *model;
    const char *where; /* an SQL expression over `observations`, not checked here */
};

/* For struct command. */
extern const struct option_spec filter_options[];

/* Takes the filters from the options given. Returns DONE, or WRONG_USAGE having said what a date
 * looks like. */
int filters_read(const struct arguments *args, struct filters *out);

/* What they let through, as the end of a sentence: " between 2024-12-01 and 2024-12-06 of component
 * Planner"; "" when there are none. Free it with free(); NULL when out of memory. */
char *filters_phrase(const struct filters *filters);

/* Reads 2024-12-06 or 20241206, which must be in the calendar. Returns 0, or -1 leaving *out. */
int date_read(const char *text, char out[DATE_SIZE]);

#endif
