/*
 * test_json_numbers.c -- numbers in JSON: which are accepted, and that each is what strtod() makes
 * of it, to the last bit.
 */
#include "check.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "json.h"

/* Reads the number that is the whole document, in memory of exactly its size. */
static double number_in(struct bytes document)
{
    struct bytes copy = exact_copy(document);
    struct json_reader r;
    double number = 42;
    reader_open(&r, copy);
    if (!reader_number(&r, &number) || !reader_finish(&r)) {
        show_bytes(document);
        fail_msg(": expected %s at byte %zu", r.expected, reader_offset(&r));
    }
    free((char *)copy.at);
    return number;
}

static void assert_like_strtod(const char *text)
{
    double got = number_in(text_of_literal(text));
    double expected = strtod(text, NULL);
    if (memcmp(&got, &expected, sizeof got) != 0)
        fail_msg("%.60s is %.17g, not %.17g", text, got, expected);
}

static void what_python_writes_for_numbers_is_read(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0},
        {"-0", -0.0},
        {"0.0", 0},
        {"-0.0", -0.0},
        {"1", 1},
        {"-1.0", -1},
        {"1234.5678", 1234.5678},
        {"1e5", 1e5},
        {"1E+5", 1e5},
        {"1e-05", 1e-5},
        {"1.5e+300", 1.5e300},
        {"9007199254740992", 9007199254740992.0},
        {"9007199254740993", 9007199254740992.0},
        {"9223372036854775807", 9223372036854775808.0},
        {"18446744073709551616", 18446744073709551616.0},
        {"1.7976931348623157e+308", DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"5e-324", 5e-324},
        {"1e-400", 0},
        {"-1e-400", -0.0},
        {"0e999999999999999999999", 0},
        {"0.1", 0.1},
        {"0.30000000000000004", 0.1 + 0.2},
        {"1730000000.1234567", 1730000000.1234567},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_double(number_in(text_of_literal(cases[i].text)), cases[i].value);
}

/* json.dumps writes these three words; the column is then NULL, and the trace is flagged. */
static void what_is_not_finite_is_read_as_such(void **state)
{
    (void)state;
    assert_true(isnan(number_in(BYTES("NaN"))));
    assert_double(number_in(BYTES("Infinity")), INFINITY);
    assert_double(number_in(BYTES("-Infinity")), -INFINITY);
    assert_double(number_in(BYTES("1e400")), INFINITY);
    assert_double(number_in(BYTES("-1e400")), -INFINITY);
    assert_double(number_in(BYTES("1.7976931348623159e308")), INFINITY);
    assert_double(number_in(BYTES("1e999999999999999999999999")), INFINITY);
}

static void what_is_no_number_in_json_is_rejected(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
        size_t offset;
    } cases[] = {
        {"01", "the end of the document", 1},
        {"-01", "the end of the document", 2},
        {"00", "the end of the document", 1},
        {"1.", "a digit", 2},
        {"1.e5", "a digit", 2},
        {"-.5", "a digit", 1},
        {".5", "a value", 0},
        {"+1", "a value", 0},
        {"-", "a digit", 1},
        {"--1", "a digit", 1},
        {"- 1", "a digit", 1},
        {"1e", "a digit", 2},
        {"1e+", "a digit", 3},
        {"1E-x", "a digit", 3},
        {"1e1.5", "the end of the document", 3},
        {"1.2.3", "the end of the document", 3},
        {"0x10", "the end of the document", 1},
        {"1_000", "the end of the document", 1},
        {"1,5", "the end of the document", 1},
        {"-NaN", "a digit", 1},
        {"+Infinity", "a value", 0},
        {"nan", "a value", 0},
        {"NAN", "a value", 0},
        {"inf", "a value", 0},
        {"Infinite", "a value", 0},
        {"-infinity", "a digit", 1},
        {"-Inf", "the rest of a word", 4},
        {"Na", "the rest of a word", 2},
        {"NaN5", "the end of the document", 3},
        {"\xef\xbc\x91", "a value", 0},
        {"1\xc2\xa0", "the end of the document", 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes copy = exact_copy(text_of_literal(cases[i].text));
        struct json_reader r;
        reader_open(&r, copy);
        bool good = reader_skip(&r, NULL) && reader_finish(&r);
        if (good || strcmp(r.expected, cases[i].expected) != 0 ||
            reader_offset(&r) != cases[i].offset)
            fail_msg("%s: expected %s at byte %zu", cases[i].text, good ? "nothing" : r.expected,
                     reader_offset(&r));
        free((char *)copy.at);
    }
}

