/*
 * agreement.h -- how well two judges of the same things agree: rank correlation, ROC area, kappa,
 * each with an interval by the bootstrap.
 *
 * Knows nothing of SQLite. What is computed depends on the pairs and not on their order, so it is
 * the same whatever plan a query has; the bootstrap draws from a generator with a fixed seed.
 */
#ifndef LIGHTNING_AGREEMENT_H
#define LIGHTNING_AGREEMENT_H

#include <stddef.h>

enum agreement {
    /* Spearman's rank correlation of x and y, in -1..1; values that are equal share their mean rank.
     * Undefined when all x or all y are equal.
     * Source: Spearman, American Journal of Psychology 15(1), 1904, 72-101; ties as in Kendall,
     * Rank Correlation Methods, 1948. */
    SPEARMAN,
    /* The area under the ROC curve of the score x for the label y, which is 0 or 1: how often a
     * random 1 scores higher than a random 0, ties counting one half; in 0..1. Undefined without
     * both labels.
     * Source: Hanley & McNeil, Radiology 143(1), 1982, 29-36. */
    AUC,
    /* Cohen's kappa, unweighted, of x and y, whose values are names of classes, as many as there
     * are; at most 1. Undefined when all x and y are of one class.
     * Source: Cohen, Educational and Psychological Measurement 20(1), 1960, 37-46. */
    KAPPA,
};

/* Pairs that are all kept, 16 bytes each and up to half as much in reserve. All-zero is the empty
 * sample. */
struct pair {
    double x;
    double y;
};

struct pairs {
    struct pair *at;
    size_t n;
    size_t cap;
};

/* Takes in one more pair; both are finite. Returns 0, or -1 when out of memory; then the sample is as
 * it was. */
int pairs_add(struct pairs *pairs, double x, double y);
/* Leaves an empty sample. */
void pairs_free(struct pairs *pairs);

/* These return 0; 1 where there is no answer, with *out untouched; or -1 when out of memory. They may
 * put the pairs in another order. */
int agreement_value(struct pairs *pairs, enum agreement which, double *out);

/* The ends of the interval that covers the truth with probability `level` (0..1), if the pairs are
 * drawn independently: percentiles of 2,000 resamples of the pairs (of more than 10,000 pairs fewer,
 * so that they take 20 million draws in all, but not below 200), moved outwards by what makes
 * Student's interval of n values wider than one with their known deviation and the divisor n - 1;
 * without that small samples get intervals that are too short. Resamples for which the measure is
 * undefined are drawn again; where most are, there is no answer, nor for fewer than 3 pairs. A
 * perfect agreement gives an interval of no width: that is no certainty. Where nearly all x, or all
 * y, are equal the intervals are too short: with 5 of 100 that differ 0 lies outside in 10 % of cases
 * where nothing is, with 2 in a third; from about 10 on all is well.
 * Source: Efron, Annals of Statistics 7(1), 1979, 1-26; Hesterberg, The American Statistician
 * 69(4), 2015, 371-386 (expanded percentiles). */
int agreement_interval(struct pairs *pairs, enum agreement which, double level, double *low,
                       double *high);

#endif
