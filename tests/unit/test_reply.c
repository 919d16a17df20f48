/*
 * test_reply.c -- replies: the assistant's words from every known shape, and what is no reply. The
 * classes of errors have tests of their own.
 */
#include "replies.h"

static void assert_envelope(const char *json, const char *words)
{
    read_response(json);
    assert_int_equal(reply.kind, REPLY_ENVELOPE);
    assert_text(reply_words(&reply), words);
}

/* ---- OpenAI and those like it ---- */

static void a_chat_completion_gives_words_and_facts(void **state)
{
    (void)state;
    assert_envelope("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"llama3-8b\","
                    "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                    "\"I\\u2019m here.\\n\"},\"finish_reason\":\"stop\"},"
                    "{\"message\":{\"content\":\"the second\"},\"finish_reason\":\"length\"}],"
                    "\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":7,\"total_tokens\":32}}",
                    "I\xe2\x80\x99m here.\n");
    assert_text(buffer_bytes(&reply.finish), "stop");
    assert_text(buffer_bytes(&reply.model), "llama3-8b");
    assert_true(reply.has_finish);
    assert_true(reply.has_model);
    assert_int_equal(reply.prompt_tokens, 25);
    assert_int_equal(reply.completion_tokens, 7);
    assert_false(reply.blocked);
}

/* A model that calls a tool says nothing; that is '' and no failure. */
static void an_assistant_may_say_nothing(void **state)
{
    (void)state;
    assert_envelope("{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{}]},"
                    "\"finish_reason\":\"tool_calls\"}]}",
                    "");
    assert_text(buffer_bytes(&reply.finish), "tool");
    assert_envelope("{\"choices\":[{\"message\":{\"content\":\"\"}}]}", "");
    assert_envelope("{\"choices\":[{\"message\":{}}]}", "");
    assert_envelope("{\"choices\":[],\"model\":\"m\"}", "");
    assert_false(reply.has_finish);
    assert_int_equal(reply.prompt_tokens, -1);
}

static void content_in_parts_is_joined(void **state)
{
    (void)state;
    assert_envelope(
        "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"Hel\"},"
        "{\"type\":\"image_url\",\"image_url\":{}},{\"type\":\"text\",\"text\":\"lo\"}]}}]}",
        "Hello");
}

/* Groq and others write "error": null beside a success. */
static void an_error_that_is_null_is_none(void **state)
{
    (void)state;
    assert_envelope("{\"error\":null,\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}", "Hi");
    assert_envelope("{\"choices\":[{\"message\":{\"content\":\"Hi\"}}],\"error\":false}", "Hi");
}

static void a_content_filter_blocks(void **state)
{
    (void)state;
    assert_envelope("{\"choices\":[{\"message\":{\"content\":\"Par\"},"
                    "\"finish_reason\":\"content_filter\"}]}",
                    "Par");
    assert_true(reply.blocked);
    assert_text(buffer_bytes(&reply.finish), "filter");
}

