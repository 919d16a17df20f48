/*
 * stats.c -- see stats.h.
 *
 * How critical values are found. |Z| has a log-concave density, and so has the logarithm of |T|.
 * Hence the logarithms of the probability inside and of the one outside are concave in z, and in
 * log t (Bagnoli & Bergstrom, Economic Theory 26(2), 2005, 445-469). On such a function Newton's
 * method is on one side of the answer from its first step on and only comes nearer: it needs no
 * bracket and cannot cycle. Below level 1/2 the probability inside is solved for, from there on the
 * one outside: whichever is small is the one with all its digits.
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Newton's method squares the error: a step this small was the last one needed. */
#define LAST_STEP 1e-8
/* Far more than it takes, which is about five: a bound on what rounding could do. */
#define MAX_STEPS 100

void moments_add(struct moments *m, double x)
{
    double delta = x - m->mean;

    m->n++;
    m->mean += delta / (double)m->n;
    m->m2 += delta * (x - m->mean);
}

void moments_join(struct moments *m, const struct moments *other)
{
    double delta = other->mean - m->mean;
    double n = (double)m->n + (double)other->n;
    double share = (double)other->n / n; /* of the other in both */

    if (other->n == 0)
        return;
    if (m->n == 0) {
        *m = *other;
        return;
    }
    m->mean += delta * share;
    m->m2 += other->m2 + delta * delta * share * (double)m->n;
    m->n += other->n;
}

int moments_half_width(const struct moments *m, double level, double *out)
{
    double n = (double)m->n;
    double width;

    if (m->n < 2)
        return -1;
    width = student_t_critical(level, n - 1) * sqrt(m->m2 / (n - 1) / n);
    if (!isfinite(width))
        return -1;
    *out = width;
    return 0;
}

double normal_critical(double level)
{
    double density_at_0 = sqrt(2 / M_PI); /* of |Z| */
    double outside = 1 - level;
    double z;
    double step;

    /* Below 1/2, start under the answer, since the density falls from its value at 0; else above
     * it, since the probability outside is at most exp(-z^2 / 2). */
    z = level < 0.5 ? level / density_at_0 : sqrt(-2 * log(outside));
    for (int i = 0; i < MAX_STEPS; i++) {
        double density = density_at_0 * exp(-z * z / 2);

        if (level < 0.5) {
            double p = erf(z * M_SQRT1_2);
            step = log(level / p) * p / density;
        } else {
            double p = erfc(z * M_SQRT1_2);
            step = log(p / outside) * p / density;
        }
        z += step;
        if (fabs(step) <= LAST_STEP * z)
            break;
    }
    return z;
}

/* Gamma(a + 1/2) / Gamma(a), a >= 1/2. tgamma and not lgamma: the latter writes to a global, and
 * the difference of two large logarithms has few digits. Source: DLMF 5.11.13. */
static double gamma_ratio(double a)
{
    double u = 1 / a;

    if (a < 100)
        return tgamma(a + 0.5) / tgamma(a);
    return sqrt(a) * (1 - u * (1.0 / 8 - u * (1.0 / 128 + u * (5.0 / 1024 - u * 21.0 / 32768))));
}

/* I_x(a, b) is x^a (1 - x)^b / (a B(a, b)) times this continued fraction, which converges fast for
 * x < (a + 1) / (a + b + 2): with one of a and b 1/2 and the other up to 5,000, within 150 terms,
 * and no denominator comes nearer to 0 than 1e-4, so Lentz's guards against that are not needed.
 * Source: DLMF 8.17.22, evaluated as by Thompson & Barnett, Journal of Computational Physics 64(2),
 * 1986, 490-509. */
static double beta_fraction(double a, double b, double x)
{
    double f = 1;
    double c = 1;
    double d = 0;

    for (int j = 1; j < 1000; j++) {
        int m = j / 2;
        double term;

        if (j % 2 == 0)
            term = m * (b - m) * x / ((a + j - 1) * (a + j));
        else
            term = -(a + m) * (a + b + m) * x / ((a + j - 1) * (a + j));
        c = 1 + term / c;
        d = 1 / (1 + term * d);
        f *= c * d;
        if (fabs(c * d - 1) < 1e-16)
            break;
    }
    return 1 / f;
}

/* What Student's t has between 0 and t and beyond t, which is positive: together 1/2. *slope gets
 * t times the density at t, the derivative of both by the logarithm of t. */
static void student_t_split(double t, double df, double *between, double *beyond, double *slope)
{
    double a = df / 2;
    double h = hypot(t, sqrt(df));
    double y = t / h * (t / h); /* 1 - y is df / (df + t^2) */

    *slope = gamma_ratio(a) / sqrt(M_PI) * exp(-a * log1p(t / df * t)) * t / h;
    if (y < 1.5 / (a + 2.5)) {
        *between = *slope * beta_fraction(0.5, a, y);
        *beyond = 0.5 - *between;
    } else {
        *beyond = *slope * beta_fraction(a, 0.5, df / h / h) / df;
        *between = 0.5 - *beyond;
    }
}