/* A loop over elements goes on where the number ended. */
static void a_number_ends_where_it_ends(void **state)
{
    static const char *const after[] = {"]", " ]", ",1]", "\n,1]"};
    static const char *const numbers[] = {"7", "7.25", "7e3", "9007199254740993", "NaN", "-0"};
    (void)state;
    for (size_t i = 0; i < COUNT(after); i++) {
        for (size_t j = 0; j < COUNT(numbers); j++) {
            struct buffer b = {0};
            struct json_reader r;
            double number;
            buffer_format(&b, "[%s%s", numbers[j], after[i]);
            reader_open(&r, buffer_bytes(&b));
            assert_true(reader_enter(&r, JSON_ARRAY) && reader_next_element(&r));
            assert_true(reader_number(&r, &number));
            assert_int_equal(reader_offset(&r), 1 + strlen(numbers[j]));
            buffer_free(&b);
        }
    }
}

/* ---- against strtod ---- */

/* The shortest form, as Python writes it, has up to 17 digits; %.17g always has. */
static void random_doubles_come_back_to_the_last_bit(void **state)
{
    uint64_t seed = 20241201;
    (void)state;
    for (int i = 0; i < 60000; i++) {
        char text[64];
        double number;
        uint64_t bits = random_next(&seed);
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number))
            continue;
        snprintf(text, sizeof text, "%.17g", number);
        assert_double(number_in(text_of_literal(text)), number);
        snprintf(text, sizeof text, "%.*g", (int)(1 + bits % 17), number);
        assert_like_strtod(text);
    }
}

/* Latencies, rewards, timestamps: plain decimals, for which there is a short way of 2^53 and ten to
 * the 22nd at most; its limits from both sides. */
static void plain_decimals_are_what_strtod_makes_of_them(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        char digits[40];
        char text[64];
        uint64_t random = random_next(&seed);
        uint64_t integer =
            i % 4 == 0 ? UINT64_C(9007199254740992) - 8 + random % 16 : random >> (random % 61);
        int places = (int)(random_next(&seed) % 26);
        snprintf(digits, sizeof digits, "%0*" PRIu64, places + 1, integer);
        size_t whole = strlen(digits) - (size_t)places;
        snprintf(text, sizeof text, "%s%.*s%s%s", i % 2 ? "-" : "", (int)whole, digits,
                 places > 0 ? "." : "", digits + whole);
        if (digits[0] == '0' && whole > 1)
            continue;
        assert_like_strtod(text);
    }
}

/* A process that speaks German has a comma there; the file has none. */
static void a_locale_with_a_decimal_comma_changes_nothing(void **state)
{
    static const char source[] = "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\n"
                                 "grouping 3;3\nEND LC_NUMERIC\n";
    char folder[] = "/tmp/lightning-test-XXXXXX";
    struct buffer command = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    buffer_format(
        &command,
        "cd %s && cat >source <<'end' && localedef -c -i source ./comma >log 2>&1\n%send\n", folder,
        source);
    buffer_append_byte(&command, '\0');
    setenv("LOCPATH", folder, 1);
    /* It warns of all the rest of a locale that is missing, and then does not return 0. */
    bool comma = system(command.at) != -1 && setlocale(LC_NUMERIC, "comma") &&
                 strcmp(localeconv()->decimal_point, ",") == 0;
    buffer_clear(&command);
    buffer_format(&command, "rm -r %s", folder);
    buffer_append_byte(&command, '\0');
    assert_int_equal(system(command.at), 0);
    buffer_free(&command);
    if (!comma) {
        print_message("no localedef here to make a locale with a comma\n");
        skip();
    }
    assert_true(strtod("1,5", NULL) == 1.5);
    assert_double(number_in(BYTES("1.5")), 1.5);
    assert_double(number_in(BYTES("1.5e0")), 1.5);
    assert_double(number_in(BYTES("0.30000000000000004")), 0.1 + 0.2);
    assert_double(number_in(BYTES("1234567.123456789012345")), 1234567.123456789012345);
    setlocale(LC_NUMERIC, "C");
}

/* ---- long numbers ---- */

/* before, then n times `digit`, then after */
static struct bytes long_number(const char *before, size_t n, char digit, const char *after)
{
    struct buffer b = {0};
    buffer_format(&b, "%s", before);
    for (size_t i = 0; i < n; i++)
        buffer_append_byte(&b, digit);
    buffer_format(&b, "%s", after);
    buffer_append_byte(&b, '\0');
    return (struct bytes){b.at, b.n - 1};
}

