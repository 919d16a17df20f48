/*
 * test_agreement.c -- how well two judges agree, against R 4.2.2, and how often the intervals hold
 * what they should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "agreement.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Twelve pairs, with ties on both sides. In R x, y, label, a and b are these columns. */
static const double table[][5] = {
    {0.1, 1, 0, 1, 1},  {0.4, 2, 0, 2, 2}, {0.4, 3, 1, 3, 3}, {0.35, 2, 0, 1, 2},
    {0.8, 5, 1, 2, 2},  {0.9, 4, 1, 3, 3}, {0.9, 4, 0, 3, 1}, {0.2, 1, 0, 1, 1},
    {0.55, 3, 1, 2, 2}, {0.6, 3, 0, 2, 3}, {0.4, 2, 0, 1, 1}, {0.7, 5, 1, 3, 3},
};

enum { X, Y, LABEL, A, B };

static struct pairs columns(int x, int y)
{
    struct pairs pairs = {NULL, 0, 0};
    for (size_t i = 0; i < COUNT(table); i++)
        assert_int_equal(pairs_add(&pairs, table[i][x], table[i][y]), 0);
    return pairs;
}

static void assert_close(double got, double expected, double error)
{
    if (fabs(got - expected) <= error)
        return;
    print_error("%.17g is not %.17g\n", got, expected);
    fail();
}

static void assert_value(struct pairs pairs, enum agreement which, double expected)
{
    double value;
    assert_int_equal(agreement_value(&pairs, which, &value), 0);
    assert_close(value, expected, 1e-14);
    pairs_free(&pairs);
}

static void assert_none(struct pairs pairs, enum agreement which)
{
    double low = 7;
    double high = 7;
    assert_int_equal(agreement_value(&pairs, which, &low), 1);
    assert_int_equal(agreement_interval(&pairs, which, 0.95, &low, &high), 1);
    assert_close(low, 7, 0);
    assert_close(high, 7, 0);
    pairs_free(&pairs);
}

/* n pairs that follow one another in `values`. */
static struct pairs pairs_of(const double *values, size_t n)
{
    struct pairs pairs = {NULL, 0, 0};
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pairs_add(&pairs, values[2 * i], values[2 * i + 1]), 0);
    return pairs;
}

#define PAIRS(...)                                                                                 \
    pairs_of((const double[]){__VA_ARGS__},                                                        \
             sizeof((const double[]){__VA_ARGS__}) / sizeof(double) / 2)

/* ---- values ---- */

static void values_are_those_of_r(void **state)
{
    (void)state;
    /* cor(x, y, method = "spearman") */
    assert_value(columns(X, Y), SPEARMAN, 0.9101249376515465);
    /* wilcox.test(x[label == 1], x[label == 0])$statistic / (sum(label) * sum(!label)) */
    assert_value(columns(X, LABEL), AUC, 0.7857142857142857);
    /* t <- table(a, b) / 12; e <- sum(rowSums(t) * colSums(t)); (sum(diag(t)) - e) / (1 - e) */
    assert_value(columns(A, B), KAPPA, 0.625);
}

static void the_ends_are_reached(void **state)
{
    (void)state;
    assert_value(PAIRS(1, 10, 2, 20, 3, 400), SPEARMAN, 1);
    assert_value(PAIRS(1, 10, 2, 0, 3, -5), SPEARMAN, -1);
    assert_value(PAIRS(1, 0, 2, 0, 3, 1), AUC, 1);
    assert_value(PAIRS(1, 1, 2, 0, 3, 0), AUC, 0);
    assert_value(PAIRS(1, 1, 0, 0, 1, 1), KAPPA, 1);
    assert_value(PAIRS(1, 0, 0, 1), KAPPA, -1);
}

