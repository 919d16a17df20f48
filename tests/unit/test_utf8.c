/*
 * test_utf8.c -- code points, against Table 3-7 of the Unicode Standard and Python's casefold().
 */
#include "check.h"

#include "utf8.h"

/* Unicode 15, Table 3-7, Well-Formed UTF-8 Byte Sequences: per line the lead bytes, the second byte,
 * and how many bytes there are; the third and fourth are always 80..BF. */
static const struct {
    unsigned char lead[2];
    unsigned char second[2];
    size_t size;
} well_formed[] = {
    {{0x00, 0x7F}, {0, 0}, 1},       {{0xC2, 0xDF}, {0x80, 0xBF}, 2},
    {{0xE0, 0xE0}, {0xA0, 0xBF}, 3}, {{0xE1, 0xEC}, {0x80, 0xBF}, 3},
    {{0xED, 0xED}, {0x80, 0x9F}, 3}, {{0xEE, 0xEF}, {0x80, 0xBF}, 3},
    {{0xF0, 0xF0}, {0x90, 0xBF}, 4}, {{0xF1, 0xF3}, {0x80, 0xBF}, 4},
    {{0xF4, 0xF4}, {0x80, 0x8F}, 4},
};

static bool within(unsigned char byte, const unsigned char range[2])
{
    return byte >= range[0] && byte <= range[1];
}

/* The size of the well-formed sequence at the start of n bytes, or 0; *cut when they are only the
 * beginning of one. */
static size_t size_by_the_table(const unsigned char *p, size_t n, bool *cut)
{
    static const unsigned char tail[2] = {0x80, 0xBF};
    *cut = false;
    for (size_t i = 0; i < COUNT(well_formed); i++) {
        size_t size = well_formed[i].size;
        if (!within(p[0], well_formed[i].lead))
            continue;
        if (size > 1 && n > 1 && !within(p[1], well_formed[i].second))
            return 0;
        for (size_t k = 2; k < size && k < n; k++)
            if (!within(p[k], tail))
                return 0;
        *cut = n < size;
        return n < size ? 0 : size;
    }
    return 0;
}

/* Each lead byte with what matters behind it: exactly the sequences of the table are valid. */
static void exactly_the_well_formed_sequences_are_valid(void **state)
{
    static const unsigned char after[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC0, 0xC2, 0xE1, 0xFF};
    const size_t choices = COUNT(after);
    (void)state;
    for (size_t i = 0; i < 256 * choices * choices * choices; i++) {
        unsigned char p[4] = {(unsigned char)(i % 256), after[i / 256 % choices],
                              after[i / 256 / choices % choices],
                              after[i / 256 / choices / choices]};
        for (size_t n = 1; n <= 4; n++) {
            struct bytes text = {(const char *)p, n};
            bool cut;
            size_t expected = size_by_the_table(p, n, &cut);
            size_t size;
            uint32_t c = utf8_read(text, &size);
            bool valid = !(c == UTF8_REPLACEMENT && size == 1);
            if (valid != (expected > 0) || size != (expected > 0 ? expected : 1)) {
                show_bytes(text);
                fail_msg(" reads as U+%04X of %zu bytes", (unsigned)c, size);
            }
            if (utf8_is_cut(text) != (cut && n < 4)) {
                show_bytes(text);
                fail_msg(" is %scut", cut ? "not " : "");
            }
            if ((utf8_valid_prefix(text) == 0) != (expected == 0)) {
                show_bytes(text);
                fail_msg(" has a valid prefix of %zu", utf8_valid_prefix(text));
            }
        }
    }
}

static void every_code_point_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char utf8[4];
        size_t size = 0;
        size_t n = utf8_write(utf8, c);
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        uint32_t got = utf8_read((struct bytes){utf8, n}, &size);
        if (got != c || size != n)
            fail_msg("U+%04X reads as U+%04X of %zu bytes", (unsigned)c, (unsigned)got, size);
        if (n != (c < 0x80 ? 1U : c < 0x800 ? 2U : c < 0x10000 ? 3U : 4U))
            fail_msg("U+%04X is written in %zu bytes", (unsigned)c, n);
    }
}

