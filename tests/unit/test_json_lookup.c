/*
 * test_json_lookup.c -- members and first elements looked up by name in a checked document.
 */
#include "check.h"

#include "json_want.h"

static struct json_reader open_reader(struct bytes document)
{
    struct json_reader r;
    reader_open(&r, document);
    return r;
}

static double number_at(struct json_reader r)
{
    double number = -1;
    assert_true(reader_number(&r, &number));
    return number;
}

/* Of a repeated key Python keeps the last value. */
static void of_a_repeated_key_the_last_value_counts(void **state)
{
    struct json_reader r = open_reader(BYTES("{\"a\":1,\"b\":2,\"a\":[3],\"\\u0061\":4}"));
    (void)state;
    assert_double(number_at(reader_member(r, "a")), 4);
    assert_double(number_at(reader_member(r, "b")), 2);
}

/* The reader it began at does not move. */
static void members_are_found_by_their_whole_name(void **state)
{
    struct json_reader r =
        open_reader(BYTES(" {\"a\" : 1, \"x\":{\"c\":9}, \"\": 3, \"aa\":8, \"c\":2, \"C\":7}"));
    struct json_reader missing = reader_member(r, "missing");
    (void)state;
    assert_double(number_at(reader_member(r, "c")), 2);
    assert_double(number_at(reader_member(r, "a")), 1);
    assert_double(number_at(reader_member(r, "")), 3);
    assert_true(reader_failed(&missing));
}

/* A reader that was found goes on as one that was pulled there. */
static void a_found_reader_can_enter_and_skip(void **state)
{
    struct json_reader r =
        open_reader(BYTES("{\"a\": {\"b\": [10, {\"c\": null}, 30]}, \"z\": 0}"));
    struct json_reader b = reader_member(reader_member(r, "a"), "b");
    struct bytes span;
    struct json_reader copy = b;
    (void)state;
    assert_true(reader_skip(&copy, &span));
    assert_text(span, "[10, {\"c\": null}, 30]");
    assert_true(reader_enter(&b, JSON_ARRAY));
    assert_true(reader_next_element(&b) && reader_skip(&b, NULL));
    assert_true(reader_next_element(&b));
    struct json_reader c = reader_member(b, "c");
    assert_int_equal(reader_type(&c), JSON_NULL);
    assert_true(reader_skip(&b, NULL));
    assert_true(reader_next_element(&b));
    assert_double(number_at(b), 30);
}

/* Providers put null, text or a list where an object was; that is no reason to fail. */
static void what_is_no_object_has_no_members(void **state)
{
    static const char *const documents[] = {"[{\"a\":1}]", "\"a\"", "null", "1", "{}", "{\"b\":1}"};
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct json_reader r = open_reader(text_of_literal(documents[i]));
        struct json_reader found = reader_member(r, "a");
        struct json_reader deeper = reader_member(found, "a");
        struct json_reader first = reader_first(found);
        assert_true(reader_failed(&found));
        assert_true(reader_failed(&deeper));
        assert_true(reader_failed(&first));
        assert_int_equal(reader_type(&found), JSON_BAD);
        assert_false(reader_failed(&r));
    }
}

static void the_first_element_is_that_of_an_array_only(void **state)
{
    static const char *const without[] = {"[]", "[ ]", "{}", "{\"a\":1}", "\"x\"", "null"};
    (void)state;
    assert_double(number_at(reader_first(open_reader(BYTES(" [ 5 , 6]")))), 5);
    assert_double(number_at(reader_first(reader_first(open_reader(BYTES("[[7]]"))))), 7);
    for (size_t i = 0; i < COUNT(without); i++) {
        struct json_reader first = reader_first(open_reader(text_of_literal(without[i])));
        assert_true(reader_failed(&first));
    }
}

/* ---- many members in one pass ---- */

enum { ID, META, MODEL, TAGS, TAG_NAME, TAG_DEEP, DEEP_X, LAST, SPANS };

