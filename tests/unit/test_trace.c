/*
 * test_trace.c -- one trace document: its members, whatever is missing, repeated or of another type.
 */
#include "check.h"

#include <math.h>

#include "trace.h"

/* A trace as the Python agent writes it. */
static const char whole[] =
    "{\n  \"trace_id\": \"Controller_20241201_081407_250118\",\n  \"component\": \"Controller\",\n"
    "  \"timestamp_start\": \"2024-12-01T08:14:05.123456\",\n  \"prompt\": \"Hi\\n\\u2019\",\n"
    "  \"metadata\": {\"model\": \"llama\", \"max_tokens\": 200, \"session_id\": \"s1\",\n"
    "    \"user_id\": 42, \"blocked_by_safety\": true},\n"
    "  \"response\": {\"choices\": [{\"message\": {\"content\": \"Hello\"},"
    " \"finish_reason\": \"stop\"}], \"model\": \"llama-3\"},\n"
    "  \"timestamp_end\": \"2024-12-01T08:14:07.250118\",\n  \"latency_ms\": 2126.662,\n"
    "  \"reward\": 0.75\n}\n";

static struct trace read_ok(struct bytes document, const struct trace_keys *keys)
{
    struct trace trace;
    struct trace_error error;
    if (trace_read(&trace, document, keys, &error) != 0) {
        show_bytes(document);
        fail_msg(": expected %s at byte %zu", error.expected, error.offset);
    }
    return trace;
}

static struct trace read_text(const char *document)
{
    return read_ok(text_of_literal(document), NULL);
}

static struct trace_error read_error(struct bytes document)
{
    struct bytes copy = exact_copy(document);
    struct trace trace;
    struct trace_error error = {NULL, SIZE_MAX, false};
    if (trace_read(&trace, copy, NULL, &error) == 0) {
        show_bytes(document);
        fail_msg(" is taken for a trace");
    }
    free((char *)copy.at);
    return error;
}

/* ---- what is a trace ---- */

static void every_member_is_found(void **state)
{
    struct trace trace = read_text(whole);
    (void)state;
    assert_text(trace.trace_id.raw, "Controller_20241201_081407_250118");
    assert_text(trace.component.raw, "Controller");
    assert_text(trace.timestamp_start.raw, "2024-12-01T08:14:05.123456");
    assert_text(trace.timestamp_end.raw, "2024-12-01T08:14:07.250118");
    assert_text(trace.prompt, "\"Hi\\n\\u2019\"");
    assert_text(trace.model.raw, "llama");
    assert_text(trace.session_id.raw, "s1");
    assert_text(trace.user_id.raw, "42");
    assert_int_equal(json_type_of(trace.metadata), JSON_OBJECT);
    assert_int_equal(json_type_of(trace.response), JSON_OBJECT);
    assert_double(trace.latency_ms, 2126.662);
    assert_double(trace.reward, 0.75);
    assert_true(trace.blocked);
    assert_int_equal(trace.notes, 0);
}

/* A document is read once: what the reply needs was kept on the way. */
static void the_reply_is_the_same_from_the_trace_and_from_its_response(void **state)
{
    struct trace trace = read_text(whole);
    struct reply taken = {0};
    struct reply read = {0};
    (void)state;
    reply_take(&taken, trace.response, trace.reply);
    reply_read(&read, trace.response);
    assert_int_equal(taken.kind, REPLY_ENVELOPE);
    assert_int_equal(read.kind, REPLY_ENVELOPE);
    assert_text(reply_words(&taken), "Hello");
    assert_text(reply_words(&read), "Hello");
    assert_text(buffer_bytes(&taken.finish), "stop");
    assert_text(buffer_bytes(&taken.model), "llama-3");
    reply_free(&taken);
    reply_free(&read);
}

/* Only the trace_id is needed; all else may come with a later version of the writer, or never. */
static void what_is_missing_is_absent(void **state)
{
    struct trace trace = read_text("{\"trace_id\":\"x\"}");
    (void)state;
    assert_text(trace.trace_id.raw, "x");
    assert_null(trace.component.raw.at);
    assert_null(trace.timestamp_start.raw.at);
    assert_null(trace.timestamp_end.raw.at);
    assert_null(trace.model.raw.at);
    assert_null(trace.session_id.raw.at);
    assert_null(trace.user_id.raw.at);
    assert_null(trace.prompt.at);
    assert_null(trace.metadata.at);
    assert_null(trace.response.at);
    assert_true(isnan(trace.latency_ms));
    assert_true(isnan(trace.reward));
    assert_false(trace.blocked);
    assert_int_equal(trace.notes, 0);
}

