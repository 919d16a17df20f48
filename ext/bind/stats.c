/*
 * stats.c -- the statistics the reports print beside their means, as SQL functions.
 *
 *     mean_ci(x [, level])                   aggregate and window function
 *     percentile(x, p)                       aggregate and window function
 *     moments(x), sample(x)                  aggregates: x of one group, packed
 *     mean_of(moments)                       aggregates: of the groups together
 *     mean_ci_of(moments [, level])
 *     percentile_of(sample, p)
 *     wilson_low(successes, n [, level])
 *     wilson_high(successes, n [, level])
 *
 * mean_ci is half the width of Student's interval for the mean: avg(x) - mean_ci(x) and
 * avg(x) + mean_ci(x) are its ends. It is NULL for fewer than two values, and where there is no
 * finite width: after an infinite value, or values so large that their squares overflow. As a
 * window function it takes frames that begin at UNBOUNDED PRECEDING. A frame that lets go of rows
 * is refused, since Welford's sums cannot be run backwards: one large value that has come and gone
 * would leave only its rounding error behind.
 *
 * percentile(x, p) is that of SQLite's own ext/misc/percentile.c, built into later shells: p is
 * 0..100 and, within 0.001, the same in all rows; interpolation is linear; the answer is NULL for
 * no values and else a REAL; a text, blob or infinite x is an error. It takes any frame. It keeps
 * the values, 8 bytes each.
 *
 * moments and sample pack what is to be known of the values of a group into a blob; from those of
 * several groups mean_of, mean_ci_of and percentile_of give what avg, mean_ci and percentile give of
 * all their values, but for rounding. So the groups can be such as an index has in order, where SQLite
 * sorts nothing, and the report's own groups be made of them. They are NULL for no values. The blobs
 * are for the query they are made in: other machines lay them out otherwise.
 *
 * wilson_low and wilson_high are the ends of Wilson's interval for the share successes / n. They
 * are NULL when either count is NULL, and for 0 of 0; counts that cannot be, such as 1 of 0, are
 * errors. Weighted counts need not be whole.
 *
 * NULL is no value: rows where x is NULL do not count. A NULL level is the default, 0.95, as an
 * unbound parameter of a report is. Level and p may be text that reads as a number, since shells
 * bind parameters so; what is counted or averaged must be a number. All are INNOCUOUS and
 * DETERMINISTIC; integers beyond 2^53 are rounded to REAL.
 */
#include "connection.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats.h"

#define DEFAULT_LEVEL 0.95
/* By how much p may differ between rows: what SQLite's percentile() allows. */
#define SAME_P 0.001

static bool is_number(int type)
{
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

/* "text", "blob" or "NULL": what stands where a number should. */
static const char *type_name(sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        return "NULL";
    case SQLITE_BLOB:
        return "a blob";
    default:
        return "text";
    }
}

/* The level at argv[at], or the default. False: the error is set. */
static bool read_level(sqlite3_context *context, const char *function, int argc,
                       sqlite3_value **argv, int at, double *level)
{
    *level = DEFAULT_LEVEL;
    if (at >= argc || sqlite3_value_type(argv[at]) == SQLITE_NULL)
        return true;
    if (!is_number(sqlite3_value_numeric_type(argv[at]))) {
        result_errorf(context, "%s(): level must be a number between 0 and 1, not %s", function,
                      type_name(argv[at]));
        return false;
    }
    *level = sqlite3_value_double(argv[at]);
    if (*level > 0 && *level < 1)
        return true;
    result_errorf(context, "%s(): level must lie between 0 and 1, as 0.95 does; it is %g", function,
                  *level);
    return false;
}

/* mean_ci: all-zero is the state before the first row. */
struct mean_ci {
    struct moments moments;
    double level; /* 0: no row yet */
};

