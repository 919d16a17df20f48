/*
 * folder_plan.h -- the columns of legacy_traces, and what a query that asks for some of them needs to
 * have read: which days, whether files are looked at or opened, which steps are done.
 *
 * A plan is what xBestIndex leaves for xFilter: a string with a letter for each value that comes with
 * it, and a number.
 */
#ifndef LIGHTNING_FOLDER_PLAN_H
#define LIGHTNING_FOLDER_PLAN_H

#include "read_ahead.h"

/* After those of `traces`; from ARGUMENT_DIRECTORY on they are hidden. */
enum {
    FILE_DOCUMENT = TRACE_COLUMNS,
    FILE_PATH,
    FILE_SIZE,
    FILE_MTIME,
    FILE_ERROR,
    ARGUMENT_DIRECTORY,
    ARGUMENT_DICTIONARY,
    ARGUMENT_SESSION_KEY,
    ARGUMENT_USER_KEY,
    ARGUMENT_POLICY,
    FILE_ROOT,
    FILE_STATE,
    FILE_NO_TRACE,
    FILE_HIDDEN /* the first of ROW_HIDDEN_COLUMNS */
};

#define FOLDER_ARGUMENTS 5

extern const char folder_declaration[];

/* xBestIndex. */
int folder_plan_make(sqlite3_index_info *info);

/* What its number says. */
struct read_ahead_plan folder_plan_read(int number);

/* Which argument a letter stands for, from 0 (the directory) on; -1 when it is a constraint on
 * day. */
int folder_plan_argument(char letter);

/* Narrows the days by the constraint that the letter stands for; returns whether any day can satisfy
 * it. The days borrow the value's text. */
bool folder_plan_narrow(struct tree_days *days, char letter, sqlite3_value *value);

#endif
