/*
 * report.h -- sql/reports/NAME.sql: found, given its parameters, run and printed.
 *
 * The head of a report:
 *
 *     -- summary: how many traces there are, and how good they are
 *     -- needs: lightning
 *     -- :start_date first day, YYYY-MM-DD (default: the first there is)
 *
 * The second line tells who runs the file by hand that it uses functions of the extension; here they
 * are always there. Parameters that are not given stay NULL, which a report takes for its default.
 *
 * A report that reads its traces in groups does so in a first WITH clause called `parts`. Of several
 * reports these are made at once, in a table, by sql/analyze/parts.sql; what comes after is theirs.
 *
 * The functions that return int return exit codes and have said what is wrong.
 */
#ifndef LIGHTNING_REPORT_H
#define LIGHTNING_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "db.h"
#include "filters.h"
#include "output.h"

#define REPORT_NAME_SIZE 64
#define REPORT_PARAMETERS 16

/* Borrowed from the report's text. */
struct line {
    const char *at;
    size_t n;
};

struct report_parameter {
    struct line name; /* without its colon */
    struct line meaning;
};

struct report {
    char name[REPORT_NAME_SIZE];
    const char *sql;   /* all of the file */
    struct line title; /* "summary: how many traces there are, and how good they are" */
    struct report_parameter parameters[REPORT_PARAMETERS];
    int n_parameters;
};

/* A value for a parameter of a report. */
struct setting {
    struct line name; /* without its colon */
    const char *value;
    bool is_text; /* else what looks like a number is one */
};

/* The report of that name; WRONG_USAGE when there is none. */
int report_find(const char *name, struct report *out);

/* Goes through all reports, in order of name: start with *at 0. False after the last. */
bool report_next(size_t *at, struct report *out);

/* The filters that were given, but for --where, as settings; returns how many of `out` are used. */
#define FILTER_SETTINGS 4
int filters_settings(const struct filters *filters, struct setting out[FILTER_SETTINGS]);

/* Binds those that the statement has a parameter for. Returns an SQLite code. */
int settings_bind(sqlite3_stmt *stmt, const struct setting *settings, int n_settings);

/* Puts a TEMP view `observations` in front of the file's: with the rows of the folder `trace_dir`
 * instead (NULL: of the file), and only those where the expression `where` holds (NULL: all). */
int observations_view(struct db *db, const char *trace_dir, const char *where);

/* WRONG_USAGE when a setting is for none of the report's parameters. */
int report_check(const struct report *report, const struct setting *settings, int n_settings);

/* Makes the TEMP table `parts`, for reports run after it that are to read it. */
int report_parts(struct db *db, const struct setting *settings, int n_settings);

/* Has a report read that table in place of its own `parts`, if it has those. Its text is then memory to
 * be freed with sqlite3_free(), which *own gets; else that is NULL. */
int report_share(struct report *report, char **own);

/* Runs a report and prints its rows; settings that are not its own are passed over. */
int report_run(struct db *db, const struct report *report, const struct setting *settings,
               int n_settings, struct output *out);

#endif