/* The providers' words, whatever their case, and one that nobody knows yet. */
static void reasons_to_finish_have_one_name_each(void **state)
{
    static const char *const words[][2] = {
        {"stop", "stop"},
        {"STOP", "stop"},
        {"end_turn", "stop"},
        {"stop_sequence", "stop"},
        {"length", "length"},
        {"MAX_TOKENS", "length"},
        {"max_tokens", "length"},
        {"function_call", "tool"},
        {"tool_use", "tool"},
        {"tool_calls", "tool"},
        {"content_filter", "filter"},
        {"SAFETY", "filter"},
        {"RECITATION", "filter"},
        {"BLOCKLIST", "filter"},
        {"PROHIBITED_CONTENT", "filter"},
        {"SPII", "filter"},
        {"IMAGE_SAFETY", "filter"},
        {"VIDEO_SAFETY", "filter"},
        {"_safety", "_safety"},
        {"Some_New_Word", "some_new_word"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct buffer b = {0};
        buffer_format(&b,
                      "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"%s\"}]}",
                      words[i][0]);
        buffer_append_byte(&b, '\0');
        read_response(b.at);
        assert_true(reply.has_finish);
        assert_text(buffer_bytes(&reply.finish), words[i][1]);
        assert_int_equal(reply.blocked, strcmp(words[i][1], "filter") == 0);
        buffer_free(&b);
    }
}

/* ---- Gemini ---- */

static void a_gemini_reply_is_all_its_parts_but_the_thoughts(void **state)
{
    (void)state;
    assert_envelope("{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":["
                    "{\"text\":\"Let me think\",\"thought\":true},{\"text\":\"I hear \"},"
                    "{\"functionCall\":{\"name\":\"f\",\"args\":{\"text\":\"no\"}}},"
                    "{\"text\":\"you\",\"thought\":false}]},\"finishReason\":\"STOP\"},"
                    "{\"content\":{\"parts\":[{\"text\":\"other\"}]}}],"
                    "\"usageMetadata\":{\"promptTokenCount\":11,\"candidatesTokenCount\":5},"
                    "\"modelVersion\":\"gemini-1.5-flash\"}",
                    "I hear you");
    assert_text(buffer_bytes(&reply.finish), "stop");
    assert_text(buffer_bytes(&reply.model), "gemini-1.5-flash");
    assert_int_equal(reply.prompt_tokens, 11);
    assert_int_equal(reply.completion_tokens, 5);
    assert_false(reply.blocked);
}

static void a_gemini_reply_cut_for_safety_is_blocked(void **state)
{
    (void)state;
    assert_envelope("{\"candidates\":[{\"finishReason\":\"SAFETY\",\"safetyRatings\":[]}]}", "");
    assert_true(reply.blocked);
    assert_text(buffer_bytes(&reply.finish), "filter");
}

/* Then there is no candidate; some clients write an empty list all the same. */
static void a_prompt_that_gemini_refused_is_blocked(void **state)
{
    static const char *const refused[] = {
        "{\"promptFeedback\":{\"blockReason\":\"SAFETY\",\"safetyRatings\":[]}}",
        "{\"candidates\":[],\"promptFeedback\":{\"blockReason\":\"OTHER\"}}",
        "{\"candidates\":null,\"promptFeedback\":{\"blockReason\":\"OTHER\"}}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_envelope(refused[i], "");
        assert_true(reply.blocked);
    }
    assert_envelope("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}],"
                    "\"promptFeedback\":{\"safetyRatings\":[]}}",
                    "Hi");
    assert_false(reply.blocked);
}

static void gemini_without_parts_said_nothing(void **state)
{
    (void)state;
    assert_envelope("{\"candidates\":[{\"content\":{},\"finishReason\":\"MAX_TOKENS\"}]}", "");
    assert_text(buffer_bytes(&reply.finish), "length");
    assert_envelope("{\"candidates\":[{\"content\":{\"parts\":{}}}]}", "");
    assert_envelope("{\"candidates\":[{\"content\":{\"parts\":[null,5,{\"text\":7},[]]}}]}", "");
}

/* ---- other members ---- */

static void token_counts_are_whole_and_within_reach(void **state)
{
    static const struct {
        const char *json;
        int64_t count;
    } counts[] = {
        {"0", 0},
        {"7", 7},
        {"7.0", 7},
        {"-1", -1},
        {"null", -1},
        {"\"7\"", -1},
        {"1e400", -1},
        {"NaN", -1},
        {"{}", -1},
        {"1e300", -1},
        {"9007199254740992", INT64_C(9007199254740992)},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct buffer b = {0};
        buffer_format(&b,
                      "{\"choices\":[{\"message\":{}}],\"usage\":{\"prompt_tokens\":%s,"
                      "\"completion_tokens\":%s}}",
                      counts[i].json, counts[i].json);
        buffer_append_byte(&b, '\0');
        read_response(b.at);
        assert_int_equal(reply.prompt_tokens, counts[i].count);
        assert_int_equal(reply.completion_tokens, counts[i].count);
        buffer_free(&b);
    }
}

/* ---- errors ---- */

static void assert_error(const char *json, const char *message, const char *class)
{
    read_response(json);
    assert_int_equal(reply.kind, REPLY_ERROR);
    assert_text(buffer_bytes(&reply.error), message);
    assert_string_equal(reply.error_class, class);
    assert_null(reply_words(&reply).at);
}

static void an_error_is_read_in_each_of_its_shapes(void **state)
{
    (void)state;
    assert_error("{\"error\":\"Request timed out.\"}", "Request timed out.", "timeout");
    assert_error("{\"error\":{\"message\":\"slow \\u2019down\",\"code\":429}}",
                 "slow \xe2\x80\x99"
                 "down",
                 "rate_limit");
    assert_error("{\"error\":{\"code\":503,\"message\":\"try again\",\"status\":\"UNAVAILABLE\"}}",
                 "try again", "server");
    assert_error("{\"error\":{\"message\":\"bad key\",\"code\":401}}", "bad key", "auth");
    assert_error("{\"error\":{\"message\":\"Invalid x\",\"code\":\"invalid_value\"}}", "Invalid x",
                 "bad_request");
    assert_error("{\"error\":\"\"}", "", "other");
    assert_error("{\"error\":{\"type\":\"overloaded\"}}", "{\"type\":\"overloaded\"}", "server");
    assert_error("{\"error\":[1, 2]}", "[1, 2]", "other");
    assert_error("{\"error\":{\"message\":\"quota\",\"code\":399}}", "quota", "rate_limit");
    assert_error("{\"error\":{\"message\":\"quota\",\"code\":400}}", "quota", "bad_request");
    assert_error("{\"error\":{\"message\":\"quota\",\"code\":599}}", "quota", "server");
    assert_error("{\"error\":{\"message\":\"quota\",\"code\":600}}", "quota", "rate_limit");
    assert_error("{\"error\":{\"message\":\"out of range\",\"code\":99}}", "out of range", "other");
    assert_error("{\"error\":500}", "500", "server");
    assert_error("{\"error\":true}", "true", "other");
    /* A reply beside the error does not make it a success. */
    assert_error("{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"error\":\"boom\"}", "boom",
                 "other");
}

/* Where the message says little. The code goes before the type, for the type of OpenAI's errors is
 * mostly invalid_request_error. */
static void an_error_is_classed_by_its_code_and_type_too(void **state)
{
    static const char *const errors[][2] = {
        {"\"message\":\"Rate reached\",\"code\":\"rate_limit_exceeded\"", "rate_limit"},
        {"\"message\":\"Slow\",\"code\":\"429\"", "rate_limit"},
        {"\"message\":\"Sorry\",\"type\":\"server_error\"", "server"},
        {"\"message\":\"Sorry\",\"type\":\"server_error\",\"code\":null", "server"},
        {"\"message\":\"invalid x-key\",\"type\":\"authentication_error\"", "auth"},
        {"\"message\":\"a quota\",\"type\":\"invalid_request_error\"", "rate_limit"},
        {"\"message\":\"Sorry\",\"type\":\"invalid_request_error\"", "bad_request"},
        {"\"message\":\"Sorry\",\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"",
         "auth"},
        {"\"message\":\"our content policy\",\"code\":400", "content_filter"},
        {"\"message\":\"Sorry\",\"type\":\"content_filter\",\"code\":\"400\"", "content_filter"},
        {"\"message\":\"Sorry\",\"type\":\"tokens\",\"code\":[]", "other"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        struct buffer b = {0};
        buffer_format(&b, "{\"error\":{%s}}", errors[i][0]);
        buffer_append_byte(&b, '\0');
        read_response(b.at);
        assert_int_equal(reply.kind, REPLY_ERROR);
        assert_string_equal(reply.error_class, errors[i][1]);
        buffer_free(&b);
    }
}

/* ---- what is no envelope ---- */

static void a_response_of_no_known_shape_is_unknown(void **state)
{
    static const char *const unknown[] = {
        "{}",
        "[]",
        "true",
        "17",
        "[{\"choices\":[]}]",
        "{\"choices\":{}}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"text\":\"old\"}]}",
        "{\"choices\":[[{\"message\":{}}]]}",
        "{\"candidates\":[]}",
        "{\"candidates\":[{\"index\":0}]}",
        "{\"promptFeedback\":[]}",
        /* A planner's JSON, not Gemini's. */
        "{\"candidates\":[{\"content\":\"Bob\"}]}",
        "{\"candidates\":[{\"content\":null,\"finishReason\":3}]}",
        "{\"error\":false}",
        "{\"data\":{\"error\":\"inner\"}}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        read_response(unknown[i]);
        assert_int_equal(reply.kind, REPLY_UNKNOWN);
        assert_null(reply_words(&reply).at);
        assert_null(reply.error_class);
    }
}

static void a_response_may_be_words_or_nothing(void **state)
{
    (void)state;
    read_response("\"I\\u2019m here\"");
    assert_int_equal(reply.kind, REPLY_TEXT);
    assert_text(reply_words(&reply), "I\xe2\x80\x99m here");
    read_response("\"\"");
    assert_text(reply_words(&reply), "");
    read_response("null");
    assert_int_equal(reply.kind, REPLY_NONE);
    assert_null(reply_words(&reply).at);
    reply_read(&reply, (struct bytes){NULL, 0});
    assert_int_equal(reply.kind, REPLY_NONE);
}

/* ---- the argument of a function ---- */

static void an_envelope_as_argument_is_read_as_one(void **state)
{
    (void)state;
    read_argument(" {\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}\n");
    assert_int_equal(reply.kind, REPLY_ENVELOPE);
    assert_text(reply_words(&reply), "Hi");
    read_argument("{\"error\":\"boom\"}");
    assert_int_equal(reply.kind, REPLY_ERROR);
    read_argument("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}");
    assert_true(reply.blocked);
}

/* A planner's reply is often JSON; a reply may be a number, or broken JSON, or the beginning of an
 * envelope that was cut. All of that is what the assistant said. */
static void any_other_text_is_what_the_assistant_said(void **state)
{
    static const char *const texts[] = {
        "",
        "I hear you.",
        "{\"plan\": [\"listen\", \"ask\"], \"done\": false}",
        "[1, 2, 3]",
        "null",
        "true",
        "42",
        "\"quoted\"",
        "{}",
        "{\"choices\": [\"tea\", \"coffee\"]}",
        "{\"error\": null}",
        "{\"error\": false}",
        "{\"candidates\": [{\"content\": \"Bob\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"Hi\"}}]} and more",
        "{\"choices\":[{\"message\":{\"content\":\"Hi\"}}",
        "{not json}",
        "{\"a\": \"\xff\"}",
        " {\"plan\": 1} ",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        read_argument(texts[i]);
        assert_int_equal(reply.kind, REPLY_TEXT);
        assert_text(reply_words(&reply), texts[i]);
        assert_false(reply.blocked);
        assert_int_equal(reply.prompt_tokens, -1);
    }
}

/* From the fullest reply to the emptiest. */
static void nothing_of_a_reply_stays_for_the_next(void **state)
{
    static const char full[] =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"SAFETY\"}]"
        ","
        "\"usageMetadata\":{\"promptTokenCount\":1,\"candidatesTokenCount\":2},"
        "\"modelVersion\":\"m\"}";
    (void)state;
    for (int i = 0; i < 3; i++) {
        read_response("{\"error\":\"boom\"}");
        read_response(full);
        assert_int_equal(reply.error.n, 0);
        assert_null(reply.error_class);
        if (i == 0)
            read_response("{}");
        else if (i == 1)
            read_argument("");
        else
            reply_clear(&reply);
        assert_false(reply.blocked);
        assert_false(reply.has_finish);
        assert_false(reply.has_model);
        assert_int_equal(reply.text.n + reply.error.n + reply.finish.n + reply.model.n, 0);
        assert_int_equal(reply.prompt_tokens, -1);
        assert_int_equal(reply.completion_tokens, -1);
        assert_null(reply.error_class);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chat_completion_gives_words_and_facts),
        cmocka_unit_test(an_assistant_may_say_nothing),
        cmocka_unit_test(content_in_parts_is_joined),
        cmocka_unit_test(an_error_that_is_null_is_none),
        cmocka_unit_test(a_content_filter_blocks),
        cmocka_unit_test(reasons_to_finish_have_one_name_each),
        cmocka_unit_test(a_gemini_reply_is_all_its_parts_but_the_thoughts),
        cmocka_unit_test(a_gemini_reply_cut_for_safety_is_blocked),
        cmocka_unit_test(a_prompt_that_gemini_refused_is_blocked),
        cmocka_unit_test(gemini_without_parts_said_nothing),
        cmocka_unit_test(token_counts_are_whole_and_within_reach),
        cmocka_unit_test(an_error_is_read_in_each_of_its_shapes),
        cmocka_unit_test(an_error_is_classed_by_its_code_and_type_too),
        cmocka_unit_test(a_response_of_no_known_shape_is_unknown),
        cmocka_unit_test(a_response_may_be_words_or_nothing),
        cmocka_unit_test(an_envelope_as_argument_is_read_as_one),
        cmocka_unit_test(any_other_text_is_what_the_assistant_said),
        cmocka_unit_test(nothing_of_a_reply_stays_for_the_next),
    };
    return cmocka_run_group_tests(tests, set_up_reply, tear_down_reply);
}