/* Python's integers have no end. */
static void an_integer_of_five_thousand_digits_is_beyond_a_double(void **state)
{
    struct bytes positive = long_number("1", 4999, '0', "");
    struct bytes negative = long_number("-", 5000, '9', "");
    struct bytes largest = long_number("1", 308, '0', "");
    (void)state;
    assert_double(number_in(positive), INFINITY);
    assert_double(number_in(negative), -INFINITY);
    assert_double(number_in(largest), 1e308);
    free((char *)positive.at);
    free((char *)negative.at);
    free((char *)largest.at);
}

/* However many digits it is written with, a number has one value. */
static void digits_without_end_are_read_like_strtod_reads_them(void **state)
{
    static const struct {
        const char *before;
        char digit;
        const char *after;
    } cases[] = {
        {"1.", '0', ""},
        {"-0.", '3', ""},
        {"0.", '0', "1"},
        {"0.1", '0', ""},
        {"0.", '0', "123e1000"},
        {"-0.", '0', "0"},
        {"", '9', "e-700"},
        {"1", '0', "e-1000"},
        {"1", '0', "E-01000"},
        {"1", '0', "e-5000"},
        {"1", '0', ".5e-1000"},
        {"12.5", '6', "E+10"},
        {"12.5", '6', "e99999999999999999999"},
        {"12.5", '6', "e-99999999999999999999"},
        {"123456789", '1', ".25e-1100"},
        /* Half way between two doubles, and the smallest bit above it. */
        {"9007199254740993.", '0', ""},
        {"9007199254740993.", '0', "1"},
        {"9007199254740993", '0', "e-800"},
        {"9007199254740993", '0', "e-1000"},
        {"-9007199254740993", '0', "1e-801"},
        {"-9007199254740993", '0', "1e-1001"},
    };
    static const size_t lengths[] = {790, 798, 799,  800,  801,  802,  830,  838, 839,
                                     840, 841, 1000, 1099, 1100, 1101, 3000, 5000};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t j = 0; j < COUNT(lengths); j++) {
            struct bytes text =
                long_number(cases[i].before, lengths[j], cases[i].digit, cases[i].after);
            assert_like_strtod(text.at);
            free((char *)text.at);
        }
    }
}

/* Halves a number in text, whose fraction has room for one more digit. */
static void halve(char *text)
{
    int carry = 0;
    for (; *text; text++) {
        if (*text == '.')
            continue;
        int digit = carry * 10 + (*text - '0');
        *text = (char)('0' + digit / 2);
        carry = digit % 2;
    }
}

/* Half way between two doubles stands a number of up to 767 digits, and the last of them decides. */
static void the_last_of_many_digits_decides(void **state)
{
    static const struct {
        const char *number;
        int halvings;
    } half_way[] = {
        {"1", 1075}, /* of the smallest */
        {"3", 1075},
        {"9007199254740991", 1075}, /* the last before the normal ones */
        {"9007199254740993", 53},   /* from 1 to the next */
        {"9007199254740995", 0},
    };
#define SIXTY_ZEROS "000000000000000000000000000000000000000000000000000000000000"
    static const char *const tails[] = {"", "1", SIXTY_ZEROS, SIXTY_ZEROS "1", SIXTY_ZEROS "1000"};
    (void)state;
    for (size_t i = 0; i < COUNT(half_way); i++) {
        char text[1300];
        int n = snprintf(text, sizeof text, "%s.%01080d", half_way[i].number, 0);
        for (int k = 0; k < half_way[i].halvings; k++)
            halve(text);
        char *start = text + strspn(text, "0");
        start -= *start == '.';
        for (size_t k = 0; k < COUNT(tails); k++) {
            strcpy(text + n, tails[k]);
            assert_like_strtod(start);
        }
        /* One less in the last digit that is not 0. */
        text[n] = '\0';
        while (text[--n] == '0' || text[n] == '.')
            ;
        text[n]--;
        assert_like_strtod(start);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_python_writes_for_numbers_is_read),
        cmocka_unit_test(what_is_not_finite_is_read_as_such),
        cmocka_unit_test(what_is_no_number_in_json_is_rejected),
        cmocka_unit_test(a_number_ends_where_it_ends),
        cmocka_unit_test(random_doubles_come_back_to_the_last_bit),
        cmocka_unit_test(plain_decimals_are_what_strtod_makes_of_them),
        cmocka_unit_test(a_locale_with_a_decimal_comma_changes_nothing),
        cmocka_unit_test(an_integer_of_five_thousand_digits_is_beyond_a_double),
        cmocka_unit_test(digits_without_end_are_read_like_strtod_reads_them),
        cmocka_unit_test(the_last_of_many_digits_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
