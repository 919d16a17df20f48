/*
 * test_stats.c -- the statistics against R 4.2.2, to 1e-9 relative. The R that gives a number
 * stands beside it; print with sprintf("%.17g", …).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "stats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Relative errors; cmocka's own comparison is of floats, and absolute. Critical values are better
 * than promised, which tells a wrong coefficient far down a series from none. */
#define assert_near(got, expected) near_at(got, expected, 1e-9, __FILE__, __LINE__)
#define assert_critical(got, expected) near_at(got, expected, 1e-12, __FILE__, __LINE__)

static void near_at(double got, double expected, double error, const char *file, int line)
{
    if (fabs(got - expected) <= error * fabs(expected))
        return;
    print_error("%.17g is not %.17g\n", got, expected);
    _fail(file, line);
}

/* Where exactly one value is right, whatever the rounding on the way. */
#define assert_same(got, expected) same_at(got, expected, __FILE__, __LINE__)

static void same_at(double got, double expected, const char *file, int line)
{
    if (memcmp(&got, &expected, sizeof got) == 0)
        return;
    print_error("%.17g is not %.17g\n", got, expected);
    _fail(file, line);
}

/* ---- critical values ---- */

static void normal_critical_values_are_those_of_r(void **state)
{
    /* qnorm((1 - level) / 2, lower.tail = FALSE) */
    static const struct {
        double level;
        double z;
    } cases[] = {
        {0.001, 0.0012533144654324167},  {0.5, 0.67448975019608171}, {0.9, 1.6448536269514726},
        {0.95, 1.9599639845400536},      {0.99, 2.5758293035488999}, {0.999, 3.2905267314918945},
        {1 - 1e-12, 7.1305098928792718},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_critical(normal_critical(cases[i].level), cases[i].z);
}

static void student_t_critical_values_are_those_of_r(void **state)
{
    /* qt((1 - level) / 2, df, lower.tail = FALSE) */
    static const struct {
        double level;
        double df;
        double t;
    } cases[] = {
        {0.5, 1, 1},
        {0.9, 1, 6.3137515146750447},
        {0.95, 1, 12.706204736174694},
        {0.999, 1, 636.6192487687191},
        {0.5, 2, 0.81649658092772592},
        {0.9, 2, 2.919985580353726},
        {0.95, 2, 4.3026527297494619},
        {0.999, 2, 31.599054576443603},
        {0.5, 5, 0.72668684380042292},
        {0.9, 5, 2.0150483733330238},
        {0.95, 5, 2.5705818356363137},
        {0.999, 5, 6.868826625881109},
        {0.5, 30, 0.68275569332129227},
        {0.9, 30, 1.6972608865939582},
        {0.95, 30, 2.0422724563012378},
        {0.999, 30, 3.6459586350420214},
        {0.5, 1e6, 0.67448999553108735},
        {0.9, 1e6, 1.6448551507220404},
        {0.95, 1e6, 1.9599663568141066},
        {0.999, 1e6, 3.2905364612486907},
        /* Not whole, as Welch's are. */
        {0.95, 1.5, 6.0166631044279288},
        {0.95, 7.3, 2.3450667365477025},
        /* On both sides of where the code takes another way. */
        {0.99, 199, 2.6007602160585064},
        {0.5, 200, 0.67571841140422018},
        {0.999, 9999, 3.2915000633009317},
        {0.999, 10001, 3.2914998686017523},
        /* Far out and close in. */
        {1 - 1e-12, 3, 13016.476782874568},
        {1 - 1e-12, 1e5, 7.1314341834003905},
        {0.001, 5, 0.001317153219093835},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_critical(student_t_critical(cases[i].level, cases[i].df), cases[i].t);
}

/* (1 - level) / 2 would have rounded most of 1e-9 away. */
static void a_tiny_level_keeps_its_digits(void **state)
{
    (void)state;
    /* 1e-9 / (2 * dnorm(0)) */
    assert_near(normal_critical(1e-9), 1.2533141373155002e-09);
    /* 1e-9 / (2 * dt(0, 5)) */
    assert_near(student_t_critical(1e-9, 5), 1.3171527620701362e-09);
    /* 1e-300 / (2 * dt(0, 1)) */
    assert_near(student_t_critical(1e-300, 1), 1.5707963267948965e-300);
}

/* The largest double below 1. With 1 degree of freedom t is tan(level * pi / 2). */
static void the_largest_level_has_a_finite_answer(void **state)
{
    const double level = 1 - DBL_EPSILON / 2;
    (void)state;
    /* 1 / tan(2^-53 * pi / 2) */
    assert_near(student_t_critical(level, 1), 5734161139222659);
    assert_true(isfinite(normal_critical(level)));
}

/* ---- the interval of a mean ---- */

static struct moments moments_of(const double *x, size_t n)
{
    struct moments m = {0};
    for (size_t i = 0; i < n; i++)
        moments_add(&m, x[i]);
    return m;
}

static void the_half_width_is_that_of_r(void **state)
{
    const double x[] = {4, 7, 13, 16};
    struct moments m = moments_of(x, COUNT(x));
    double width;
    (void)state;
    /* diff(t.test(c(4, 7, 13, 16))$conf.int) / 2 */
    assert_int_equal(moments_half_width(&m, 0.95, &width), 0);
    assert_near(width, 8.7154881472642955);
    /* diff(t.test(c(4, 7, 13, 16), conf.level = .9)$conf.int) / 2 */
    assert_int_equal(moments_half_width(&m, 0.9, &width), 0);
    assert_near(width, 6.4449511962439896);
}

/* Sums of squares would lose every digit of the spread here; times in seconds look so. */
static void a_large_offset_costs_no_digits(void **state)
{
    const double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    struct moments m = moments_of(x, COUNT(x));
    double width;
    (void)state;
    assert_int_equal(moments_half_width(&m, 0.95, &width), 0);
    assert_near(width, 8.7154881472642955);
}

static void equal_values_have_width_zero(void **state)
{
    const double x[] = {0.1, 0.1, 0.1};
    struct moments m = moments_of(x, COUNT(x));
    double width;
    (void)state;
    assert_int_equal(moments_half_width(&m, 0.95, &width), 0);
    assert_same(width, 0);
}

/* With 1 degree of freedom the interval is wide, but it is one. */
static void two_values_have_a_width(void **state)
{
    const double x[] = {4, 7};
    struct moments m = moments_of(x, COUNT(x));
    double width;
    (void)state;
    /* diff(t.test(c(4, 7))$conf.int) / 2 */
    assert_int_equal(moments_half_width(&m, 0.95, &width), 0);
    assert_near(width, 19.059307104262043);
}

static void fewer_than_two_values_have_no_width(void **state)
{
    struct moments m = {0};
    double width = 42;
    (void)state;
    assert_int_equal(moments_half_width(&m, 0.95, &width), -1);
    moments_add(&m, 5);
    assert_int_equal(moments_half_width(&m, 0.95, &width), -1);
    assert_same(width, 42);
}

/* SQL's 9e999 is an infinity: no width, rather than a number that means nothing. */
static void values_that_are_not_finite_have_no_width(void **state)
{
    static const double bad[] = {INFINITY, -INFINITY, NAN, DBL_MAX};
    double width = 42;
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        for (size_t at = 0; at < 3; at++) {
            double x[] = {1, 2, 3};
            x[at] = bad[i];
            struct moments m = moments_of(x, COUNT(x));
            assert_int_equal(moments_half_width(&m, 0.95, &width), -1);
        }
    }
    assert_same(width, 42);
}

/* Reports make their groups of smaller ones. */
static void joined_moments_are_those_of_all_values(void **state)
{
    const double x[] = {4, 7, 13, 16, 1e9, -2.5, 0.125};
    struct moments all = {0};
    double expected;
    (void)state;
    for (size_t i = 0; i < COUNT(x); i++)
        moments_add(&all, x[i]);
    assert_int_equal(moments_half_width(&all, 0.95, &expected), 0);
    for (size_t split = 0; split <= COUNT(x); split++) {
        struct moments first = {0};
        struct moments second = {0};
        double width;

        for (size_t i = 0; i < COUNT(x); i++)
            moments_add(i < split ? &first : &second, x[i]);
        moments_join(&first, &second);
        assert_int_equal(first.n, all.n);
        assert_near(first.mean, all.mean);
        assert_int_equal(moments_half_width(&first, 0.95, &width), 0);
        assert_near(width, expected);
    }
}

/* Else a report would show an interval, however small, where there is none. */
static void joined_moments_of_equal_values_have_width_zero(void **state)
{
    struct moments first = {0};
    struct moments second = {0};
    double width = NAN;
    (void)state;
    for (int i = 0; i < 5; i++) {
        moments_add(i < 2 ? &first : &second, 0.1);
        moments_add(i < 1 ? &first : &second, 0.1);
    }
    moments_join(&first, &second);
    assert_int_equal(first.n, 10);
    assert_same(first.mean, 0.1);
    assert_int_equal(moments_half_width(&first, 0.95, &width), 0);
    assert_same(width, 0);
}

/* What is in one and in neither. */
static void joining_nothing_changes_nothing(void **state)
{
    struct moments none = {0};
    struct moments m = {0};
    (void)state;
    moments_join(&m, &none);
    assert_int_equal(m.n, 0);
    assert_same(m.mean, 0);
    moments_add(&m, 0.3);
    moments_join(&m, &none);
    assert_same(m.mean, 0.3);
    moments_join(&none, &m);
    assert_int_equal(none.n, 1);
    assert_same(none.mean, 0.3);
}

/* ---- shares ---- */

static void wilson_intervals_are_those_of_r(void **state)
{
    /* prop.test(successes, n, conf.level = level, correct = FALSE)$conf.int; the last four are
     * also table I, method 3, of Newcombe, Statistics in Medicine 17(8), 1998, 857-872. */
    static const struct {
        double successes;
        double n;
        double level;
        double low;
        double high;
    } cases[] = {
        {0, 10, 0.95, 0, 0.27753279986288915},
        {10, 10, 0.95, 0.72246720013711085, 1},
        {3, 10, 0.95, 0.10779126740630104, 0.60322185253885452},
        {3, 10, 0.9, 0.12687658390319789, 0.55830020413016479},
        {1, 1000, 0.999, 7.8441986219502023e-05, 0.012611720609224789},
        {500000, 1000000, 0.99, 0.49871208962079455, 0.50128791037920539},
        {81, 263, 0.95, 0.25528851987827428, 0.36620957698280016},
        {15, 148, 0.95, 0.062386399530736283, 0.160487241723308},
        {0, 20, 0.95, 0, 0.1611251580528193},
        {1, 29, 0.95, 0.006113214292762661, 0.17175521879320282},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_near(wilson_low(cases[i].successes, cases[i].n, cases[i].level), cases[i].low);
        assert_near(wilson_high(cases[i].successes, cases[i].n, cases[i].level), cases[i].high);
    }
}

/* A share above 1 or below 0 in a report would be laughed at. */
static void wilson_ends_stay_within_0_and_1(void **state)
{
    static const double counts[] = {DBL_MIN, 1e-300, 0.5, 1, 7, 1e3, 1e15, 1e300, DBL_MAX};
    static const double shares[] = {0, 1e-17, 0.1, 0.5, 1 - 1e-15, 1 - DBL_EPSILON / 2, 1};
    static const double levels[] = {1e-300, 0.01, 0.5, 0.95, 0.999, 1 - DBL_EPSILON / 2};
    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        for (size_t j = 0; j < COUNT(shares); j++) {
            for (size_t k = 0; k < COUNT(levels); k++) {
                double successes = shares[j] * counts[i];
                double low = wilson_low(successes, counts[i], levels[k]);
                double high = wilson_high(successes, counts[i], levels[k]);
                if (!(low >= 0 && low <= high && high <= 1))
                    fail_msg("%g of %g at %g: %.17g to %.17g", successes, counts[i], levels[k], low,
                             high);
            }
        }
        assert_same(wilson_low(0, counts[i], 0.95), 0);
        assert_same(wilson_high(counts[i], counts[i], 0.95), 1);
    }
    /* Here rounding goes past 1 on the way. */
    for (int n = 1; n < 1000; n++)
        assert_true(wilson_high(nextafter(n, 0), n, 0.95) <= 1);
}

