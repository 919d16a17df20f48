/*
 * agreement.c -- see agreement.h.
 *
 * A resample is how often each pair was drawn. The pairs are sorted and their values numbered once;
 * after that every measure is one pass over the pairs and one over the distinct values, whatever the
 * counts, and so a resample costs no sorting.
 */
#include "agreement.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define MOST_DRAWS 20e6
#define MOST_RESAMPLES 2000
#define LEAST_RESAMPLES 200
/* For an interval at all. */
#define LEAST_PAIRS 3

int pairs_add(struct pairs *pairs, double x, double y)
{
    if (pairs->n == pairs->cap) {
        size_t cap = pairs->cap + pairs->cap / 2 + 16;
        struct pair *at = realloc(pairs->at, cap * sizeof *at);
        if (!at)
            return -1;
        pairs->at = at;
        pairs->cap = cap;
    }
    pairs->at[pairs->n++] = (struct pair){x, y};
    return 0;
}

void pairs_free(struct pairs *pairs)
{
    free(pairs->at);
    *pairs = (struct pairs){NULL, 0, 0};
}

/* ---- the table: pairs with their values numbered ---- */

/* One of the distinct values of x or y, and what is counted for it in one resample. */
struct value {
    double x_count; /* pairs with this x; for AUC those labelled 0 */
    double y_count; /* pairs with this y; for AUC those of this x labelled 1 */
    double x_rank;
    double y_rank;
};

struct table {
    size_t n;
    uint32_t *x; /* of each pair the number of its value, in ascending order from 0 */
    uint32_t *y;
    double *count;        /* of each pair, in one resample */
    struct value *values; /* as many as x or y have */
    size_t n_values;
};

static int compare_doubles(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *p = a;
    const struct pair *q = b;
    int order = compare_doubles(p->x, q->x);
    return order ? order : compare_doubles(p->y, q->y);
}

static int compare_values(const void *a, const void *b)
{
    return compare_doubles(*(const double *)a, *(const double *)b);
}

/* The distinct ones of n sorted values, at their front; returns how many. */
static size_t keep_distinct(double *at, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || at[kept - 1] < at[i])
            at[kept++] = at[i];
    return kept;
}

static uint32_t number_of(const double *distinct, size_t n, double value)
{
    size_t low = 0;
    while (n > 1) {
        size_t half = n / 2;
        if (!(value < distinct[low + half]))
            low += half;
        n -= half;
    }
    return (uint32_t)low;
}

static void table_free(struct table *t)
{
    free(t->x);
    free(t->y);
    free(t->count);
    free(t->values);
}

/* Classes are numbered together, so that the same name is the same number; ranks apart. */
static int table_make(struct table *t, struct pairs *pairs, enum agreement which)
{
    size_t n = pairs->n;
    double *xs = malloc(2 * n * sizeof *xs);
    double *ys = malloc(n * sizeof *ys);
    *t = (struct table){.n = n};
    t->x = malloc(n * sizeof *t->x);
    t->y = malloc(n * sizeof *t->y);
    t->count = malloc(n * sizeof *t->count);
    t->values = malloc(2 * n * sizeof *t->values);
    bool made = xs && ys && t->x && t->y && t->count && t->values && n <= UINT32_MAX / 2;
    if (made) {
        size_t n_xs = n;
        qsort(pairs->at, n, sizeof *pairs->at, compare_pairs);
        for (size_t i = 0; i < n; i++) {
            xs[i] = pairs->at[i].x;
            ys[i] = pairs->at[i].y;
        }
        if (which == KAPPA) {
            memcpy(xs + n, ys, n * sizeof *ys);
            n_xs = 2 * n;
        }
        qsort(xs, n_xs, sizeof *xs, compare_values);
        qsort(ys, n, sizeof *ys, compare_values);
        n_xs = keep_distinct(xs, n_xs);
        size_t n_ys = keep_distinct(ys, n);
        t->n_values = n_xs > n_ys ? n_xs : n_ys;
        for (size_t i = 0; i < n; i++) {
            t->x[i] = number_of(xs, n_xs, pairs->at[i].x);
            t->y[i] = which == KAPPA ? number_of(xs, n_xs, pairs->at[i].y)
                                     : number_of(ys, n_ys, pairs->at[i].y);
            t->count[i] = 1;
        }
    }
    free(xs);
    free(ys);
    return made ? 0 : -1;
}

/* ---- the measures, of the pairs as often as they count: 0, or 1 where undefined ---- */

static void clear_counts(struct table *t)
{
    for (size_t v = 0; v < t->n_values; v++)
        t->values[v] = (struct value){0, 0, 0, 0};
}