double student_t_critical(double level, double df)
{
    double t = normal_critical(level); /* not above the answer: t has the heavier tails */

    if (df > 1e4) {
        double z = t;
        double w = z * z;
        double term_1 = z * (1 + w) / 4;
        double term_2 = z * (3 + w * (16 + w * 5)) / 96;
        double term_3 = z * (-15 + w * (17 + w * (19 + w * 3))) / 384;

        return z + (term_1 + (term_2 + term_3 / df) / df) / df;
    }
    for (int i = 0; i < MAX_STEPS; i++) {
        double between;
        double beyond;
        double slope;
        double step;

        student_t_split(t, df, &between, &beyond, &slope);
        if (level < 0.5)
            step = log(level / (2 * between)) * between / slope;
        else
            step = log(2 * beyond / (1 - level)) * beyond / slope;
        t *= exp(step);
        if (fabs(step) <= LAST_STEP)
            break;
    }
    return t;
}

/* The ends are the roots p of (successes/n - p)^2 = z^2 p (1 - p) / n. The upper one is a sum of
 * positive terms; the lower one follows from the product of the two, without a difference in which
 * its digits could cancel. Halves and quotients keep it from overflowing for any counts. */
static double wilson_sum(double successes, double n, double z)
{
    double failures = (n - successes) / n;

    return successes + z * z / 2 + z * sqrt(successes * failures + z * z / 4);
}

double wilson_low(double successes, double n, double level)
{
    double z = normal_critical(level);

    if (successes <= 0)
        return 0;
    return successes / n * (successes / wilson_sum(successes, n, z));
}

double wilson_high(double successes, double n, double level)
{
    double z = normal_critical(level);

    if (successes >= n)
        return 1;
    return fmin(wilson_sum(successes, n, z) / (n + z * z), 1);
}

int sample_add(struct sample *s, double x)
{
    return sample_add_all(s, &x, 1);
}

int sample_add_all(struct sample *s, const void *x, size_t n)
{
    if (n > s->cap - s->n) {
        size_t cap = s->cap + s->cap / 2 + n + 63;
        double *at;

        if (cap < s->cap || cap < n || cap > SIZE_MAX / sizeof *at)
            return -1;
        at = realloc(s->at, cap * sizeof *at);
        if (!at)
            return -1;
        s->at = at;
        s->cap = cap;
    }
    memcpy(s->at + s->n, x, n * sizeof *s->at);
    s->n += n;
    return 0;
}

void sample_remove(struct sample *s, double x)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i] == x) {
            s->at[i] = s->at[--s->n];
            return;
        }
    }
}

/* An integer that orders as the double does. The sign bit is turned over, and for negative numbers
 * all others too, since their magnitudes run the other way. */
static uint64_t key_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The value with k others before it in order; k < n. Digit by digit of the key, highest first: how
 * many have which digit, among those that begin with the digits known so far. Eight passes for any
 * input, where quickselect would need a second algorithm against an ill-meant one.
 * Source: Knuth, The Art of Computer Programming 3, 2nd ed. 1998, 5.2.5, sorting by distribution,
 * of which this follows the one bucket that holds the answer. */
static double kth_smallest(const struct sample *s, size_t k)
{
    uint64_t known = 0;
    uint64_t mask = 0;

    for (int shift = 56; shift >= 0; shift -= 8) {
        size_t count[256] = {0};
        unsigned digit = 0;

        for (size_t i = 0; i < s->n; i++) {
            uint64_t key = key_of(s->at[i]);

            if ((key & mask) == known)
                count[key >> shift & 0xff]++;
        }
        while (k >= count[digit])
            k -= count[digit++];
        known |= (uint64_t)digit << shift;
        mask |= UINT64_C(0xff) << shift;
    }
    return value_of(known);
}

/* The value that follows x in order, where x has k others before it; k + 1 < n. */
static double next_in_order(const struct sample *s, size_t k, double x)
{
    size_t not_above = 0;
    double next = INFINITY;

    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i] <= x)
            not_above++;
        else if (s->at[i] < next)
            next = s->at[i];
    }
    return not_above > k + 1 ? x : next;
}

int sample_percentile(const struct sample *s, double percent, double *out)
{
    double position;
    double part;
    double low;
    double high;
    size_t k;

    if (s->n == 0)
        return -1;
    position = percent * (double)(s->n - 1) / 100;
    k = (size_t)position;
    part = position - (double)k;
    low = kth_smallest(s, k);
    if (part <= 0) {
        *out = low;
        return 0;
    }
    high = next_in_order(s, k, low);
    /* The distance of two finite values can overflow; the sum of their parts cannot. */
    *out = isfinite(high - low) ? low + (high - low) * part : low * (1 - part) + high * part;
    return 0;
}

void sample_free(struct sample *s)
{
    free(s->at);
    memset(s, 0, sizeof *s);
}