/* ---- percentiles ---- */

static struct sample sample_of(const double *x, size_t n)
{
    struct sample s = {0};
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sample_add(&s, x[i]), 0);
    return s;
}

static double percentile_of(const struct sample *s, double percent)
{
    double value = NAN;
    assert_int_equal(sample_percentile(s, percent, &value), 0);
    return value;
}

static void percentiles_are_those_of_r(void **state)
{
    const double x[] = {11, 1, 9, 4, 11, 6, 8, 7, 11};
    /* quantile(c(11, 1, 9, 4, 11, 6, 8, 7, 11), percent / 100, type = 7) */
    static const struct {
        double percent;
        double value;
    } cases[] = {
        {0, 1},   {12.5, 4}, {15, 4.4000000000000004}, {20, 5.2000000000000002}, {50, 8}, {80, 11},
        {89, 11}, {100, 11}};
    struct sample s = sample_of(x, COUNT(x));
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_near(percentile_of(&s, cases[i].percent), cases[i].value);
    sample_free(&s);
}

/* As sample() packs them: not aligned, and more at once than there is room for. */
static void values_may_be_added_many_at_once(void **state)
{
    double x[1000];
    char bytes[sizeof x + 1];
    struct sample s = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)(i * 7919 % COUNT(x));
    memcpy(bytes + 1, x, sizeof x);
    assert_int_equal(sample_add(&s, 1000), 0);
    assert_int_equal(sample_add_all(&s, bytes + 1, COUNT(x)), 0);
    assert_int_equal(sample_add_all(&s, bytes + 1, 1), 0);
    assert_int_equal(s.n, 1002);
    assert_same(percentile_of(&s, 100), 1000);
    assert_near(percentile_of(&s, 50), 499.5);
    sample_free(&s);
}

