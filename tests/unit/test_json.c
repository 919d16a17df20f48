/*
 * test_json.c -- the JSON reader: documents, containers, nesting and failures. Strings and numbers
 * have tests of their own. Runs a second time over the scanner for machines without SSE2.
 */
#include "check.h"

#include "json.h"

/* Every kind of value, escape and white space; all of it ASCII or cut-able UTF-8. */
static const char everything[] =
    " {\"list\": [1, -2.5e+3, 0, true, false, null, NaN, Infinity, -Infinity, [], {}, [[]]],\r\n\t"
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\u00e9\\n\": \"x\\ud83d\\ude00\\\\\\/\\b\\f\\n\\r\\t\","
    " \"\": {\"deep\": {\"er\": [{\"a\": \"0123456789abcdefghijklmnopqrstuvwxyz\"}]}}, \"n\": "
    "1E-9}";

/* Checks a whole document. Returns NULL, or what was expected, its offset in *offset. */
static const char *check(struct bytes document, size_t *offset)
{
    struct bytes copy = exact_copy(document);
    struct json_reader r;
    reader_open(&r, copy);
    bool good = reader_skip(&r, NULL) && reader_finish(&r);
    *offset = reader_offset(&r);
    assert_int_equal(good, !reader_failed(&r));
    assert_int_equal(good, r.expected == NULL);
    free((char *)copy.at);
    return r.expected;
}

static void assert_accepted(struct bytes document)
{
    size_t offset;
    const char *expected = check(document, &offset);
    if (!expected) {
        assert_int_equal(offset, document.n);
        return;
    }
    show_bytes(document);
    fail_msg(": expected %s at byte %zu", expected, offset);
}

/* Whether it is rejected with these words at this byte. */
static void assert_rejected(struct bytes document, const char *expected, size_t offset)
{
    size_t at;
    const char *got = check(document, &at);
    if (got && strcmp(got, expected) == 0 && at == offset)
        return;
    show_bytes(document);
    fail_msg(": %s at byte %zu, not %s at byte %zu", got ? got : "accepted", at, expected, offset);
}

/* ---- documents ---- */