static const struct json_want deep_wants[] = {JSON_WANT("x", DEEP_X), JSON_WANTS_END};
static const struct json_want tag_wants[] = {
    JSON_WANT("name", TAG_NAME),
    JSON_WANT_IN("deep", TAG_DEEP, deep_wants),
    JSON_WANTS_END,
};
static const struct json_want meta_wants[] = {JSON_WANT("model", MODEL), JSON_WANTS_END};
static const struct json_want top_wants[] = {
    JSON_WANT("id", ID),
    JSON_WANT_IN("meta", META, meta_wants),
    JSON_WANT_IN_FIRST("tags", TAGS, tag_wants),
    JSON_WANT("last", LAST),
    JSON_WANTS_END,
};
static const struct json_want top = JSON_WANT_IN("", 0, top_wants);

static bool collect(const char *document, struct bytes spans[SPANS])
{
    struct json_reader r = open_reader(text_of_literal(document));
    bool repeated = false;
    memset(spans, 0, SPANS * sizeof *spans);
    if (!reader_collect(&r, &top, spans, &repeated) || !reader_finish(&r))
        fail_msg("%s: expected %s", document, r.expected);
    return repeated;
}

/* Python writes the members in one order and the next writer in another. */
static void members_are_collected_in_any_order(void **state)
{
    static const char *const members[] = {
        "\"id\": \"a\"",
        "\"meta\" : { \"other\": [], \"model\": \"m\" }",
        "\"tags\":[ {\"deep\":{\"y\":0, \"x\":-1}, \"name\":true}, {\"name\":\"second\"}, 5]",
        "\"last\":null",
        "\"ID\": 1, \"tag\": [{\"name\":0}], \"model\": 2, \"x\": 3, \"lasts\": 4, \"\": 5",
    };
    const size_t n = COUNT(members);
    (void)state;
    for (size_t order = 0; order < n * n * n * n * n; order++) {
        const size_t at[] = {order % n, order / n % n, order / n / n % n, order / n / n / n % n,
                             order / n / n / n / n};
        struct bytes spans[SPANS];
        unsigned all = 0;
        for (size_t i = 0; i < n; i++)
            all |= 1U << at[i];
        if (all != 31)
            continue;
        struct buffer b = {0};
        buffer_format(&b, "{%s,%s, %s ,%s,%s}", members[at[0]], members[at[1]], members[at[2]],
                      members[at[3]], members[at[4]]);
        buffer_append_byte(&b, '\0');
        assert_false(collect(b.at, spans));
        assert_text(spans[ID], "\"a\"");
        assert_text(spans[META], "{ \"other\": [], \"model\": \"m\" }");
        assert_text(spans[MODEL], "\"m\"");
        assert_int_equal(json_type_of(spans[TAGS]), JSON_ARRAY);
        assert_text(spans[TAG_NAME], "true");
        assert_text(spans[TAG_DEEP], "{\"y\":0, \"x\":-1}");
        assert_text(spans[DEEP_X], "-1");
        assert_text(spans[LAST], "null");
        buffer_free(&b);
    }
}

/* Of a repeated key the last counts, and nothing of what the first held is mixed into it. */
static void a_repeated_member_takes_the_place_of_the_first_whole(void **state)
{
    struct bytes spans[SPANS];
    (void)state;
    assert_true(collect("{\"id\":1,\"id\":2}", spans));
    assert_text(spans[ID], "2");
    assert_true(collect("{\"meta\":{\"model\":1},\"meta\":{}}", spans));
    assert_text(spans[META], "{}");
    assert_null(spans[MODEL].at);
    assert_true(collect("{\"tags\":[{\"name\":1,\"deep\":{\"x\":2}}],\"tags\":null}", spans));
    assert_text(spans[TAGS], "null");
    assert_null(spans[TAG_NAME].at);
    assert_null(spans[TAG_DEEP].at);
    assert_null(spans[DEEP_X].at);
    assert_true(collect("{\"tags\":[{\"deep\":{\"x\":1},\"deep\":[]}]}", spans));
    assert_text(spans[TAG_DEEP], "[]");
    assert_null(spans[DEEP_X].at);
    assert_true(collect("{\"meta\":{\"model\":1,\"\\u006dodel\":2}}", spans));
    assert_text(spans[MODEL], "2");
    assert_true(collect("{\"\\u0069d\":1,\"id\":2}", spans));
    assert_text(spans[ID], "2");
}

