#include "decimal.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Plain decimals whose digits make an integer up to 2^53 are exact in one division.
 * Source: Clinger, "How to read floating point numbers accurately", PLDI 1990. Returns false when
 * the number is of another kind. */
static bool convert_short(const char *p, const char *end, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool negative = *p == '-';
    if (negative)
        p++;
    uint64_t digits = 0;
    int fraction = 0;
    bool in_fraction = false;
    for (; p < end; p++) {
        if (*p == '.') {
            in_fraction = true;
            continue;
        }
        if (*p < '0' || *p > '9')
            return false;
        digits = digits * 10 + (uint64_t)(*p - '0');
        if (digits > UINT64_C(9007199254740992)) /* 2^53 */
            return false;
        fraction += in_fraction;
    }
    if (fraction > 22)
        return false;
    double value = (double)digits / power[fraction];
    *out = negative ? -value : value;
    return true;
}

/* The exponent written at p, 0 when there is none; one beyond any use as 10^12. */
static int64_t read_exponent(const char *p, const char *end)
{
    int64_t exponent = 0;
    bool negative = end - p > 1 && p[1] == '-';
    for (; p < end; p++)
        if (*p >= '0' && *p <= '9' && exponent < INT64_C(1000000000000))
            exponent = exponent * 10 + (*p - '0');
    return negative ? -exponent : exponent;
}

/* A double is decided by 767 digits and by whether anything but zeros follows them. */
#define MOST_DIGITS 800
#define MOST_BYTES (MOST_DIGITS + 40)

/* Copies a number of any length as one of MOST_BYTES with the same value to a double: the first
 * digits but leading zeros, a 1 for others that are not all zeros, and the exponent of the last. */
static void copy_shortened(const char *p, const char *end, char copy[MOST_BYTES])
{
    int64_t exponent = 0;
    size_t digits = 0;
    bool in_fraction = false;
    bool more = false;
    if (*p == '-')
        *copy++ = *p++;
    *copy++ = '0';
    for (; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            in_fraction = true;
        } else if (digits == MOST_DIGITS) {
            more = more || *p != '0';
            exponent += !in_fraction;
        } else {
            if (digits > 0 || *p != '0')
                copy[digits++] = *p;
            exponent -= in_fraction;
        }
    }
    exponent += read_exponent(p, end);
    snprintf(copy + digits, MOST_BYTES - 2 - digits, "%se%" PRId64, more ? "1" : "",
             exponent - more);
}

/* The slow way; always in the C locale, whatever the process has set. */
static double convert_long(const char *at, size_t n)
{
    char copy[MOST_BYTES];
    if (n < sizeof copy) {
        memcpy(copy, at, n);
        copy[n] = '\0';
    } else {
        copy_shortened(at, at + n, copy);
    }
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0)
        return NAN;
    double value = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
    return value;
}

double decimal_to_double(struct bytes number)
{
    double value;
    if (convert_short(number.at, number.at + number.n, &value))
        return value;
    return convert_long(number.at, number.n);
}