static void a_document_of_every_kind_is_accepted(void **state)
{
    static const char *const documents[] = {
        everything, "{}",  "[]",    "\"\"", "0",    "-0",        "true",    "false",
        "null",     "NaN", "1e400", "[\n]", "{\t}", "-Infinity", "  [1]\n", "\r\n null \r\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++)
        assert_accepted(text_of_literal(documents[i]));
}

/* What a person is told about a broken file: the byte, and what should have stood there. */
static void a_broken_document_says_where_and_what(void **state)
{
    static const struct {
        const char *document;
        const char *expected;
        size_t offset;
    } cases[] = {
        {"[1,]", "a value", 3},
        {"[,1]", "a value", 1},
        {"[1 2]", "',' or ']'", 3},
        {"[1}", "',' or ']'", 2},
        {"]", "a value", 0},
        {"{\"a\":1,}", "a key", 7},
        {"{,}", "a key or '}'", 1},
        {"{a:1}", "a key or '}'", 1},
        {"{'a':1}", "a key or '}'", 1},
        {"{1:2}", "a key or '}'", 1},
        {"{\"a\" 1}", "':'", 5},
        {"{\"a\",1}", "':'", 4},
        {"{\"a\":}", "a value", 5},
        {"{\"a\":1 \"b\":2}", "',' or '}'", 7},
        {"{\"a\":1]", "',' or '}'", 6},
        {"{\"a\":1,2}", "a key", 7},
        {"{} {}", "the end of the document", 3},
        {"[]]", "the end of the document", 2},
        {"1 x", "the end of the document", 2},
        {"True", "a value", 0},
        {"nulL", "a value", 0},
        {"[nullx]", "',' or ']'", 5},
        {"truefalse", "the end of the document", 4},
        {"undefined", "a value", 0},
        {"// x\n1", "a value", 0},
        {"[1,/**/2]", "a value", 3},
        {"\f1", "a value", 0},
        {"\v1", "a value", 0},
        {"\xc2\xa0[]", "a value", 0},
        {"[]\x1a", "the end of the document", 2},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_rejected(text_of_literal(cases[i].document), cases[i].expected, cases[i].offset);
}

/* NUL is a byte like others, and not the end. */
static void a_nul_is_no_white_space(void **state)
{
    (void)state;
    assert_rejected(BYTES("[]\0"), "the end of the document", 2);
    assert_rejected(BYTES("\0[]"), "a value", 0);
    assert_rejected(BYTES("[1\0]"), "',' or ']'", 2);
}

/* Python's own reader rejects it too. */
static void a_byte_order_mark_is_rejected(void **state)
{
    (void)state;
    assert_rejected(BYTES("\xef\xbb\xbf{}"), "a value", 0);
}

/* A writer still writing: every strict beginning of an object ends too early, says so at its last
 * byte, and is never taken for a document; with that the ledger's state `incomplete` is exact. */
static void every_truncation_of_an_object_ends_too_early(void **state)
{
    size_t n = sizeof everything - 1;
    (void)state;
    assert_accepted((struct bytes){everything, n});
    for (size_t i = 0; i < n; i++) {
        size_t offset;
        const char *expected = check((struct bytes){everything, i}, &offset);
        if (!expected)
            fail_msg("the first %zu bytes are accepted", i);
        if (offset != i)
            fail_msg("of %zu bytes: expected %s at byte %zu", i, expected, offset);
    }
}

/* Indentation is passed over 16 bytes at a time: runs of every length, broken anywhere by another kind
 * of white space or by what is none, at the end of the memory too. */
static void white_space_of_any_length_is_passed_over(void **state)
{
    static const char others[] = " \n\r\tx";
    (void)state;
    for (size_t length = 1; length <= 52; length++) {
        for (size_t at = 0; at < length; at++) {
            for (size_t first = 0; first < 4; first++) {
                for (size_t k = 0; k < 5; k++) {
                    char document[60] = "[";
                    memset(document + 1, ' ', length);
                    document[1] = others[first];
                    document[1 + at] = others[k];
                    if (k == 4)
                        assert_rejected((struct bytes){document, 1 + length}, "a value", 1 + at);
                    else
                        assert_rejected((struct bytes){document, 1 + length}, "a value",
                                        1 + length);
                    document[1 + length] = ']';
                    if (k < 4)
                        assert_accepted((struct bytes){document, 2 + length});
                }
            }
        }
    }
}

static void an_empty_document_lacks_a_value(void **state)
{
    (void)state;
    assert_rejected(BYTES(""), "a value", 0);
    assert_rejected(BYTES(" \n\t\r"), "a value", 4);
}

static void eight_megabytes_are_read_like_eight_bytes(void **state)
{
    static const char tail[] = "\", \"k\": 7}";
    const size_t n = (size_t)8 << 20;
    char *document = malloc(n + 100);
    (void)state;
    assert_non_null(document);
    memcpy(document, "{\"prompt\": \"", 12);
    memset(document + 12, 'x', n);
    memcpy(document + 12 + n, tail, sizeof tail);
    struct bytes whole = {document, 12 + n + sizeof tail - 1};
    assert_accepted(whole);

    struct json_reader r;
    struct json_text prompt;
    double number = 0;
    reader_open(&r, whole);
    struct json_reader member = reader_member(r, "prompt");
    assert_true(reader_text(&member, &prompt));
    assert_int_equal(prompt.raw.n, n);
    member = reader_member(r, "k");
    assert_true(reader_number(&member, &number));
    assert_double(number, 7);
    document[12 + n / 2] = '\n';
    assert_rejected(whole, "an escape: a control character cannot stand in a string", 12 + n / 2);
    free(document);
}

/* ---- nesting ---- */

/* n times `open`, then `middle`, then n times `close`. */
static struct bytes nested(size_t n, const char *open, const char *middle, const char *close)
{
    struct buffer b = {0};
    for (size_t i = 0; i < n; i++)
        buffer_append(&b, open, strlen(open));
    buffer_append(&b, middle, strlen(middle));
    for (size_t i = 0; i < n; i++)
        buffer_append(&b, close, strlen(close));
    return buffer_bytes(&b);
}

/* Hostile nesting costs no stack; past the limit the offending bracket is named. */
static void two_thousand_levels_are_accepted_and_one_more_is_not(void **state)
{
    static const struct {
        const char *open;
        const char *middle;
        const char *close;
        size_t per_turn; /* levels */
    } shapes[] = {
        {"[", "", "]", 1},
        {"[", "1", "]", 1},
        {"{\"k\":", "null", "}", 1},
        {"[{\"k\":", "\"x\"", "}]", 2},
        {"{\"a\":1,\"k\":[0,", "2", ",3],\"b\":{}}", 2},
    };
    (void)state;
    assert_int_equal(JSON_MAX_DEPTH, 2000);
    for (size_t i = 0; i < COUNT(shapes); i++) {
        size_t turns = JSON_MAX_DEPTH / shapes[i].per_turn;
        struct bytes good = nested(turns, shapes[i].open, shapes[i].middle, shapes[i].close);
        assert_accepted(good);
        free((char *)good.at);
        struct bytes bad = nested(turns + 1, shapes[i].open, shapes[i].middle, shapes[i].close);
        assert_rejected(bad, "at most 2000 levels of nesting", strlen(shapes[i].open) * turns);
        free((char *)bad.at);
    }
}

/* The limit is the document's, however much of it was entered by hand before the rest is skipped. */
static void levels_entered_by_hand_count_too(void **state)
{
    struct json_reader r;
    struct bytes good = nested(2000, "[", "", "]");
    struct bytes bad = nested(2001, "[", "", "]");
    (void)state;
    for (size_t by_hand = 0; by_hand < 2000; by_hand += 333) {
        reader_open(&r, good);
        for (size_t i = 0; i < by_hand; i++)
            assert_true(reader_enter(&r, JSON_ARRAY) && reader_next_element(&r));
        assert_true(reader_skip(&r, NULL));
        for (size_t i = 0; i < by_hand; i++)
            assert_false(reader_next_element(&r));
        assert_true(reader_finish(&r));

        reader_open(&r, bad);
        for (size_t i = 0; i < by_hand; i++)
            assert_true(reader_enter(&r, JSON_ARRAY) && reader_next_element(&r));
        assert_false(reader_skip(&r, NULL));
        assert_int_equal(reader_offset(&r), 2000);
    }
    reader_open(&r, bad);
    for (size_t i = 0; i < 2000; i++)
        assert_true(reader_enter(&r, JSON_ARRAY));
    assert_false(reader_enter(&r, JSON_ARRAY));
    free((char *)good.at);
    free((char *)bad.at);
}

/* Each closing bracket must be of the kind that was opened, at every level. */
static void brackets_close_what_they_opened(void **state)
{
    (void)state;
    for (size_t levels = 1; levels < 200; levels++) {
        struct bytes document = nested(levels, "[", "0", "]");
        char *at = (char *)document.at;
        for (size_t i = levels + 1; i <= 2 * levels; i += 7) {
            at[i] = '}';
            assert_rejected(document, "',' or ']'", i);
            at[i] = ']';
        }
        free(at);
    }
    assert_rejected(BYTES("{\"a\":[{\"b\":1]}"), "',' or '}'", 12);
}

/* ---- pulling ---- */

static void a_value_is_told_by_its_first_byte(void **state)
{
    static const struct {
        const char *document;
        enum json_type type;
    } cases[] = {
        {"{", JSON_OBJECT},    {" [", JSON_ARRAY}, {"\n\"", JSON_STRING}, {"-", JSON_NUMBER},
        {"0", JSON_NUMBER},    {"9", JSON_NUMBER}, {"NaN", JSON_NUMBER},  {"Infinity", JSON_NUMBER},
        {"\ttrue", JSON_TRUE}, {"f", JSON_FALSE},  {"null", JSON_NULL},   {"", JSON_BAD},
        {"]", JSON_BAD},       {"+1", JSON_BAD},   {".5", JSON_BAD},      {"nan", JSON_NULL},
        {"'", JSON_BAD},       {"\xff", JSON_BAD},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_reader r;
        reader_open(&r, text_of_literal(cases[i].document));
        assert_int_equal(reader_type(&r), cases[i].type);
        assert_int_equal(reader_type(&r), cases[i].type);
        assert_false(reader_failed(&r));
    }
}

/* As the header shows it: enter, go from member to member, read or skip, and know the end. */
static void members_come_in_the_order_they_stand(void **state)
{
    struct json_reader r;
    struct json_text key;
    struct json_text text;
    struct bytes span;
    double number = 0;
    (void)state;
    reader_open(&r, BYTES("{ \"a\" : \"x\" , \"b\":[ 1,2 ],\"c\":-3} "));
    assert_true(reader_enter(&r, JSON_OBJECT));
    assert_true(reader_next_member(&r, &key));
    assert_text(key.raw, "a");
    assert_true(reader_text(&r, &text));
    assert_text(text.raw, "x");
    assert_true(reader_next_member(&r, &key));
    assert_text(key.raw, "b");
    assert_true(reader_skip(&r, &span));
    assert_text(span, "[ 1,2 ]");
    assert_true(reader_next_member(&r, &key));
    assert_true(reader_number(&r, &number));
    assert_double(number, -3);
    assert_false(reader_next_member(&r, &key));
    assert_true(reader_finish(&r));
}

static void elements_are_entered_to_their_end(void **state)
{
    struct json_reader r;
    struct json_text key;
    int elements = 0;
    (void)state;
    reader_open(&r, BYTES("[[], {}, [0], {\"k\":0}, 5]"));
    assert_true(reader_enter(&r, JSON_ARRAY));
    for (; reader_next_element(&r); elements++) {
        if (reader_type(&r) == JSON_ARRAY) {
            assert_true(reader_enter(&r, JSON_ARRAY));
            while (reader_next_element(&r))
                assert_true(reader_skip(&r, NULL));
        } else if (reader_type(&r) == JSON_OBJECT) {
            assert_true(reader_enter(&r, JSON_OBJECT));
            while (reader_next_member(&r, &key))
                assert_true(reader_skip(&r, NULL));
        } else {
            assert_true(reader_skip(&r, NULL));
        }
    }
    assert_int_equal(elements, 5);
    assert_true(reader_finish(&r));
}

static void the_span_of_a_value_has_no_white_space_around_it(void **state)
{
    struct json_reader r;
    struct bytes span;
    (void)state;
    reader_open(&r, BYTES(" \n {\"a\" : [ 1 ]}\t "));
    assert_true(reader_skip(&r, &span));
    assert_text(span, "{\"a\" : [ 1 ]}");
    reader_open(&r, BYTES("[ 12 , null ]"));
    assert_true(reader_enter(&r, JSON_ARRAY));
    assert_true(reader_next_element(&r) && reader_skip(&r, &span));
    assert_text(span, "12");
    assert_true(reader_next_element(&r) && reader_skip(&r, &span));
    assert_text(span, "null");
}

/* Asking for what is not there is a failure that names what was asked for. */
static void a_value_of_another_type_is_a_failure(void **state)
{
    struct json_reader r;
    struct json_text text;
    double number;
    (void)state;
    reader_open(&r, BYTES("  7"));
    assert_false(reader_text(&r, &text));
    assert_string_equal(r.expected, "a string");
    assert_int_equal(reader_offset(&r), 2);
    reader_open(&r, BYTES("\"7\""));
    assert_false(reader_number(&r, &number));
    assert_string_equal(r.expected, "a number");
    reader_open(&r, BYTES("[]"));
    assert_false(reader_enter(&r, JSON_OBJECT));
    assert_string_equal(r.expected, "'{'");
    reader_open(&r, BYTES("{}"));
    assert_false(reader_enter(&r, JSON_ARRAY));
    assert_string_equal(r.expected, "'['");
}

/* The promise that lets callers check once, at the end. */
static void a_failed_reader_stays_failed_and_keeps_its_place(void **state)
{
    struct json_reader r;
    struct json_reader found;
    struct json_text text;
    struct bytes span;
    double number;
    (void)state;
    reader_open(&r, BYTES("[1, x, {\"a\": 2}, \"s\", 3]"));
    assert_true(reader_enter(&r, JSON_ARRAY) && reader_next_element(&r) && reader_skip(&r, NULL));
    assert_true(reader_next_element(&r));
    assert_false(reader_skip(&r, &span));
    const char *expected = r.expected;
    assert_int_equal(reader_offset(&r), 4);
    assert_int_equal(reader_type(&r), JSON_BAD);
    assert_false(reader_next_element(&r));
    assert_false(reader_next_member(&r, &text));
    assert_false(reader_enter(&r, JSON_ARRAY));
    assert_false(reader_enter(&r, JSON_OBJECT));
    assert_false(reader_text(&r, &text));
    assert_false(reader_number(&r, &number));
    assert_false(reader_skip(&r, &span));
    assert_false(reader_finish(&r));
    found = reader_member(r, "a");
    assert_true(reader_failed(&found));
    found = reader_first(r);
    assert_true(reader_failed(&found));
    assert_ptr_equal(r.expected, expected);
    assert_int_equal(reader_offset(&r), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_of_every_kind_is_accepted),
        cmocka_unit_test(a_broken_document_says_where_and_what),
        cmocka_unit_test(a_nul_is_no_white_space),
        cmocka_unit_test(a_byte_order_mark_is_rejected),
        cmocka_unit_test(every_truncation_of_an_object_ends_too_early),
        cmocka_unit_test(white_space_of_any_length_is_passed_over),
        cmocka_unit_test(an_empty_document_lacks_a_value),
        cmocka_unit_test(eight_megabytes_are_read_like_eight_bytes),
        cmocka_unit_test(two_thousand_levels_are_accepted_and_one_more_is_not),
        cmocka_unit_test(levels_entered_by_hand_count_too),
        cmocka_unit_test(brackets_close_what_they_opened),
        cmocka_unit_test(a_value_is_told_by_its_first_byte),
        cmocka_unit_test(members_come_in_the_order_they_stand),
        cmocka_unit_test(elements_are_entered_to_their_end),
        cmocka_unit_test(the_span_of_a_value_has_no_white_space_around_it),
        cmocka_unit_test(a_value_of_another_type_is_a_failure),
        cmocka_unit_test(a_failed_reader_stays_failed_and_keeps_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