/* The state, with the level of this row, which is that of all rows. NULL: the error is set. */
static struct mean_ci *mean_ci_state(sqlite3_context *context, const char *function, int argc,
                                     sqlite3_value **argv)
{
    struct mean_ci *state;
    double level;

    if (!read_level(context, function, argc, argv, 1, &level))
        return NULL;
    state = sqlite3_aggregate_context(context, sizeof *state);
    if (!state) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    if (state->level > 0 && (state->level < level || state->level > level)) {
        result_errorf(context, "%s(): level must be the same in all rows; it is %g and %g",
                      function, state->level, level);
        return NULL;
    }
    state->level = level;
    return state;
}

/* Whether there is an x. What is neither a number nor NULL sets the error. */
static bool has_number(sqlite3_context *context, const char *function, sqlite3_value *x)
{
    int type = sqlite3_value_type(x);

    if (type != SQLITE_NULL && !is_number(type))
        result_errorf(context, "%s(): x must be a number, not %s", function, type_name(x));
    return is_number(type);
}

static void mean_ci_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct mean_ci *state = mean_ci_state(context, "mean_ci", argc, argv);

    if (state && has_number(context, "mean_ci", argv[0]))
        moments_add(&state->moments, sqlite3_value_double(argv[0]));
}

static void mean_ci_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    result_errorf(context, "mean_ci(): the frame must begin at UNBOUNDED PRECEDING");
}

/* Both xValue and xFinal: there is nothing to release. */
static void mean_ci_value(sqlite3_context *context)
{
    struct mean_ci *state = sqlite3_aggregate_context(context, 0);
    double width;

    if (state && moments_half_width(&state->moments, state->level, &width) == 0)
        sqlite3_result_double(context, width);
}

/* percentile: all-zero is the state before the first row. */
struct percentile {
    struct sample sample;
    double p;
    bool started; /* p is that of the first row */
};

/* The state, with the p of this row, which is that of all rows. NULL: the error is set. */
static struct percentile *percentile_state(sqlite3_context *context, const char *function,
                                           sqlite3_value **argv)
{
    struct percentile *state;
    double p;

    if (!is_number(sqlite3_value_numeric_type(argv[1]))) {
        result_errorf(context, "%s(): p must be a number from 0 to 100, not %s", function,
                      type_name(argv[1]));
        return NULL;
    }
    p = sqlite3_value_double(argv[1]);
    if (!(p >= 0 && p <= 100)) {
        result_errorf(context, "%s(): p must be from 0 to 100; it is %g", function, p);
        return NULL;
    }
    state = sqlite3_aggregate_context(context, sizeof *state);
    if (!state) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    if (state->started && fabs(p - state->p) > SAME_P) {
        result_errorf(context, "%s(): p must be the same in all rows; it is %g and %g", function,
                      state->p, p);
        return NULL;
    }
    if (!state->started) {
        state->p = p;
        state->started = true;
    }
    return state;
}

/* Adds x to the sample, unless it is NULL; else, or when it cannot be, the error is set. */
static void add_to_sample(sqlite3_context *context, const char *function, struct sample *sample,
                          sqlite3_value *value)
{
    double x;

    if (!has_number(context, function, value))
        return;
    x = sqlite3_value_double(value);
    if (!isfinite(x))
        result_errorf(context, "%s(): x must be finite; it is %g", function, x);
    else if (sample_add(sample, x) != 0)
        sqlite3_result_error_nomem(context);
}

static void percentile_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct percentile *state = percentile_state(context, "percentile", argv);

    (void)argc;
    if (state)
        add_to_sample(context, "percentile", &state->sample, argv[0]);
}

static void percentile_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct percentile *state = sqlite3_aggregate_context(context, 0);

    (void)argc;
    if (state && sqlite3_value_type(argv[0]) != SQLITE_NULL)
        sample_remove(&state->sample, sqlite3_value_double(argv[0]));
}

static void percentile_value(sqlite3_context *context)
{
    struct percentile *state = sqlite3_aggregate_context(context, 0);
    double value;

    if (state && sample_percentile(&state->sample, state->p, &value) == 0)
        sqlite3_result_double(context, value);
}