static void a_member_of_another_type_is_absent(void **state)
{
    static const char *const others[] = {"null", "true", "{}", "[]", "[\"x\"]", "{\"model\":1}"};
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        struct buffer b = {0};
        const char *v = others[i];
        buffer_format(&b,
                      "{\"trace_id\":\"x\",\"component\":%s,\"timestamp_start\":%s,\"prompt\":%s,"
                      "\"metadata\":%s,\"response\":%s,\"timestamp_end\":%s,\"latency_ms\":%s,"
                      "\"reward\":%s}",
                      v, v, v, v, v, v, v, v);
        struct trace trace = read_ok(buffer_bytes(&b), NULL);
        assert_null(trace.component.raw.at);
        assert_null(trace.timestamp_start.raw.at);
        assert_null(trace.timestamp_end.raw.at);
        assert_null(trace.model.raw.at);
        assert_true(isnan(trace.latency_ms));
        assert_true(isnan(trace.reward));
        assert_int_equal(trace.notes, 0);
        /* These three may be any JSON, and are handed on as they are. */
        assert_text(trace.prompt, v);
        assert_text(trace.metadata, v);
        assert_text(trace.response, v);
        buffer_free(&b);
    }
}

/* An empty string is a value, and not the same as none. */
static void an_empty_string_is_there(void **state)
{
    struct trace trace = read_text("{\"trace_id\":\"x\",\"component\":\"\"}");
    (void)state;
    assert_text(trace.component.raw, "");
}

static void members_may_come_in_any_order_and_among_others(void **state)
{
    struct trace trace = read_text(
        "{\"reward\":-1.0,\"extra\":{\"trace_id\":\"no\"},\"latency_ms\":0,\"response\":{},"
        "\"metadata\":{\"x\":1,\"blocked_by_safety\":true,\"model\":\"m\"},\"component\":\"c\","
        "\"more\":[1,{\"component\":\"no\"}],\"trace_id\":\"yes\"}");
    (void)state;
    assert_text(trace.trace_id.raw, "yes");
    assert_text(trace.component.raw, "c");
    assert_text(trace.model.raw, "m");
    assert_double(trace.reward, -1);
    assert_double(trace.latency_ms, 0);
    assert_true(trace.blocked);
}

/* A writer may escape whatever it likes, in keys too. */
static void a_key_may_be_written_with_escapes(void **state)
{
    struct trace trace = read_text("{\"\\u0074race\\u005Fid\":\"\\u0061\\n\","
                                   "\"metadat\\u0061\":{\"mod\\u0065l\":\"m\"}}");
    (void)state;
    assert_text(trace.trace_id.raw, "\\u0061\\n");
    assert_true(trace.trace_id.escaped);
    assert_true(json_text_is(trace.trace_id, BYTES("a\n")));
    assert_text(trace.model.raw, "m");
}

static void only_true_says_that_a_reply_was_blocked(void **state)
{
    static const char *const not_true[] = {"false", "null", "1", "\"true\"", "{}", "[true]"};
    (void)state;
    assert_true(trace_metadata_blocked(BYTES("{\"blocked_by_safety\": true}")));
    assert_true(trace_metadata_blocked(
        BYTES("{\"blocked_by_safety\": false, \"blocked_by_safety\": true}")));
    assert_false(trace_metadata_blocked(BYTES("{}")));
    assert_false(trace_metadata_blocked(BYTES("null")));
    assert_false(trace_metadata_blocked(BYTES("[{\"blocked_by_safety\": true}]")));
    assert_false(trace_metadata_blocked(BYTES("{\"in\": {\"blocked_by_safety\": true}}")));
    for (size_t i = 0; i < COUNT(not_true); i++) {
        struct buffer b = {0};
        buffer_format(&b, "{\"trace_id\":\"x\",\"metadata\":{\"blocked_by_safety\":%s}}",
                      not_true[i]);
        struct trace trace = read_ok(buffer_bytes(&b), NULL);
        assert_false(trace.blocked);
        assert_false(trace_metadata_blocked(trace.metadata));
        buffer_free(&b);
    }
}

