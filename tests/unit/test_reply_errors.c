/*
 * test_reply_errors.c -- the class of a failed call, from the messages that clients really write.
 */
#include "check.h"

#include "reply.h"

struct message {
    const char *text;
    const char *class;
};

static void assert_classes(const struct message *messages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bytes copy = exact_copy(text_of_literal(messages[i].text));
        const char *class = reply_error_class(copy);
        if (strcmp(class, messages[i].class) != 0)
            fail_msg("\"%s\" is %s, not %s", messages[i].text, class, messages[i].class);
        free((char *)copy.at);
    }
}

/* The status says more than the words around it. */
static void the_http_status_tells_the_class(void **state)
{
    static const struct message messages[] = {
        {"Error code: 429 - {'error': {'message': 'slow down'}}", "rate_limit"},
        {"429 Client Error: Too Many Requests for url: https://api.groq.com/v1", "rate_limit"},
        {"Error code: 401 - {'error': {'message': 'Incorrect key'}}", "auth"},
        {"HTTP 403", "auth"},
        {"status_code=408", "timeout"},
        {"HTTP/1.1 504 Gateway Time-out", "timeout"},
        {"HTTP/2 502", "server"},
        {"500 Server Error", "server"},
        {"Error code: 503 - overloaded", "server"},
        {"Error code: 400 - {'error': {'message': 'rate of speech is invalid'}}", "bad_request"},
        {"404 Not Found", "bad_request"},
        {"Status: 422", "bad_request"},
        {"599", "server"},
        {"400", "bad_request"},
        {"error (code 413): too much", "bad_request"},
        {"Error 429 - slow down", "rate_limit"},
        {"HTTP Error 503: down", "server"},
        {"Error: 502", "server"},
        {"Error 500.", "server"},
        {"Error 404 Page Gone", "bad_request"},
        {"503 Service Unavailable", "server"},
        {"HTTP 502 Bad Gateway", "server"},
        /* The status goes before a word of another class. */
        {"Error code: 500 - connection timeout, rate limit unknown", "server"},
    };
    (void)state;
    assert_classes(messages, COUNT(messages));
}

/* A port, a count or an id is no status. */
static void other_numbers_are_no_status(void **state)
{
    static const struct message messages[] = {
        {"HTTPSConnectionPool(host='x', port=443): Read timed out.", "timeout"},
        {"the prompt has 429 tokens", "other"},
        {"request req_500 failed", "other"},
        {"code 4290", "other"},
        {"code 42", "other"},
        {"code 399", "other"},
        {"code 600", "other"},
        {"code 429x", "other"},
        {"x429", "other"},
        {"1429", "other"},
        {"waited 500 ms", "other"},
        {"Error: 512 tokens exceed the limit", "other"},
        {"Error: 512-token window", "other"},
        {"Error: 512,000 is too much", "other"},
        {"Error (400 of them)", "other"},
        {"", "other"},
        {"5", "other"},
        {"50", "other"},
    };
    (void)state;
    assert_classes(messages, COUNT(messages));
}

static void words_tell_the_class_where_there_is_no_status(void **state)
{
    static const struct message messages[] = {
        {"Rate limit reached for model `llama3-70b`", "rate_limit"},
        {"RateLimitError", "rate_limit"},
        {"You exceeded your current quota", "rate_limit"},
        {"RESOURCE_EXHAUSTED", "rate_limit"},
        {"ThrottlingException", "rate_limit"},
        {"Request timed out.", "timeout"},
        {"ReadTimeout", "timeout"},
        {"DEADLINE_EXCEEDED", "timeout"},
        {"API key not valid. Please pass a valid API key.", "auth"},
        {"PERMISSION_DENIED", "auth"},
        {"AuthenticationError", "auth"},
        {"Service Unavailable", "server"},
        {"Overloaded", "server"},
        {"Connection error.", "server"},
        {"This model's maximum context length is 8192 tokens", "bad_request"},
        {"invalid_request_error", "bad_request"},
        {"model not found", "bad_request"},
        {"something else entirely", "other"},
    };
    (void)state;
    assert_classes(messages, COUNT(messages));
}

/* Azure's filter answers with status 400. */
static void a_filter_is_told_from_a_bad_request(void **state)
{
    static const struct message messages[] = {
        {"Error code: 400 - {'error': {'code': 'content_filter'}}", "content_filter"},
        {"Error code: 400 - triggering Azure OpenAI's content management policy", "content_filter"},
        {"Your request violates our Content Policy", "content_filter"},
    };
    (void)state;
    assert_classes(messages, COUNT(messages));
}