static int spearman(struct table *t, double *out)
{
    double total = 0;
    double x_below = 0;
    double y_below = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    clear_counts(t);
    for (size_t i = 0; i < t->n; i++) {
        t->values[t->x[i]].x_count += t->count[i];
        t->values[t->y[i]].y_count += t->count[i];
        total += t->count[i];
    }
    /* Ranks counted from the middle one: their sum is 0. */
    for (size_t v = 0; v < t->n_values; v++) {
        struct value *value = &t->values[v];
        value->x_rank = x_below + (value->x_count - total) / 2;
        value->y_rank = y_below + (value->y_count - total) / 2;
        x_below += value->x_count;
        y_below += value->y_count;
        xx += value->x_count * value->x_rank * value->x_rank;
        yy += value->y_count * value->y_rank * value->y_rank;
    }
    for (size_t i = 0; i < t->n; i++)
        xy += t->count[i] * t->values[t->x[i]].x_rank * t->values[t->y[i]].y_rank;
    if (!(xx > 0 && yy > 0))
        return 1;
    *out = fmax(-1, fmin(1, xy / sqrt(xx) / sqrt(yy)));
    return 0;
}

static int auc(struct table *t, double *out)
{
    double zeros = 0;
    double ones = 0;
    double won = 0;
    clear_counts(t);
    /* Labels are numbered in order: where there is only one, the pairs say which by being the same. */
    for (size_t i = 0; i < t->n; i++) {
        struct value *value = &t->values[t->x[i]];
        *(t->y[i] ? &value->y_count : &value->x_count) += t->count[i];
    }
    for (size_t v = 0; v < t->n_values; v++) {
        const struct value *value = &t->values[v];
        won += value->y_count * (zeros + value->x_count / 2);
        zeros += value->x_count;
        ones += value->y_count;
    }
    if (!(zeros > 0 && ones > 0))
        return 1;
    *out = won / zeros / ones;
    return 0;
}

static int kappa(struct table *t, double *out)
{
    double total = 0;
    double agreed = 0;
    double by_chance = 0;
    clear_counts(t);
    for (size_t i = 0; i < t->n; i++) {
        t->values[t->x[i]].x_count += t->count[i];
        t->values[t->y[i]].y_count += t->count[i];
        agreed += t->x[i] == t->y[i] ? t->count[i] : 0;
        total += t->count[i];
    }
    for (size_t v = 0; v < t->n_values; v++)
        by_chance += t->values[v].x_count * t->values[v].y_count;
    /* In whole numbers, as long as they are below 2^53: nothing is lost by which 1 - 1 were not 0. */
    double room = total * total - by_chance;
    if (!(room > 0))
        return 1;
    *out = (agreed * total - by_chance) / room;
    return 0;
}

static int measure(struct table *t, enum agreement which, double *out)
{
    switch (which) {
    case SPEARMAN:
        return spearman(t, out);
    case AUC:
        return auc(t, out);
    default:
        return kappa(t, out);
    }
}

int agreement_value(struct pairs *pairs, enum agreement which, double *out)
{
    struct table t;
    int rc = 1;
    if (pairs->n == 0)
        return 1;
    if (table_make(&t, pairs, which) != 0)
        rc = -1;
    else
        rc = measure(&t, which, out);
    table_free(&t);
    return rc;
}

/* ---- the bootstrap ---- */

/* Source: Steele, Lea & Flood, OOPSLA 2014, 453-472 (SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Draws as many pairs as there are. The upper half of a product spreads the draws evenly to within
 * n / 2^32. */
static void resample(struct table *t, uint64_t *state)
{
    for (size_t i = 0; i < t->n; i++)
        t->count[i] = 0;
    for (size_t i = 0; i < t->n; i++)
        t->count[(next_random(state) >> 32) * t->n >> 32]++;
}

/* The share of resamples to be left out at each end. The interval is made as wide as Student's is
 * beside one of the normal distribution with the divisor n. */
static double tail(double level, size_t n)
{
    double df = (double)n - 1;
    return erfc(student_t_critical(level, df) * sqrt((df + 1) / df) * M_SQRT1_2) / 2;
}

static int draw_all(struct table *t, enum agreement which, struct sample *drawn)
{
    uint64_t state = t->n;
    double room = MOST_DRAWS / (double)t->n;
    int resamples = room > MOST_RESAMPLES ? MOST_RESAMPLES : (int)room;
    if (resamples < LEAST_RESAMPLES)
        resamples = LEAST_RESAMPLES;
    for (int tries = 2 * resamples; drawn->n < (size_t)resamples; tries--) {
        double value;
        if (tries == 0)
            return 1;
        resample(t, &state);
        if (measure(t, which, &value) == 0 && sample_add(drawn, value) != 0)
            return -1;
    }
    return 0;
}

int agreement_interval(struct pairs *pairs, enum agreement which, double level, double *low,
                       double *high)
{
    struct table t;
    struct sample drawn = {NULL, 0, 0};
    double value;
    int rc = -1;
    if (pairs->n < LEAST_PAIRS)
        return 1;
    if (table_make(&t, pairs, which) == 0)
        rc = measure(&t, which, &value);
    if (rc == 0)
        rc = draw_all(&t, which, &drawn);
    if (rc == 0) {
        double percent = 100 * tail(level, t.n);
        sample_percentile(&drawn, percent, low);
        sample_percentile(&drawn, 100 - percent, high);
    }
    sample_free(&drawn);
    table_free(&t);
    return rc;
}
