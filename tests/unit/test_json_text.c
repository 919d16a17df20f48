/*
 * test_json_text.c -- JSON strings: finding their end, and undoing and writing escapes. Runs a
 * second time over the scanner for machines without SSE2.
 */
#include "check.h"

#include "json.h"
#include "utf8.h"

/* The string that is the whole document, quotes included. */
static struct json_text text_in(struct bytes document)
{
    struct json_reader r;
    struct json_text text = {{NULL, 0}, false};
    reader_open(&r, document);
    if (!reader_text(&r, &text) || !reader_finish(&r)) {
        show_bytes(document);
        fail_msg(": expected %s at byte %zu", r.expected, reader_offset(&r));
    }
    return text;
}

/* Checks what a string decodes to. Returns whether it had a lone surrogate. */
static bool decodes_to(const char *document, struct bytes expected)
{
    struct buffer out = {0};
    bool lone = json_text_decode(text_in(text_of_literal(document)), &out);
    assert_bytes(buffer_bytes(&out), expected);
    buffer_free(&out);
    return lone;
}

static void assert_rejected(struct bytes document, const char *expected, size_t offset)
{
    struct bytes copy = exact_copy(document);
    struct json_reader r;
    struct json_text text;
    reader_open(&r, copy);
    if (reader_text(&r, &text) || strcmp(r.expected, expected) != 0 ||
        reader_offset(&r) != offset) {
        show_bytes(document);
        fail_msg(": %s at byte %zu", r.expected ? r.expected : "accepted", reader_offset(&r));
    }
    free((char *)copy.at);
}

/* ---- the scanner ---- */

/* Reads a string with one byte in the place of a letter; where it stops tells what the byte is. */
static void check_byte_at(char *document, size_t length, size_t at, unsigned char byte)
{
    struct json_reader r;
    struct json_text text = {{NULL, 0}, false};
    char before = document[1 + at];
    size_t stop = 1 + at;
    bool ends = byte == '"';
    bool plain = byte >= 0x20 && byte < 0x80 && !ends && byte != '\\';
    document[1 + at] = (char)byte;
    reader_open(&r, (struct bytes){document, length + 2});
    bool good = reader_text(&r, &text);
    if (byte == '\\')
        stop++; /* no letter of the string makes an escape of it */
    if (good != (plain || ends) || (good && text.raw.n != (ends ? at : length)) ||
        (!good && reader_offset(&r) != stop))
        fail_msg("byte %02x at %zu of %zu: %s at %zu", byte, at, length,
                 good ? "accepted" : r.expected, good ? text.raw.n : reader_offset(&r));
    document[1 + at] = before;
}

/* The scanner goes by 16 or 8 bytes and then by one: a byte that ends a run must be seen in each
 * place of each, and no other byte may be taken for one. */
static void the_scanner_sees_every_byte_in_every_place(void **state)
{
    (void)state;
    for (size_t length = 1; length <= 50; length++) {
        char *document = malloc(length + 2);
        assert_non_null(document);
        memset(document, 'a', length + 2);
        document[0] = document[length + 1] = '"';
        for (size_t at = 0; at < length; at++)
            for (unsigned byte = 0; byte < 256; byte++)
                if (byte != '\\' || at + 1 < length)
                    check_byte_at(document, length, at, (unsigned char)byte);
        free(document);
    }
}

/* In the portable scanner one byte's arithmetic carries into the next: the bytes that do so, before
 * and after one another. */
static void neighbouring_bytes_do_not_hide_one_another(void **state)
{
    static const unsigned char pairs[] = {0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x00, 0x1F, '"'};
    char document[20] = "\"aaaaaaaaaaaaaaaaa\"";
    (void)state;
    for (size_t at = 1; at < 17; at++) {
        for (size_t i = 0; i < COUNT(pairs) * COUNT(pairs); i++) {
            struct json_reader r;
            struct json_text text = {{NULL, 0}, false};
            const unsigned char two[] = {pairs[i % COUNT(pairs)], pairs[i / COUNT(pairs)]};
            size_t stop = two[0] < 0x20 || two[0] == '"'   ? at
                          : two[1] < 0x20 || two[1] == '"' ? at + 1
                                                           : 18;
            memset(document + 1, 'a', 17);
            memcpy(document + at, two, 2);
            bool good = document[stop] == '"';
            reader_open(&r, (struct bytes){document, 19});
            assert_int_equal(reader_text(&r, &text), good);
            assert_int_equal(good ? text.raw.n + 1 : reader_offset(&r), stop);
        }
    }
}