/* Filters, and Google's check of keys, speak through statuses of other classes. */
static void some_words_go_before_the_status(void **state)
{
    static const char *const filters[] = {
        "content_filter",
        "the content filter",
        "our content policy",
        "content_policy",
        "your content management policy",
        "ResponsibleAIPolicy",
        "requires moderation",
        "it was flagged",
        "sensitive content",
        "the safety system",
    };
    static const char *const keys[] = {"API key not valid", "API key expired", "API_KEY_INVALID"};
    (void)state;
    for (size_t i = 0; i < COUNT(filters) + COUNT(keys); i++) {
        bool filter = i < COUNT(filters);
        struct buffer b = {0};
        buffer_format(&b, "Error code: 403 - %s", filter ? filters[i] : keys[i - COUNT(filters)]);
        assert_string_equal(reply_error_class(buffer_bytes(&b)),
                            filter ? "content_filter" : "auth");
        buffer_clear(&b);
        buffer_format(&b, "Error code: 400 - %s", filter ? filters[i] : keys[i - COUNT(filters)]);
        assert_string_equal(reply_error_class(buffer_bytes(&b)),
                            filter ? "content_filter" : "auth");
        buffer_free(&b);
    }
}

/* All the other words tell only where there is no status: an error of the server may speak of any. */
static void other_words_go_behind_the_status(void **state)
{
    static const struct message words[] = {
        {"rate limit", "rate_limit"},
        {"rate_limit", "rate_limit"},
        {"rate-limited", "rate_limit"},
        {"RateLimit", "rate_limit"},
        {"Too Many Requests", "rate_limit"},
        {"please wait before", "rate_limit"},
        {"quota", "rate_limit"},
        {"RESOURCE_EXHAUSTED", "rate_limit"},
        {"Throttling", "rate_limit"},
        {"a trial key", "rate_limit"},
        {"credit balance", "rate_limit"},
        {"Insufficient Balance", "rate_limit"},
        {"insufficient credits", "rate_limit"},
        {"billing", "rate_limit"},
        {"timed out", "timeout"},
        {"timed_out", "timeout"},
        {"timeout", "timeout"},
        {"time out", "timeout"},
        {"deadline", "timeout"},
        {"unauthorized", "auth"},
        {"unauthenticated", "auth"},
        {"authentication", "auth"},
        {"not authorized", "auth"},
        {"permission", "auth"},
        {"forbidden", "auth"},
        {"access denied", "auth"},
        {"AccessDenied", "auth"},
        {"api key", "auth"},
        {"api_key", "auth"},
        {"x-api-key", "auth"},
        {"api token", "auth"},
        {"security token", "auth"},
        {"ExpiredToken", "auth"},
        {"UnrecognizedClient", "auth"},
        {"overloaded", "server"},
        {"over capacity", "server"},
        {"too busy", "server"},
        {"currently loading", "server"},
        {"ModelNotReady", "server"},
        {"ModelError", "server"},
        {"modelStreamError", "server"},
        {"unavailable", "server"},
        {"internal server", "server"},
        {"InternalServer", "server"},
        {"internal error", "server"},
        {"bad gateway", "server"},
        {"server_error", "server"},
        {"api_error", "server"},
        {"connection", "server"},
        {"bad request", "bad_request"},
        {"bad_request", "bad_request"},
        {"invalid", "bad_request"},
        {"malformed", "bad_request"},
        {"validation", "bad_request"},
        {"not found", "bad_request"},
        {"not_found", "bad_request"},
        {"NotFound", "bad_request"},
        {"does not exist", "bad_request"},
        {"not supported", "bad_request"},
        {"unsupported", "bad_request"},
        {"deprecated", "bad_request"},
        {"FAILED_PRECONDITION", "bad_request"},
        {"OUT_OF_RANGE", "bad_request"},
        {"context length", "bad_request"},
        {"context_length", "bad_request"},
        {"too long", "bad_request"},
        {"too_large", "bad_request"},
        {"too large", "bad_request"},
    };
    (void)state;
    assert_classes(words, COUNT(words));
    for (size_t i = 0; i < COUNT(words); i++) {
        struct buffer b = {0};
        const char *status = strcmp(words[i].class, "server") == 0 ? "429" : "500";
        buffer_format(&b, "Error code: %s - %s", status, words[i].text);
        assert_string_equal(reply_error_class(buffer_bytes(&b)),
                            *status == '4' ? "rate_limit" : "server");
        buffer_free(&b);
    }
}

/* Of those who have statuses of their own. */
static void rarer_statuses_have_a_class_too(void **state)
{
    static const struct message messages[] = {
        {"HTTP 402", "rate_limit"}, {"HTTP 498", "rate_limit"}, {"HTTP 522", "timeout"},
        {"HTTP 524", "timeout"},    {"HTTP 529", "server"},     {"HTTP 413", "bad_request"},
    };
    (void)state;
    assert_classes(messages, COUNT(messages));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_http_status_tells_the_class),
        cmocka_unit_test(other_numbers_are_no_status),
        cmocka_unit_test(words_tell_the_class_where_there_is_no_status),
        cmocka_unit_test(a_filter_is_told_from_a_bad_request),
        cmocka_unit_test(some_words_go_before_the_status),
        cmocka_unit_test(other_words_go_behind_the_status),
        cmocka_unit_test(rarer_statuses_have_a_class_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
