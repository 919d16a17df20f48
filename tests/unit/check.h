/*
 * check.h -- what the unit tests share: comparisons that show what was there instead.
 */
#ifndef LIGHTNING_TESTS_CHECK_H
#define LIGHTNING_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>

#include "bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A literal that may hold NULs, as two arguments of a table's row. */
#define LITERAL(text) (text), sizeof(text) - 1

static inline struct bytes text_of_literal(const char *text)
{
    return (struct bytes){text, strlen(text)};
}

/* Prints bytes with all that is not plain ASCII as \x.., the first few of many. */
static inline void show_bytes(struct bytes b)
{
    if (!b.at) {
        print_error("nothing");
        return;
    }
    print_error("\"");
    for (size_t i = 0; i < b.n && i < 200; i++) {
        unsigned char c = (unsigned char)b.at[i];
        print_error(c >= ' ' && c < 0x7F ? "%c" : "\\x%02x", c);
    }
    print_error(b.n > 200 ? "\"... (%zu bytes)" : "\" (%zu bytes)", b.n);
}

#define assert_bytes(got, expected) bytes_at(got, expected, __FILE__, __LINE__)
#define assert_text(got, text) bytes_at(got, text_of_literal(text), __FILE__, __LINE__)

static inline void bytes_at(struct bytes got, struct bytes expected, const char *file, int line)
{
    if (got.at && bytes_equal(got, expected))
        return;
    show_bytes(got);
    print_error(" is not ");
    show_bytes(expected);
    print_error("\n");
    _fail(file, line);
}

/* Where exactly one value is right; -0.0 is not 0.0, and a NaN is a NaN. */
#define assert_double(got, expected) double_at(got, expected, __FILE__, __LINE__)

static inline void double_at(double got, double expected, const char *file, int line)
{
    if (memcmp(&got, &expected, sizeof got) == 0 || (got != got && expected != expected))
        return;
    print_error("%.17g is not %.17g\n", got, expected);
    _fail(file, line);
}

/* A copy in memory of exactly this size, so that a sanitizer or valgrind sees a read beyond it. To
 * be released with free((char *)copy.at). */
static inline struct bytes exact_copy(struct bytes b)
{
    char *at = malloc(b.n > 0 ? b.n : 1);
    assert_non_null(at);
    if (b.n > 0)
        memcpy(at, b.at, b.n);
    return (struct bytes){at, b.n};
}

/* Pseudo-random numbers, the same in every run. */
static inline uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

#endif
