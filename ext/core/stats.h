/*
 * stats.h -- intervals for means and shares, and percentiles, over streams of doubles.
 *
 * Knows nothing of SQLite: bind/stats.c only translates sqlite3_value to double and back. Nothing
 * here allocates but `struct sample`, which owns what it holds until sample_free().
 *
 * A level is how often an interval is to cover the truth, within (0, 1): 0.95 for 95 %. Critical
 * values are two-sided. They take the level and not a probability near 1, so that 0.999999999 and
 * 1e-9 lose no digits on the way. They are within 1e-11 of the exact value, relatively, for every
 * level from 1e-300 up.
 */
#ifndef LIGHTNING_STATS_H
#define LIGHTNING_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Running moments. All-zero is the empty stream, so a fresh sqlite3_aggregate_context() already
 * is one. */
struct moments {
    int64_t n;   /* observations so far */
    double mean; /* of those observations; 0 when n is 0 */
    double m2;   /* sum of squared deviations from mean */
};

/* Takes in one more observation. An infinity, a NaN, or finite values so far apart that their
 * squares overflow (about 1e154) leave moments of which moments_half_width() has no answer.
 * Source: Welford, Technometrics 4(3), 1962, 419-420. */
void moments_add(struct moments *m, double x);

/* Takes in all that `other` took in: what both streams together would give, but for rounding.
 * Source: Chan, Golub & LeVeque, Technical Report STAN-CS-79-773, Stanford, 1979, 2.1. */
void moments_join(struct moments *m, const struct moments *other);

/* Half the width of the interval around the mean, in the unit of the observations: the mean is
 * within mean - *out .. mean + *out. It assumes independent observations. Returns 0, or -1 when
 * n < 2 or the width is not finite, leaving *out untouched.
 * Source: Student, Biometrika 6(1), 1908, 1-25. */
int moments_half_width(const struct moments *m, double level, double *out);

/* The z that a standard normal variable stays within, on either side, with probability `level`.
 * Source: DLMF 7.2 and 7.17 (erf, erfc and their inverses); how it is solved stands in stats.c. */
double normal_critical(double level);

/* The same for Student's t with `df` degrees of freedom: 1 or more, whole or not.
 * Source: DLMF 8.17 (incomplete beta); above 1e4 degrees, Abramowitz & Stegun 26.7.5. */
double student_t_critical(double level, double df);

/* The ends of the score interval for a share: 0 <= successes <= n, n > 0, all finite; weighted
 * counts need not be whole. Within 0..1; exactly 0 below when there are no successes, exactly 1
 * above when all are.
 * Source: Wilson, Journal of the American Statistical Association 22(158), 1927, 209-212. */
double wilson_low(double successes, double n, double level);
double wilson_high(double successes, double n, double level);

/* Observations that are all kept, in no order, 8 bytes each and up to half as much in reserve.
 * All-zero is the empty sample. */
struct sample {
    double *at;
    size_t n;
    size_t cap;
};

/* Takes in one more observation, which is finite. Returns 0, or -1 when out of memory; then the
 * sample is as it was. */
int sample_add(struct sample *s, double x);

/* Takes in n more observations, n > 0, from any address. Returns as sample_add(). */
int sample_add_all(struct sample *s, const void *x, size_t n);

/* Takes one observation equal to x out again; without one, does nothing. */
void sample_remove(struct sample *s, double x);

/* The value below which `percent` (0..100) of the sample lies, in its unit, linearly interpolated:
 * the height at percent * (n - 1) / 100 of the line through the ordered values, the first at 0.
 * The sample stays as it is. The time taken grows with n and with nothing else: no order of the
 * values, however ill meant, makes it longer. Returns 0, or -1 when the sample is empty, leaving
 * *out untouched.
 * Source: definition 7 of Hyndman & Fan, The American Statistician 50(4), 1996, 361-365. */
int sample_percentile(const struct sample *s, double percent, double *out);

/* Leaves an empty sample. */
void sample_free(struct sample *s);

#endif