/* Written by many a JavaScript, and rejected by Python's decoder. */
static void a_surrogate_is_no_character(void **state)
{
    size_t size;
    (void)state;
    assert_int_equal(utf8_read(BYTES("\xed\xa0\x80"), &size), UTF8_REPLACEMENT);
    assert_int_equal(size, 1);
    assert_int_equal(utf8_valid_prefix(BYTES("ok\xed\xbf\xbf")), 2);
    assert_int_equal(utf8_valid_prefix(BYTES("ok\xed\x9f\xbf")), 5);
}

/* U+FFFD that stands in the text is a character like any other. */
static void a_replacement_character_is_valid(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid_prefix(BYTES("a\xef\xbf\xbd\x62")), 5);
}

static void the_valid_prefix_ends_before_the_first_bad_byte(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid_prefix(BYTES("")), 0);
    assert_int_equal(utf8_valid_prefix(BYTES("plain")), 5);
    assert_int_equal(utf8_valid_prefix(BYTES("a\0b")), 3);
    assert_int_equal(utf8_valid_prefix(BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")), 9);
    assert_int_equal(utf8_valid_prefix(BYTES("\xc3\xa9\xe2\x82")), 2);
    assert_int_equal(utf8_valid_prefix(BYTES("\x80")), 0);
}

/* A file that is still being written ends anywhere: what is cut is not wrong. */
static void only_a_strict_beginning_is_cut(void **state)
{
    (void)state;
    assert_false(utf8_is_cut(BYTES("")));
    assert_false(utf8_is_cut(BYTES("a")));
    assert_false(utf8_is_cut(BYTES("\xc3\xa9")));
    assert_true(utf8_is_cut(BYTES("\xc3")));
    assert_true(utf8_is_cut(BYTES("\xed\x9f")));
    assert_false(utf8_is_cut(BYTES("\xed\xa0")));
    assert_true(utf8_is_cut(BYTES("\xf4\x8f\xbf")));
    assert_false(utf8_is_cut(BYTES("\xf4\x90")));
    assert_false(utf8_is_cut(BYTES("a\xc3")));
}

/* The rewards go by this number: 200 characters of Greek are 200, not 400. */
static void length_counts_code_points(void **state)
{
    char text[4 * 300];
    (void)state;
    for (size_t width = 1; width <= 4; width++) {
        static const uint32_t of_width[] = {'a', 0x3B1, 0x20AC, 0x1F600};
        size_t n = 0;
        for (size_t i = 0; i < 300; i++) {
            n += utf8_write(text + n, of_width[width - 1]);
            assert_int_equal(utf8_length((struct bytes){text, n}), i + 1);
        }
    }
    assert_int_equal(utf8_length(BYTES("")), 0);
}

/* ASCII is counted eight bytes at a time: one wide character in each place of it. */
static void length_counts_a_wide_character_among_narrow_ones(void **state)
{
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        for (size_t at = 0; at <= n; at++) {
            char text[48];
            memset(text, 'a', sizeof text);
            memcpy(text + at, "\xf0\x9f\x98\x80", 4);
            struct bytes copy = exact_copy((struct bytes){text, n + 4});
            assert_int_equal(utf8_length(copy), n + 1);
            free((char *)copy.at);
        }
    }
}

/* As it is read: each byte that belongs to no character is one. */
static void what_is_not_valid_counts_by_the_byte(void **state)
{
    (void)state;
    assert_int_equal(utf8_length(BYTES("\xff\xfe")), 2);
    assert_int_equal(utf8_length(BYTES("a\x80\x80z")), 4);
    assert_int_equal(utf8_length(BYTES("\xed\xa0\x80")), 3);
    assert_int_equal(utf8_length(BYTES("\xf0\x9f\x98")), 3);
}

/* ---- folding ---- */