/* A key that nobody asked for may stand as often as it likes; so may one in another place. */
static void only_what_is_wanted_counts_as_repeated(void **state)
{
    struct bytes spans[SPANS];
    (void)state;
    assert_false(collect("{\"a\":1,\"a\":2,\"meta\":{\"id\":1,\"model\":3},\"id\":4}", spans));
    assert_text(spans[ID], "4");
    assert_false(collect("{\"tags\":[{\"name\":1},{\"name\":2}]}", spans));
    assert_text(spans[TAG_NAME], "1");
}

/* An object where a list was wanted and the other way round: there, and nothing inside it. */
static void a_value_of_another_type_holds_nothing_wanted(void **state)
{
    struct bytes spans[SPANS];
    (void)state;
    collect("{\"meta\":[{\"model\":1}],\"tags\":{\"name\":1}}", spans);
    assert_text(spans[META], "[{\"model\":1}]");
    assert_null(spans[MODEL].at);
    assert_text(spans[TAGS], "{\"name\":1}");
    assert_null(spans[TAG_NAME].at);
    collect("{\"meta\":\"model\",\"tags\":[[{\"name\":1}],{\"name\":2}]}", spans);
    assert_null(spans[MODEL].at);
    assert_null(spans[TAG_NAME].at);
    collect("{\"tags\":[]}", spans);
    assert_text(spans[TAGS], "[]");
    collect("[{\"id\":1}]", spans);
    assert_null(spans[ID].at);
}

/* Collecting must check as much as skipping: each way to break a byte is found, at the same byte. */
static void collecting_finds_what_skipping_finds(void **state)
{
    static const char good[] =
        "{\"id\": \"a\\n\", \"x\": [1, {\"y\": 2e5}], \"meta\": {\"model\": \"\xc3\xa9\", \"z\": "
        "1.5},\n"
        "        \"tags\": [{\"name\": true, \"deep\": {\"x\": {}}}, null, [-1]], \"last\": {}} ";
    static const char others[] = "\0\n \"\\,:[]{}-0e.tx\x80\xc3";
    char document[sizeof good];
    (void)state;
    for (size_t at = 0; at < sizeof good; at++) {
        for (size_t k = 0; k < sizeof others; k++) {
            /* The last turn cuts instead. */
            size_t n = k + 1 < sizeof others ? sizeof good - 1 : at;
            struct bytes spans[SPANS] = {{NULL, 0}};
            bool repeated = false;
            memcpy(document, good, sizeof good);
            if (k + 1 < sizeof others)
                document[at] = others[k];
            struct bytes copy = exact_copy((struct bytes){document, n});
            struct json_reader a = open_reader(copy);
            struct json_reader b = open_reader(copy);
            bool skipped = reader_skip(&a, NULL) && reader_finish(&a);
            bool collected = reader_collect(&b, &top, spans, &repeated) && reader_finish(&b);
            if (skipped != collected || reader_offset(&a) != reader_offset(&b) ||
                (!skipped && strcmp(a.expected, b.expected) != 0)) {
                show_bytes(copy);
                fail_msg(": expected %s at %zu, and %s at %zu", a.expected, reader_offset(&a),
                         b.expected, reader_offset(&b));
            }
            free((char *)copy.at);
        }
    }
}

/* ---- keys ---- */