/* ---- notes ---- */

static void of_a_repeated_member_the_last_counts_and_it_is_noted(void **state)
{
    static const char *const repeated[] = {
        "{\"trace_id\":\"1\",\"trace_id\":\"x\"}",
        "{\"trace_id\":5,\"trace_id\":\"x\"}",
        "{\"trace_id\":\"\",\"\\u0074race_id\":\"x\"}",
        "{\"trace_id\":\"x\",\"reward\":1,\"reward\":1}",
        "{\"trace_id\":\"x\",\"metadata\":{\"model\":\"a\",\"model\":\"b\"}}",
        "{\"trace_id\":\"x\",\"response\":{\"choices\":[],\"choices\":[]}}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(repeated); i++) {
        struct trace trace = read_text(repeated[i]);
        assert_text(trace.trace_id.raw, "x");
        assert_int_equal(trace.notes, TRACE_REPEATED_KEY);
    }
    assert_int_equal(read_text("{\"trace_id\":\"x\",\"other\":1,\"other\":2}").notes, 0);
}

/* What the first metadata said must not outlive it. */
static void a_repeated_metadata_replaces_all_of_the_first(void **state)
{
    struct trace trace =
        read_text("{\"trace_id\":\"x\",\"metadata\":{\"model\":\"m\",\"blocked_by_safety\":true,"
                  "\"session_id\":\"s\"},\"response\":{\"error\":\"e\"},"
                  "\"metadata\":{},\"response\":null}");
    struct reply reply = {0};
    (void)state;
    assert_null(trace.model.raw.at);
    assert_null(trace.session_id.raw.at);
    assert_false(trace.blocked);
    reply_take(&reply, trace.response, trace.reply);
    assert_int_equal(reply.kind, REPLY_NONE);
    reply_free(&reply);
}

static void a_number_that_is_not_finite_is_absent_and_noted(void **state)
{
    static const char *const numbers[] = {"NaN", "Infinity", "-Infinity", "1e400", "-1e999"};
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct buffer b = {0};
        buffer_format(&b, "{\"trace_id\":\"x\",\"%s\":%s}", i % 2 ? "reward" : "latency_ms",
                      numbers[i]);
        struct trace trace = read_ok(buffer_bytes(&b), NULL);
        assert_true(isnan(trace.latency_ms));
        assert_true(isnan(trace.reward));
        assert_int_equal(trace.notes, TRACE_NOT_FINITE);
        buffer_free(&b);
    }
    assert_int_equal(read_text("{\"trace_id\":\"x\",\"other\":NaN}").notes, 0);
}

/* ---- session and user ---- */

/* They stand where a team says; a number is taken by its digits, anything else is not guessed at. */
static void session_and_user_stand_where_the_keys_say(void **state)
{
    static const struct trace_keys keys = {"metadata.context.session", "user"};
    static const struct trace_keys one = {NULL, "metadata.missing.user"};
    static const char document[] =
        "{\"trace_id\":\"x\",\"user\":12345678901234567890,\"metadata\":{\"session_id\":\"s0\","
        "\"user_id\":\"u0\",\"context\":{\"session\":\"s1\"}}}";
    (void)state;
    struct trace trace = read_ok(text_of_literal(document), &keys);
    assert_text(trace.session_id.raw, "s1");
    assert_text(trace.user_id.raw, "12345678901234567890");
    trace = read_ok(text_of_literal(document), &one);
    assert_text(trace.session_id.raw, "s0");
    assert_null(trace.user_id.raw.at);
    trace = read_text("{\"trace_id\":\"x\",\"metadata\":{\"session_id\":{},\"user_id\":true}}");
    assert_null(trace.session_id.raw.at);
    assert_null(trace.user_id.raw.at);
}

/* A path comes from the command line. */
static void an_odd_path_leads_nowhere(void **state)
{
    char path[600];
    struct trace_keys keys = {path, NULL};
    static const char *const odd[] = {"", ".", "..", "trace_id.x", "metadata", "metadata..s", "x"};
    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        strcpy(path, odd[i]);
        struct trace trace =
            read_ok(BYTES("{\"trace_id\":\"x\",\"metadata\":{\"s\":\"no\"}}"), &keys);
        assert_null(trace.session_id.raw.at);
    }
    for (size_t n = 250; n < 260; n++) {
        memset(path, 'k', n);
        path[n] = '\0';
        assert_null(read_ok(BYTES("{\"trace_id\":\"x\"}"), &keys).session_id.raw.at);
    }
}