static void an_empty_sample_has_no_percentile(void **state)
{
    struct sample s = {0};
    double value = 42;
    (void)state;
    assert_int_equal(sample_percentile(&s, 50, &value), -1);
    assert_same(value, 42);
    sample_free(&s);
}

static void one_value_is_every_percentile(void **state)
{
    const double x[] = {-3.25};
    struct sample s = sample_of(x, 1);
    (void)state;
    assert_same(percentile_of(&s, 0), -3.25);
    assert_same(percentile_of(&s, 37), -3.25);
    assert_same(percentile_of(&s, 100), -3.25);
    sample_free(&s);
}

static int by_value(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* With n = 101 the percents are the ranks, so no interpolation hides a wrong one. */
static void check_against_a_sort(double *x)
{
    struct sample s = sample_of(x, 101);
    qsort(x, 101, sizeof *x, by_value);
    for (int percent = 0; percent <= 100; percent++) {
        assert_near(percentile_of(&s, percent), x[percent]);
        if (percent < 100)
            assert_near(percentile_of(&s, percent + 0.5), x[percent] / 2 + x[percent + 1] / 2);
    }
    sample_free(&s);
}

/* Signs, magnitudes and ties, in orders that have made other selections slow or wrong. */
static void selection_agrees_with_sorting(void **state)
{
    double x[101];
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 101; i++)
        x[i] = i;
    check_against_a_sort(x);
    for (int i = 0; i < 101; i++)
        x[i] = -i * 1e-310; /* subnormal, downwards */
    check_against_a_sort(x);
    for (int i = 0; i < 101; i++)
        x[i] = i < 50 ? i : 100 - i; /* organ pipe, each value twice */
    check_against_a_sort(x);
    for (int i = 0; i < 101; i++)
        x[i] = ldexp(i % 2 ? 1 : -1, i * 20 - 1000); /* every part of the range */
    check_against_a_sort(x);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 101; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            /* Few different values in early rounds, many in late ones. */
            x[i] = (double)(seed >> 33) * 0x1p-31 - 0.5;
            x[i] = round < 25 ? floor(x[i] * (round + 1)) : x[i];
        }
        check_against_a_sort(x);
    }
}

