/*
 * cut.h -- where to cut the names of a column, so that those which differ still do.
 *
 * A date or a variant stands at the end of a model's name, what it is at the beginning: a cut in the
 * middle mostly leaves both. Where it does not, another place may.
 */
#ifndef LIGHTNING_CUT_H
#define LIGHTNING_CUT_H

#include <sqlite3.h>

/* One column of rows that lie one after the other. */
struct cut_names {
    sqlite3_value **cells; /* of the first row */
    int n;                 /* rows; those after the first CUT_ROWS are not looked at */
    int stride;            /* cells from a row to the next */
};

#define CUT_ROWS 1000

/* How many of `width` columns to give to the end of a name that is cut, so that most names stay
 * different. *different gets how many do, unless it is NULL. */
int cut_best(struct cut_names names, int width, int *different);

/* The width between `least` and `most` from which on all names that differ do so when cut. */
int cut_least_width(struct cut_names names, int least, int most);

#endif