/* ---- what is no trace ---- */

static void what_is_no_trace_says_why(void **state)
{
    static const struct {
        const char *document;
        const char *expected;
        size_t offset;
        bool incomplete;
    } cases[] = {
        {"", "'{'", 0, true},
        {" \n", "'{'", 2, true},
        {"null", "'{'", 0, false},
        {" [{\"trace_id\":\"x\"}]", "'{'", 1, false},
        {"\"trace_id\"", "'{'", 0, false},
        {"\xef\xbb\xbf{\"trace_id\":\"x\"}", "'{'", 0, false},
        {"{}", "an object with a trace_id", 0, false},
        {"{\"in\":{\"trace_id\":\"x\"}}", "an object with a trace_id", 0, false},
        {"{\"trace_id\":\"\"}", "a trace_id that is a non-empty string", 12, false},
        {"{\"trace_id\": 17}", "a trace_id that is a non-empty string", 13, false},
        {"{\"trace_id\":null}", "a trace_id that is a non-empty string", 12, false},
        {"{\"trace_id\":[\"x\"]}", "a trace_id that is a non-empty string", 12, false},
        {"{\"trace_id\":\"x\",\"trace_id\":\"\"}", "a trace_id that is a non-empty string", 27,
         false},
        {"{\"trace_id\":\"x\"} {", "the end of the document", 17, false},
        {"{\"trace_id\":\"x\"}{}", "the end of the document", 16, false},
        {"{\"trace_id\":\"x\",}", "a key", 16, false},
        {"{\"trace_id\":\"x\" \"a\":1}", "',' or '}'", 16, false},
        {"{\"trace_id\":\"x\",\"prompt\":\"caf\xe9\"}", "valid UTF-8", 29, false},
        {"{\"trace_id\":\"x\",\"metadata\":{\"model\":\"m\"}", "',' or '}'", 40, true},
        {"{\"trace_id\":\"x\",\"a\":tru", "the rest of a word", 23, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trace_error error = read_error(text_of_literal(cases[i].document));
        if (strcmp(error.expected, cases[i].expected) != 0 || error.offset != cases[i].offset ||
            error.incomplete != cases[i].incomplete)
            fail_msg("%s: expected %s at byte %zu%s", cases[i].document, error.expected,
                     error.offset, error.incomplete ? ", incomplete" : "");
    }
}

/* A file that is still being written is taken later: each strict beginning is incomplete, none is a
 * trace, and none is given up. The last byte of `whole` is white space, so it may be missing. */
static void every_strict_beginning_of_a_trace_is_incomplete(void **state)
{
    size_t n = strlen(whole) - 1;
    (void)state;
    assert_int_equal(whole[n - 1], '}');
    read_ok((struct bytes){whole, n}, NULL);
    for (size_t i = 0; i < n; i++) {
        struct trace_error error = read_error((struct bytes){whole, i});
        if (!error.incomplete || error.offset != i)
            fail_msg("the first %zu bytes: expected %s at byte %zu, %s", i, error.expected,
                     error.offset, error.incomplete ? "incomplete" : "not incomplete");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_found),
        cmocka_unit_test(the_reply_is_the_same_from_the_trace_and_from_its_response),
        cmocka_unit_test(what_is_missing_is_absent),
        cmocka_unit_test(a_member_of_another_type_is_absent),
        cmocka_unit_test(an_empty_string_is_there),
        cmocka_unit_test(members_may_come_in_any_order_and_among_others),
        cmocka_unit_test(a_key_may_be_written_with_escapes),
        cmocka_unit_test(only_true_says_that_a_reply_was_blocked),
        cmocka_unit_test(of_a_repeated_member_the_last_counts_and_it_is_noted),
        cmocka_unit_test(a_repeated_metadata_replaces_all_of_the_first),
        cmocka_unit_test(a_number_that_is_not_finite_is_absent_and_noted),
        cmocka_unit_test(session_and_user_stand_where_the_keys_say),
        cmocka_unit_test(an_odd_path_leads_nowhere),
        cmocka_unit_test(what_is_no_trace_says_why),
        cmocka_unit_test(every_strict_beginning_of_a_trace_is_incomplete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