/* high - low is infinite here. */
static void interpolation_does_not_overflow(void **state)
{
    const double x[] = {DBL_MAX, -DBL_MAX};
    struct sample s = sample_of(x, COUNT(x));
    (void)state;
    assert_near(percentile_of(&s, 75), DBL_MAX / 2);
    assert_near(percentile_of(&s, 0), -DBL_MAX);
    sample_free(&s);
}

/* A moving frame takes values out in the order they came, not in their own. */
static void a_removed_value_counts_no_more(void **state)
{
    const double x[] = {5, 1, 5, 9};
    struct sample s = sample_of(x, COUNT(x));
    (void)state;
    sample_remove(&s, 5);
    assert_int_equal(s.n, 3);
    assert_same(percentile_of(&s, 50), 5);
    sample_remove(&s, 5);
    assert_same(percentile_of(&s, 50), 5); /* between 1 and 9 */
    sample_remove(&s, 9);
    assert_same(percentile_of(&s, 50), 1);
    sample_remove(&s, 7);
    assert_int_equal(s.n, 1);
    sample_remove(&s, 1);
    assert_int_equal(s.n, 0);
    sample_free(&s);
}

/* ASan would rather stop than let realloc say no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* No machine has that much: realloc refuses half as much again as the first size; that of the
 * second does not fit size_t, and what is left of it would be a few bytes. */