static void capitals_fold_to_their_small_letters(void **state)
{
    static const uint32_t pairs[][2] = {
        {'A', 'a'},       {'Z', 'z'},     {0xB5, 0x3BC},    {0xC0, 0xE0},     {0xDE, 0xFE},
        {0x100, 0x101},   {0x136, 0x137}, {0x139, 0x13A},   {0x147, 0x148},   {0x14A, 0x14B},
        {0x176, 0x177},   {0x178, 0xFF},  {0x179, 0x17A},   {0x17D, 0x17E},   {0x17F, 's'},
        {0x386, 0x3AC},   {0x388, 0x3AD}, {0x38A, 0x3AF},   {0x38C, 0x3CC},   {0x38E, 0x3CD},
        {0x38F, 0x3CE},   {0x391, 0x3B1}, {0x3A3, 0x3C3},   {0x3C2, 0x3C3},   {0x3AB, 0x3CB},
        {0x400, 0x450},   {0x40F, 0x45F}, {0x410, 0x430},   {0x42F, 0x44F},   {0x460, 0x461},
        {0x480, 0x481},   {0x48A, 0x48B}, {0x4BE, 0x4BF},   {0x4D0, 0x4D1},   {0x52E, 0x52F},
        {0x531, 0x561},   {0x556, 0x586}, {0x1E00, 0x1E01}, {0x1E94, 0x1E95}, {0x1EA0, 0x1EA1},
        {0x1EFE, 0x1EFF}, {0x212A, 'k'},  {0xFF21, 0xFF41}, {0xFF3A, 0xFF5A},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        uint32_t got = utf8_fold(pairs[i][0]);
        if (got != pairs[i][1])
            fail_msg("U+%04X folds to U+%04X", (unsigned)pairs[i][0], (unsigned)got);
    }
}

/* Signs between the letters, the dotted capital I (which folds to two code points), and letters that
 * have no capital. */
static void what_has_no_small_letter_stays_as_it_is(void **state)
{
    static const uint32_t unchanged[] = {
        '@',    '[',    '`',     '{',      0xD7,
        0xDF,   0xF7,   0x130,   0x138,    0x149,
        0x3A2,  0x387,  0x390,   0x482,    0x489,
        0x557,  0x560,  0x1E96,  0x1E9F,   0xFF20,
        0xFF3B, 0x4E2D, 0x1F600, 0x10FFFF, UTF8_REPLACEMENT,
    };
    (void)state;
    for (size_t i = 0; i < COUNT(unchanged); i++) {
        uint32_t got = utf8_fold(unchanged[i]);
        if (got != unchanged[i])
            fail_msg("U+%04X folds to U+%04X", (unsigned)unchanged[i], (unsigned)got);
    }
}

/* A phrase and a text are folded once each; twice must be the same. The number of letters and their
 * sum are those found when each was compared with Python 3.11's str.casefold(). */
static void folding_all_code_points_is_what_python_says(void **state)
{
    unsigned changed = 0;
    uint64_t sum = 0;
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        uint32_t folded = utf8_fold(c);
        if (utf8_fold(folded) != folded)
            fail_msg("U+%04X folds to U+%04X, which folds again", (unsigned)c, (unsigned)folded);
        if (folded != c) {
            changed++;
            sum += (uint64_t)c * folded;
        }
    }
    assert_int_equal(changed, 482);
    assert_int_equal(sum, UINT64_C(118808118384));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_well_formed_sequences_are_valid),
        cmocka_unit_test(every_code_point_is_read_as_it_was_written),
        cmocka_unit_test(a_surrogate_is_no_character),
        cmocka_unit_test(a_replacement_character_is_valid),
        cmocka_unit_test(the_valid_prefix_ends_before_the_first_bad_byte),
        cmocka_unit_test(only_a_strict_beginning_is_cut),
        cmocka_unit_test(length_counts_code_points),
        cmocka_unit_test(length_counts_a_wide_character_among_narrow_ones),
        cmocka_unit_test(what_is_not_valid_counts_by_the_byte),
        cmocka_unit_test(capitals_fold_to_their_small_letters),
        cmocka_unit_test(what_has_no_small_letter_stays_as_it_is),
        cmocka_unit_test(folding_all_code_points_is_what_python_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