static void a_string_ends_at_the_first_quote_that_is_not_escaped(void **state)
{
    static const struct {
        const char *document;
        size_t n;
        bool escaped;
    } cases[] = {
        {"\"\"", 0, false},         {"\"a\"", 1, false},       {"\"\\\"\"", 2, true},
        {"\"\\\\\"", 2, true},      {"\"\\\\\\\"\"", 4, true}, {"\"\xc3\xa9\"", 2, false},
        {"\"a\\u0022b\"", 8, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_text text = text_in(text_of_literal(cases[i].document));
        assert_int_equal(text.raw.n, cases[i].n);
        assert_int_equal(text.escaped, cases[i].escaped);
    }
}

static void a_bad_string_says_where_and_what(void **state)
{
    static const char control[] = "an escape: a control character cannot stand in a string";
    static const char escape[] = "one of \" \\ / b f n r t u after a backslash";
    static const char digits[] = "four hexadecimal digits after \\u";
    (void)state;
    assert_rejected(BYTES("\"a\nb\""), control, 2);
    assert_rejected(BYTES("\"a\0b\""), control, 2);
    assert_rejected(BYTES("\"\\x41\""), escape, 2);
    assert_rejected(BYTES("\"\\U0041\""), escape, 2);
    assert_rejected(BYTES("\"\\'\""), escape, 2);
    assert_rejected(BYTES("\"\\\n\""), escape, 2);
    assert_rejected(BYTES("\"\\u12G4\""), digits, 5);
    assert_rejected(BYTES("\"\\u123\""), digits, 6);
    assert_rejected(BYTES("\"\\u+123\""), digits, 3);
    assert_rejected(BYTES("\"\\u/0:0\""), digits, 3);
    assert_rejected(BYTES("\"\\u@000\""), digits, 3);
    assert_rejected(BYTES("\"\\u000g\""), digits, 6);
    assert_rejected(BYTES("\"\\u0`00\""), digits, 4);
    assert_rejected(BYTES("\"abc"), "'\"' to end the string", 4);
    assert_rejected(BYTES("\"abc\\"), "the rest of an escape", 5);
    assert_rejected(BYTES("\"\\u12"), digits, 5);
}

static void text_that_is_not_utf8_is_rejected_at_its_first_bad_byte(void **state)
{
    static const char *const bad[] = {
        "\x80",         "\xbf",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff",         "\xc3(",        "\xe2\x82(",        "\xf0\x9f\x98(",    "\xe9t\xe9",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buffer b = {0};
        buffer_format(&b, "\"caf\xc3\xa9 %s tail\"", bad[i]);
        assert_rejected(buffer_bytes(&b), "valid UTF-8", 7);
        buffer_free(&b);
    }
}

/* The end of what is there, in the middle of a character, is not the same as a bad byte. */
static void a_character_cut_at_the_end_is_told_from_a_bad_one(void **state)
{
    static const char rest[] = "the rest of a character";
    (void)state;
    assert_rejected(BYTES("\"a\xc3"), rest, 3);
    assert_rejected(BYTES("\"a\xe2\x82"), rest, 4);
    assert_rejected(BYTES("\"a\xf0\x9f\x98"), rest, 5);
    assert_rejected(BYTES("\"a\xf0\x8f\x98"), "valid UTF-8", 2);
    assert_rejected(BYTES("\"a\xed\xa0"), "valid UTF-8", 2);
    assert_rejected(BYTES("\"a\xc3\xa9"), "'\"' to end the string", 4);
}

/* ---- undoing escapes ---- */

static void escapes_are_undone(void **state)
{
    (void)state;
    assert_false(decodes_to("\"\"", BYTES("")));
    assert_false(decodes_to("\"plain\"", BYTES("plain")));
    assert_false(decodes_to("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", BYTES("\"\\/\b\f\n\r\t")));
    assert_false(decodes_to("\"a\\nb\xc3\xa9\\tc\"", BYTES("a\nb\xc3\xa9\tc")));
    assert_false(decodes_to("\"\\\\u0041\"", BYTES("\\u0041")));
    assert_false(decodes_to("\"\\u0000\"", BYTES("\0")));
    assert_false(decodes_to("\"a\\u0000b\\u0000\"", BYTES("a\0b\0")));
}

static void every_escape_of_a_code_point_gives_that_code_point(void **state)
{
    struct buffer document = {0};
    struct buffer out = {0};
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x10000 ? 1 : 251) {
        char utf8[4];
        size_t n = utf8_write(utf8, c);
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        buffer_clear(&document);
        buffer_clear(&out);
        if (c < 0x10000)
            buffer_format(&document, c % 2 ? "\"\\u%04x\"" : "\"\\u%04X\"", (unsigned)c);
        else
            buffer_format(&document, "\"\\u%04x\\u%04X\"", (unsigned)(0xD7C0 + (c >> 10)),
                          (unsigned)(0xDC00 + (c & 0x3FF)));
        assert_false(json_text_decode(text_in(buffer_bytes(&document)), &out));
        if (!bytes_equal(buffer_bytes(&out), (struct bytes){utf8, n}))
            fail_msg("U+%04X is lost", (unsigned)c);
    }
    buffer_free(&document);
    buffer_free(&out);
}

/* Python writes half a pair as it stands in its string; text gets U+FFFD for it, and a flag. */
static void a_lone_surrogate_becomes_the_replacement_character(void **state)
{
    (void)state;
    assert_true(decodes_to("\"\\ud800\"", BYTES("\xef\xbf\xbd")));
    assert_true(decodes_to("\"\\udfff\"", BYTES("\xef\xbf\xbd")));
    assert_true(decodes_to("\"a\\ud83db\"", BYTES("a\xef\xbf\xbd\x62")));
    assert_true(decodes_to("\"\\ud83d\\n\"", BYTES("\xef\xbf\xbd\n")));
    assert_true(decodes_to("\"\\ud83dabcdef\"", BYTES("\xef\xbf\xbd\x61\x62\x63\x64\x65\x66")));
    assert_true(decodes_to("\"\\ud83d\\u0041\"", BYTES("\xef\xbf\xbd\x41")));
    assert_true(decodes_to("\"\\ud83d\\ue000\"", BYTES("\xef\xbf\xbd\xee\x80\x80")));
    assert_true(decodes_to("\"\\ude00\\ud83d\"", BYTES("\xef\xbf\xbd\xef\xbf\xbd")));
    assert_true(decodes_to("\"\\ud83d\\\\ude00\"", BYTES("\xef\xbf\xbd\\ude00")));
    /* The second of three halves belongs to the third. */
    assert_true(decodes_to("\"\\ud83d\\ud83d\\ude00\"", BYTES("\xef\xbf\xbd\xf0\x9f\x98\x80")));
    assert_true(decodes_to("\"\\ud83d\\ude00\\ude00\"", BYTES("\xf0\x9f\x98\x80\xef\xbf\xbd")));
    assert_false(decodes_to("\"\\ud83d\\ude00\"", BYTES("\xf0\x9f\x98\x80")));
    assert_false(decodes_to("\"\\ufffd\"", BYTES("\xef\xbf\xbd")));
}

static void decoded_text_is_appended(void **state)
{
    struct buffer out = {0};
    (void)state;
    buffer_append(&out, "before ", 7);
    json_text_decode(text_in(BYTES("\"plain\"")), &out);
    json_text_decode(text_in(BYTES("\" \\u0061\"")), &out);
    assert_text(buffer_bytes(&out), "before plain a");
    buffer_free(&out);
}

/* ---- writing ---- */

/* What is plain is copied sixteen bytes at a time, also beyond an escape or what is needed. */
static void runs_of_any_length_stand_between_escapes(void **state)
{
    static const struct {
        const char *escape;
        const char *meaning;
    } escapes[] = {{"\\n", "\n"}, {"\\\\", "\\"}, {"\\u2019", "\xe2\x80\x99"}};
    struct buffer raw = {0};
    struct buffer expected = {0};
    (void)state;
    for (size_t before = 0; before < 40; before++) {
        for (size_t after = 0; after < 40; after++) {
            struct buffer out = {0};
            size_t kind = (before + after) % COUNT(escapes);
            buffer_clear(&raw);
            buffer_clear(&expected);
            buffer_append(&out, "kept ", 5);
            buffer_append(&expected, "kept ", 5);
            for (size_t i = 0; i <= before + after; i++) {
                char plain = (char)('a' + i % 26);
                bool escaped = i == before || i == before + 1;
                const char *is = escaped ? escapes[kind].meaning : &plain;
                const char *stands = escaped ? escapes[kind].escape : &plain;
                buffer_append(&raw, stands, escaped ? strlen(stands) : 1);
                buffer_append(&expected, is, escaped ? strlen(is) : 1);
            }
            struct bytes copy = exact_copy(buffer_bytes(&raw));
            assert_false(json_text_decode((struct json_text){copy, true}, &out));
            assert_bytes(buffer_bytes(&out), buffer_bytes(&expected));
            free((char *)copy.at);
            buffer_free(&out);
        }
    }
    buffer_free(&raw);
    buffer_free(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scanner_sees_every_byte_in_every_place),
        cmocka_unit_test(neighbouring_bytes_do_not_hide_one_another),
        cmocka_unit_test(a_string_ends_at_the_first_quote_that_is_not_escaped),
        cmocka_unit_test(a_bad_string_says_where_and_what),
        cmocka_unit_test(text_that_is_not_utf8_is_rejected_at_its_first_bad_byte),
        cmocka_unit_test(a_character_cut_at_the_end_is_told_from_a_bad_one),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(every_escape_of_a_code_point_gives_that_code_point),
        cmocka_unit_test(a_lone_surrogate_becomes_the_replacement_character),
        cmocka_unit_test(decoded_text_is_appended),
        cmocka_unit_test(runs_of_any_length_stand_between_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
