/*
 * agreement.c -- how well two judges agree, as SQL aggregates.
 *
 *     spearman(x, y)      rank correlation, -1..1
 *     auc(score, label)   area under the ROC curve, 0..1; labels are 0 and 1
 *     kappa(a, b)         Cohen's kappa of two judges' classes, which are numbers; at most 1
 *
 * each with the ends of its interval by the bootstrap over the rows: spearman_low(x, y [, level]),
 * spearman_high(…), auc_low(…) and so on; the level is 0.95 by default, also when NULL. A row is one
 * pair, and rows are taken for independent: judge by judge they are not, so give one row per trace.
 *
 * Rows where either value is NULL do not count. The answer is NULL where there is none: no pairs, all
 * values equal, one label only; for an interval fewer than 3 pairs (core/agreement.h). All pairs are
 * kept, 16 bytes each. What is not a finite number is an error. All are INNOCUOUS and DETERMINISTIC:
 * the bootstrap has a fixed seed, and the order of the rows does not matter.
 */
#include "connection.h"

#include <math.h>
#include <stdbool.h>

#include "agreement.h"

#define DEFAULT_LEVEL 0.95

enum result { VALUE, LOW, HIGH };

static const struct aggregate {
    const char *name;
    const char *x; /* what the arguments are called */
    const char *y;
    enum agreement which;
    enum result result;
} aggregates[] = {
    {"spearman", "x", "y", SPEARMAN, VALUE},     {"spearman_low", "x", "y", SPEARMAN, LOW},
    {"spearman_high", "x", "y", SPEARMAN, HIGH}, {"auc", "score", "label", AUC, VALUE},
    {"auc_low", "score", "label", AUC, LOW},     {"auc_high", "score", "label", AUC, HIGH},
    {"kappa", "a", "b", KAPPA, VALUE},           {"kappa_low", "a", "b", KAPPA, LOW},
    {"kappa_high", "a", "b", KAPPA, HIGH},
};

/* All-zero is the state before the first row. */
struct state {
    struct pairs pairs;
    double level; /* 0: no row yet */
    bool failed;
};

/* Reads a number; false after setting an error. */
static bool read_number(sqlite3_context *context, const struct aggregate *aggregate,
                        const char *argument, sqlite3_value *value, double *out)
{
    int type = sqlite3_value_type(value);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
        result_errorf(context, "%s(): %s must be a number, not %s", aggregate->name, argument,
                      type == SQLITE_BLOB ? "a blob" : "text");
        return false;
    }
    *out = sqlite3_value_double(value);
    if (isfinite(*out))
        return true;
    result_errorf(context, "%s(): %s must be finite; it is %g", aggregate->name, argument, *out);
    return false;
}

/* The level that the rows are given, which may be text, as shells bind parameters. */
static bool read_level(sqlite3_context *context, const struct aggregate *aggregate,
                       struct state *state, int argc, sqlite3_value **argv)
{
    double level = DEFAULT_LEVEL;
    if (argc > 2 && sqlite3_value_type(argv[2]) != SQLITE_NULL) {
        int type = sqlite3_value_numeric_type(argv[2]);
        level = type == SQLITE_INTEGER || type == SQLITE_FLOAT ? sqlite3_value_double(argv[2]) : 0;
        if (!(level > 0 && level < 1)) {
            result_errorf(context, "%s(): level must lie between 0 and 1, as 0.95 does",
                          aggregate->name);
            return false;
        }
    }
    if (state->level > 0 && (state->level < level || state->level > level)) {
        result_errorf(context, "%s(): level must be the same in all rows; it is %g and %g",
                      aggregate->name, state->level, level);
        return false;
    }
    state->level = level;
    return true;
}

static bool is_label(double y)
{
    return !(y < 0) && !(y > 1) && !(y > 0 && y < 1);
}

static bool take_pair(sqlite3_context *context, struct state *state, int argc, sqlite3_value **argv)
{
    const struct aggregate *aggregate = sqlite3_user_data(context);
    double x;
    double y;
    if (!read_level(context, aggregate, state, argc, argv))
        return false;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL)
        return true;
    if (!read_number(context, aggregate, aggregate->x, argv[0], &x) ||
        !read_number(context, aggregate, aggregate->y, argv[1], &y))
        return false;
    if (aggregate->which == AUC && !is_label(y)) {
        result_errorf(context, "%s(): label must be 0 or 1; it is %g", aggregate->name, y);
        return false;
    }
    if (pairs_add(&state->pairs, x, y) == 0)
        return true;
    sqlite3_result_error_nomem(context);
    return false;
}

static void step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct state *state = sqlite3_aggregate_context(context, sizeof *state);
    if (!state)
        sqlite3_result_error_nomem(context);
    else if (!state->failed)
        state->failed = !take_pair(context, state, argc, argv);
}

/* SQLite calls this after an error too. */
static void final(sqlite3_context *context)
{
    const struct aggregate *aggregate = sqlite3_user_data(context);
    struct state *state = sqlite3_aggregate_context(context, 0);
    double value[3];
    int rc;
    if (!state)
        return;
    if (!state->failed) {
        if (aggregate->result == VALUE)
            rc = agreement_value(&state->pairs, aggregate->which, &value[VALUE]);
        else
            rc = agreement_interval(&state->pairs, aggregate->which, state->level, &value[LOW],
                                    &value[HIGH]);
        if (rc < 0)
            sqlite3_result_error_nomem(context);
        else if (rc == 0)
            sqlite3_result_double(context, value[aggregate->result]);
    }
    pairs_free(&state->pairs);
}

int register_agreement(sqlite3 *db, struct connection *c)
{
    const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC;
    int rc = SQLITE_OK;
    (void)c; /* these need nothing of the connection */
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++)
        for (int n = 2; rc == SQLITE_OK && n <= (aggregates[i].result == VALUE ? 2 : 3); n++)
            rc = sqlite3_create_function_v2(db, aggregates[i].name, n, flags,
                                            (void *)&aggregates[i], NULL, step, final, NULL);
    return rc;
}
