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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_http_status_tells_the_class),
        cmocka_unit_test(other_numbers_are_no_status),
        cmocka_unit_test(words_tell_the_class_where_there_is_no_status),
        cmocka_unit_test(a_filter_is_told_from_a_bad_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