/* A judge who says the same of all is no judge, but one who agrees by chance has kappa 0. */
static void a_judge_who_tells_nothing_apart(void **state)
{
    (void)state;
    assert_value(PAIRS(0.5, 0, 0.5, 1, 0.5, 1), AUC, 0.5);
    assert_value(PAIRS(1, 0, 1, 1, 1, 1, 1, 0), KAPPA, 0);
    assert_none(PAIRS(0.5, 0, 0.5, 1, 0.5, 1), SPEARMAN);
}

static void what_cannot_be_compared_has_no_value(void **state)
{
    (void)state;
    for (int which = SPEARMAN; which <= KAPPA; which++) {
        assert_none((struct pairs){NULL, 0, 0}, (enum agreement)which);
        assert_none(PAIRS(1, 1, 1, 1, 1, 1, 1, 1), (enum agreement)which);
    }
    assert_none(PAIRS(1, 1, 2, 1, 3, 1), AUC); /* no 0 */
    assert_none(PAIRS(1, 0, 2, 0, 3, 0), AUC); /* no 1 */
}

/* Names of classes are the same for both judges, though each may use others. */
static void classes_that_one_judge_never_uses(void **state)
{
    (void)state;
    assert_value(PAIRS(1, 3, 2, 3, 3, 3, 1, 1), KAPPA, 3.0 / 11);
    assert_none(PAIRS(5, 5, 5, 5, 5, 5), KAPPA);
    assert_value(PAIRS(5, 6, 5, 6, 5, 6), KAPPA, 0);
}

/* ---- intervals ---- */

/* The same bootstrap in R, 20,000 times: quantile(…, c(a, 1 - a)) with
 * a <- pnorm(-qt(0.975, 11) * sqrt(12 / 11)). Two of 2,000 resamples may differ by so much. */
static void intervals_are_those_of_r(void **state)
{
    static const struct {
        int x, y;
        enum agreement which;
        double low, high;
    } cases[] = {
        {X, Y, SPEARMAN, 0.5253, 0.9871},
        {X, LABEL, AUC, 0.40625, 1},
        {A, B, KAPPA, 0.125, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pairs pairs = columns(cases[i].x, cases[i].y);
        double low;
        double high;
        assert_int_equal(agreement_interval(&pairs, cases[i].which, 0.95, &low, &high), 0);
        assert_close(low, cases[i].low, 0.03);
        assert_close(high, cases[i].high, 0.005);
        pairs_free(&pairs);
    }
}

/* A report must not say something else each time, nor when a query's plan changes. */
static void the_order_of_the_pairs_does_not_matter(void **state)
{
    double low[2];
    double high[2];
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        struct pairs pairs = {NULL, 0, 0};
        for (size_t i = 0; i < COUNT(table); i++) {
            const double *row = table[backwards ? COUNT(table) - 1 - i : i];
            assert_int_equal(pairs_add(&pairs, row[X], row[Y]), 0);
        }
        assert_int_equal(
            agreement_interval(&pairs, SPEARMAN, 0.9, &low[backwards], &high[backwards]), 0);
        pairs_free(&pairs);
    }
    assert_memory_equal(&low[0], &low[1], sizeof low[0]);
    assert_memory_equal(&high[0], &high[1], sizeof high[0]);
}

static void a_higher_level_is_a_wider_interval(void **state)
{
    struct pairs pairs = columns(X, Y);
    double low[2];
    double high[2];
    (void)state;
    assert_int_equal(agreement_interval(&pairs, SPEARMAN, 0.8, &low[0], &high[0]), 0);
    assert_int_equal(agreement_interval(&pairs, SPEARMAN, 0.99, &low[1], &high[1]), 0);
    assert_true(low[1] < low[0] && high[0] < high[1]);
    pairs_free(&pairs);
}

static void two_pairs_have_no_interval(void **state)
{
    struct pairs pairs = PAIRS(1, 1, 2, 2);
    double low;
    double high;
    (void)state;
    assert_int_equal(agreement_interval(&pairs, SPEARMAN, 0.95, &low, &high), 1);
    pairs_free(&pairs);
}