/* json.dumps writes "prénom" with an escape, json.dump(ensure_ascii=False) without. */
static void a_key_is_the_same_however_it_is_escaped(void **state)
{
    static const char *const written[] = {
        "{\"pr\xc3\xa9nom\": 1}",
        "{\"pr\\u00e9nom\": 1}",
        "{\"pr\\u00E9nom\": 1}",
        "{\"\\u0070\\u0072\\u00e9\\u006e\\u006f\\u006d\": 1}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(written); i++)
        assert_double(
            number_at(reader_member(open_reader(text_of_literal(written[i])), "pr\xc3\xa9nom")), 1);
}

/* A key may hold what no C string can: it is then not the C string before it. */
static void a_key_with_a_nul_is_not_the_key_before_it(void **state)
{
    struct json_reader found =
        reader_member(open_reader(BYTES("{\"trace_id\\u0000x\": 1, \"\\u0000\": 2}")), "trace_id");
    struct json_reader empty = reader_member(open_reader(BYTES("{\"\\u0000\": 2}")), "");
    struct json_text key = {{NULL, 0}, false};
    struct json_reader r = open_reader(BYTES("{\"a\\u0000b\": 1}"));
    (void)state;
    assert_true(reader_failed(&found));
    assert_true(reader_failed(&empty));
    assert_true(reader_enter(&r, JSON_OBJECT));
    assert_true(reader_next_member(&r, &key));
    assert_true(json_text_is(key, BYTES("a\0b")));
    assert_false(json_text_is(key, BYTES("a")));
    assert_false(json_text_is(key, BYTES("a\0")));
    assert_false(json_text_is(key, BYTES("a\0bc")));
}

/* Each pair of texts, escaped and not: equal only when the words are, never by a common start. */
static void a_text_equals_nothing_but_its_own_words(void **state)
{
    static const struct {
        struct json_text text;
        const char *plain;
    } texts[] = {
        {{{LITERAL("")}, false}, ""},
        {{{LITERAL("a")}, false}, "a"},
        {{{LITERAL("\\u0061")}, true}, "a"},
        {{{LITERAL("ab")}, false}, "ab"},
        {{{LITERAL("a\\u0062")}, true}, "ab"},
        {{{LITERAL("\\\\")}, true}, "\\"},
        {{{LITERAL("\\\"\\/\\b\\f\\n\\r\\t")}, true}, "\"/\b\f\n\r\t"},
        {{{LITERAL("\xf0\x9f\x98\x80")}, false}, "\xf0\x9f\x98\x80"},
        {{{LITERAL("\\ud83d\\ude00")}, true}, "\xf0\x9f\x98\x80"},
        {{{LITERAL("\\ud83d")}, true}, "\xef\xbf\xbd"},
        {{{LITERAL("\xf0\x9f\x98\x80\\n")}, true}, "\xf0\x9f\x98\x80\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t j = 0; j < COUNT(texts); j++) {
            bool same = strcmp(texts[i].plain, texts[j].plain) == 0;
            if (json_text_is(texts[i].text, text_of_literal(texts[j].plain)) == same)
                continue;
            show_bytes(texts[i].text.raw);
            fail_msg(" is %s%s", same ? "not " : "", texts[j].plain);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_repeated_key_the_last_value_counts),
        cmocka_unit_test(members_are_found_by_their_whole_name),
        cmocka_unit_test(a_found_reader_can_enter_and_skip),
        cmocka_unit_test(what_is_no_object_has_no_members),
        cmocka_unit_test(the_first_element_is_that_of_an_array_only),
        cmocka_unit_test(members_are_collected_in_any_order),
        cmocka_unit_test(a_repeated_member_takes_the_place_of_the_first_whole),
        cmocka_unit_test(only_what_is_wanted_counts_as_repeated),
        cmocka_unit_test(a_value_of_another_type_holds_nothing_wanted),
        cmocka_unit_test(collecting_finds_what_skipping_finds),
        cmocka_unit_test(a_key_is_the_same_however_it_is_escaped),
        cmocka_unit_test(a_key_with_a_nul_is_not_the_key_before_it),
        cmocka_unit_test(a_text_equals_nothing_but_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