/* SQLite calls this after an error too. */
static void percentile_final(sqlite3_context *context)
{
    struct percentile *state = sqlite3_aggregate_context(context, 0);

    percentile_value(context);
    if (state)
        sample_free(&state->sample);
}

static void moments_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct moments *state = sqlite3_aggregate_context(context, sizeof *state);

    (void)argc;
    if (!state)
        sqlite3_result_error_nomem(context);
    else if (has_number(context, "moments", argv[0]))
        moments_add(state, sqlite3_value_double(argv[0]));
}

static void moments_final(sqlite3_context *context)
{
    struct moments *state = sqlite3_aggregate_context(context, 0);

    if (state && state->n > 0)
        sqlite3_result_blob(context, state, sizeof *state, SQLITE_TRANSIENT);
}

/* Joins what moments() packed to `moments`; NULL is of no values. */
static void join_moments(sqlite3_context *context, const char *function, struct moments *moments,
                         sqlite3_value *packed)
{
    const void *blob = sqlite3_value_blob(packed);
    struct moments other = {.n = -1};

    if (sqlite3_value_type(packed) == SQLITE_NULL)
        return;
    if (blob && sqlite3_value_type(packed) == SQLITE_BLOB &&
        sqlite3_value_bytes(packed) == sizeof other)
        memcpy(&other, blob, sizeof other);
    if (other.n < 0 || other.n > INT64_MAX - moments->n)
        result_errorf(context, "%s(): moments must be what moments() gave", function);
    else
        moments_join(moments, &other);
}

static void mean_of_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct moments *state = sqlite3_aggregate_context(context, sizeof *state);

    (void)argc;
    if (!state)
        sqlite3_result_error_nomem(context);
    else
        join_moments(context, "mean_of", state, argv[0]);
}

static void mean_of_final(sqlite3_context *context)
{
    struct moments *state = sqlite3_aggregate_context(context, 0);

    if (state && state->n > 0)
        sqlite3_result_double(context, state->mean);
}

static void mean_ci_of_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct mean_ci *state = mean_ci_state(context, "mean_ci_of", argc, argv);

    if (state)
        join_moments(context, "mean_ci_of", &state->moments, argv[0]);
}

static void sample_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct sample *state = sqlite3_aggregate_context(context, sizeof *state);

    (void)argc;
    if (!state)
        sqlite3_result_error_nomem(context);
    else
        add_to_sample(context, "sample", state, argv[0]);
}

static void sample_final(sqlite3_context *context)
{
    struct sample *state = sqlite3_aggregate_context(context, 0);

    if (state && state->n > 0)
        sqlite3_result_blob64(context, state->at, state->n * sizeof *state->at, SQLITE_TRANSIENT);
    if (state)
        sample_free(state);
}

static bool all_finite(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* What sample() packed is looked at where it was added: in the blob it may not be aligned. */
static void percentile_of_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct percentile *state = percentile_state(context, "percentile_of", argv);
    int type = sqlite3_value_type(argv[0]);
    const void *blob = type == SQLITE_BLOB ? sqlite3_value_blob(argv[0]) : NULL;
    size_t bytes = blob ? (size_t)sqlite3_value_bytes(argv[0]) : 0;
    size_t n = bytes / sizeof(double);

    (void)argc;
    if (!state || type == SQLITE_NULL)
        return;
    if (n > 0 && bytes % sizeof(double) == 0) {
        if (sample_add_all(&state->sample, blob, n) != 0) {
            sqlite3_result_error_nomem(context);
            return;
        }
        if (all_finite(state->sample.at + state->sample.n - n, n))
            return;
    }
    result_errorf(context, "percentile_of(): sample must be what sample() gave");
}