/* ---- coverage ---- */

static double uniform(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*seed >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    double r = sqrt(-2 * log(uniform(seed)));
    return r * cos(2 * M_PI * uniform(seed));
}

/* Two judges of normal scores with the correlation 0.6. For SPEARMAN the second gives five marks; for
 * the others what is above 0.3 is good, and for KAPPA what the first has above 0.2. */
static struct pairs draw(enum agreement which, size_t n, uint64_t *seed)
{
    struct pairs pairs = {NULL, 0, 0};
    for (size_t i = 0; i < n; i++) {
        double x = normal(seed);
        double y = 0.6 * x + 0.8 * normal(seed);
        double mark = which == SPEARMAN ? floor(fmax(-2, fmin(2, 1.5 * y))) : y > 0.3;
        assert_int_equal(pairs_add(&pairs, which == KAPPA ? x > 0.2 : x, mark), 0);
    }
    return pairs;
}

/* 95 of 100 intervals hold the truth, which is that of 200,000 pairs; of 300 intervals it may be 277
 * to 292 by chance, and a bootstrap of small samples is not exact. */
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    enum { SIMULATIONS = 300, SMALL = 30, LARGE = 100 };
    uint64_t seed = 1;
    (void)state;
    for (int which = SPEARMAN; which <= KAPPA; which++) {
        struct pairs all = draw((enum agreement)which, 200000, &seed);
        double truth;
        assert_int_equal(agreement_value(&all, (enum agreement)which, &truth), 0);
        pairs_free(&all);
        for (size_t n = SMALL; n <= LARGE; n += LARGE - SMALL) {
            int held = 0;
            for (int i = 0; i < SIMULATIONS; i++) {
                struct pairs pairs = draw((enum agreement)which, n, &seed);
                double low;
                double high;
                assert_int_equal(
                    agreement_interval(&pairs, (enum agreement)which, 0.95, &low, &high), 0);
                held += low <= truth && truth <= high;
                pairs_free(&pairs);
            }
            if (held < SIMULATIONS * 90 / 100 || held > SIMULATIONS * 98 / 100)
                print_error("measure %d, n %zu: %d of %d\n", which, n, held, SIMULATIONS);
            assert_in_range(held, SIMULATIONS * 90 / 100, SIMULATIONS * 98 / 100);
        }
    }
}

/* Judges who have nothing to do with each other are said to agree in no more than one of 40 cases or
 * so: the interval lies above 0 as rarely as its level says. */
static void noise_is_rarely_called_agreement(void **state)
{
    enum { SIMULATIONS = 400 };
    uint64_t seed = 3;
    int called = 0;
    (void)state;
    for (int i = 0; i < SIMULATIONS; i++) {
        struct pairs pairs = {NULL, 0, 0};
        double low;
        double high;
        for (int j = 0; j < 40; j++)
            assert_int_equal(pairs_add(&pairs, floor(4 * uniform(&seed)), normal(&seed)), 0);
        assert_int_equal(agreement_interval(&pairs, SPEARMAN, 0.95, &low, &high), 0);
        called += low > 0;
        pairs_free(&pairs);
    }
    assert_in_range(called, SIMULATIONS / 200, SIMULATIONS * 4 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_r),
        cmocka_unit_test(the_ends_are_reached),
        cmocka_unit_test(a_judge_who_tells_nothing_apart),
        cmocka_unit_test(what_cannot_be_compared_has_no_value),
        cmocka_unit_test(classes_that_one_judge_never_uses),
        cmocka_unit_test(intervals_are_those_of_r),
        cmocka_unit_test(the_order_of_the_pairs_does_not_matter),
        cmocka_unit_test(a_higher_level_is_a_wider_interval),
        cmocka_unit_test(two_pairs_have_no_interval),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
        cmocka_unit_test(noise_is_rarely_called_agreement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