static void a_sample_that_cannot_grow_stays_as_it_was(void **state)
{
    static const size_t sizes[] = {SIZE_MAX / 64, SIZE_MAX / sizeof(double) / 3 * 2};
    const double x[] = {1, 2, 3};
    struct sample s = sample_of(x, COUNT(x));
    const struct sample before = s;
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        s.n = sizes[i];
        s.cap = sizes[i];
        assert_int_equal(sample_add(&s, 4), -1);
        assert_ptr_equal(s.at, before.at);
        assert_int_equal(s.n, sizes[i]);
        assert_int_equal(s.cap, sizes[i]);
    }
    s = before;
    assert_same(percentile_of(&s, 50), 2);
    sample_free(&s);
    assert_null(s.at);
    assert_int_equal(s.cap, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_critical_values_are_those_of_r),
        cmocka_unit_test(student_t_critical_values_are_those_of_r),
        cmocka_unit_test(a_tiny_level_keeps_its_digits),
        cmocka_unit_test(the_largest_level_has_a_finite_answer),
        cmocka_unit_test(the_half_width_is_that_of_r),
        cmocka_unit_test(a_large_offset_costs_no_digits),
        cmocka_unit_test(equal_values_have_width_zero),
        cmocka_unit_test(two_values_have_a_width),
        cmocka_unit_test(fewer_than_two_values_have_no_width),
        cmocka_unit_test(values_that_are_not_finite_have_no_width),
        cmocka_unit_test(joined_moments_are_those_of_all_values),
        cmocka_unit_test(joined_moments_of_equal_values_have_width_zero),
        cmocka_unit_test(joining_nothing_changes_nothing),
        cmocka_unit_test(wilson_intervals_are_those_of_r),
        cmocka_unit_test(wilson_ends_stay_within_0_and_1),
        cmocka_unit_test(percentiles_are_those_of_r),
        cmocka_unit_test(values_may_be_added_many_at_once),
        cmocka_unit_test(an_empty_sample_has_no_percentile),
        cmocka_unit_test(one_value_is_every_percentile),
        cmocka_unit_test(selection_agrees_with_sorting),
        cmocka_unit_test(interpolation_does_not_overflow),
        cmocka_unit_test(a_removed_value_counts_no_more),
        cmocka_unit_test(a_sample_that_cannot_grow_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