/* A count that is not NULL. False: the error is set. */
static bool read_count(sqlite3_context *context, const char *function, const char *name,
                       sqlite3_value *value, double *count)
{
    if (!is_number(sqlite3_value_type(value))) {
        result_errorf(context, "%s(): %s must be a number, not %s", function, name,
                      type_name(value));
        return false;
    }
    *count = sqlite3_value_double(value);
    if (*count >= 0 && isfinite(*count))
        return true;
    result_errorf(context, "%s(): %s must be 0 or more, and finite; it is %g", function, name,
                  *count);
    return false;
}

static void wilson(sqlite3_context *context, int argc, sqlite3_value **argv, const char *function,
                   double (*end)(double successes, double n, double level))
{
    double successes;
    double n;
    double level;

    if (!read_level(context, function, argc, argv, 2, &level))
        return;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL)
        return;
    if (!read_count(context, function, "successes", argv[0], &successes) ||
        !read_count(context, function, "n", argv[1], &n))
        return;
    if (successes > n) {
        result_errorf(context, "%s(): successes must be at most n; they are %g and %g", function,
                      successes, n);
        return;
    }
    if (n > 0)
        sqlite3_result_double(context, end(successes, n, level));
}

static void wilson_low_scalar(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    wilson(context, argc, argv, "wilson_low", wilson_low);
}

static void wilson_high_scalar(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    wilson(context, argc, argv, "wilson_high", wilson_high);
}

/* Without value and inverse it is no window function. */
static const struct {
    const char *name;
    int arguments;
    void (*step)(sqlite3_context *context, int argc, sqlite3_value **argv);
    void (*final)(sqlite3_context *context);
    void (*value)(sqlite3_context *context);
    void (*inverse)(sqlite3_context *context, int argc, sqlite3_value **argv);
} aggregates[] = {
    {"mean_ci", 1, mean_ci_step, mean_ci_value, mean_ci_value, mean_ci_inverse},
    {"mean_ci", 2, mean_ci_step, mean_ci_value, mean_ci_value, mean_ci_inverse},
    {"percentile", 2, percentile_step, percentile_final, percentile_value, percentile_inverse},
    {"moments", 1, moments_step, moments_final, NULL, NULL},
    {"mean_of", 1, mean_of_step, mean_of_final, NULL, NULL},
    {"mean_ci_of", 1, mean_ci_of_step, mean_ci_value, NULL, NULL},
    {"mean_ci_of", 2, mean_ci_of_step, mean_ci_value, NULL, NULL},
    {"sample", 1, sample_step, sample_final, NULL, NULL},
    {"percentile_of", 2, percentile_of_step, percentile_final, NULL, NULL},
};

static const struct {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *context, int argc, sqlite3_value **argv);
} scalars[] = {
    {"wilson_low", 2, wilson_low_scalar},
    {"wilson_low", 3, wilson_low_scalar},
    {"wilson_high", 2, wilson_high_scalar},
    {"wilson_high", 3, wilson_high_scalar},
};

int register_stats(sqlite3 *db, struct connection *c)
{
    const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC;
    int rc = SQLITE_OK;
    (void)c; /* these need nothing of the connection */
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof scalars / sizeof *scalars; i++)
        rc = sqlite3_create_function_v2(db, scalars[i].name, scalars[i].arguments, flags, NULL,
                                        scalars[i].call, NULL, NULL, NULL);
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof aggregates / sizeof *aggregates; i++) {
        rc = sqlite3_create_window_function(db, aggregates[i].name, aggregates[i].arguments, flags,
                                            NULL, aggregates[i].step, aggregates[i].final,
                                            aggregates[i].value, aggregates[i].inverse, NULL);
        /* SELECT load_extension(…) is a running statement, and under one SQLite lets no function
         * be replaced. A shell that has percentile() already then keeps its own, which does the
         * same. */
        if (rc == SQLITE_BUSY && strcmp(aggregates[i].name, "percentile") == 0)
            rc = SQLITE_OK;
    }
    return rc;
}
