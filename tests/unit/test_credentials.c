/*
 * test_credentials.c -- credentials in error messages are masked, and words of prose are not.
 */
#include "check.h"

#include "credentials.h"

/* Checks the masked text; as many "***" must be in it as are counted. */
static void assert_masked(const char *text, const char *expected)
{
    struct bytes copy = exact_copy(text_of_literal(text));
    struct buffer out = {0};
    size_t marks = 0;
    size_t count = credentials_mask(copy, &out);
    assert_text(buffer_bytes(&out), expected);
    for (const char *p = strstr(expected, "***"); p; p = strstr(p + 3, "***"))
        marks++;
    assert_int_equal(count, marks);
    buffer_free(&out);
    free((char *)copy.at);
}

/* What clients put into exceptions: the URL they called, with its key. */
static void a_key_in_a_url_is_masked(void **state)
{
    (void)state;
    assert_masked("404 for https://g.example/v1/models?key=AIzaSyA-1234567890abcdefg&alt=json",
                  "404 for https://g.example/v1/models?key=***&alt=json");
    assert_masked("?api_key=abc123", "?api_key=***");
    assert_masked("?access_token=ya29.a0Af/x%2Fy~z+w*&x=1", "?access_token=***&x=1");
    assert_masked("?sig=0a1b and SECRET=xyz, Password=hunter2.",
                  "?sig=*** and SECRET=***, Password=***.");
    assert_masked("apikey=1&api-key=2&token=3", "apikey=***&api-key=***&token=***");
}

static void a_token_in_a_header_is_masked(void **state)
{
    (void)state;
    assert_masked("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc_DEF-123",
                  "Authorization: Bearer ***");
    assert_masked("{'Authorization': 'Basic dXNlcjpwYXNzd29yZDEyMw=='}",
                  "{'Authorization': 'Basic ***=='}");
    assert_masked("x-api-key: 0123456789abcdef0123", "x-api-key: ***");
}

/* The providers' own forms, wherever they stand. */
static void a_key_is_known_by_how_it_begins(void **state)
{
    (void)state;
    assert_masked("Incorrect API key provided: sk-proj-abcdefghijklmnop.",
                  "Incorrect API key provided: ***.");
    assert_masked("gsk_abcdefghijklmnopqrst", "***");
    assert_masked("'AIzaSyA-1234567890abcdefg'", "'***'");
    assert_masked("(hf_abcdefghijklmnop) xai-abcdefghijklmnop pplx-abcdefghijklmnop",
                  "(***) *** ***");
    assert_masked("r8_abcdefghijklmnop\nya29.abcdefghijklmnop", "***\n***");
    assert_masked("SK-ABCDEFGHIJKLMNOP", "***");
}

/* Sixteen is the shortest that is taken for a key where only its form tells. */
static void a_short_word_is_no_key(void **state)
{
    (void)state;
    assert_masked("sk-0123456789ab", "sk-0123456789ab"); /* 15 */
    assert_masked("sk-0123456789abc", "***");            /* 16 */
    assert_masked("sk-0123456789ab.", "sk-0123456789ab.");
    assert_masked("Bearer 0123456789abcde", "Bearer 0123456789abcde");
    assert_masked("Bearer 0123456789abcdef", "Bearer ***");
    assert_masked("hf_hub and sk-learn", "hf_hub and sk-learn");
}

static void prose_stays_as_it_is(void **state)
{
    static const char *const texts[] = {
        "",
        "Request timed out.",
        "The bearer of bad news; a basic idea of them",
        "a monkey = an ape, key = value",
        "Rate limit reached for model `llama3-70b-8192` in organization `org_01`",
        "key=",
        "key=&token= ",
        "key=...",
        "risk-free-investments-for-everyone",
        "\xc3\xa9t\xc3\xa9 \xe2\x80\x99 \xff",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_masked(texts[i], texts[i]);
}

/* Nothing is read beyond the text, and nothing of it is lost, wherever it is cut. */
static void a_message_cut_anywhere_is_masked_as_far_as_it_goes(void **state)
{
    static const char text[] =
        "x?key=abc Bearer 0123456789abcdefg, sk-abcdefghijklmnopq x-api-key: 1";
    (void)state;
    for (size_t n = 0; n < sizeof text; n++) {
        struct bytes copy = exact_copy((struct bytes){text, n});
        struct buffer out = {0};
        size_t count = credentials_mask(copy, &out);
        assert_int_equal(count, (n > 6) + (n >= 10 + 7 + 16) + (n >= 36 + 16));
        if (count == 0)
            assert_bytes(buffer_bytes(&out), copy);
        buffer_free(&out);
        free((char *)copy.at);
    }
}

static void masked_text_is_appended(void **state)
{
    struct buffer out = {0};
    (void)state;
    buffer_append(&out, "error: ", 7);
    assert_int_equal(credentials_mask(BYTES("token=abc!"), &out), 1);
    assert_text(buffer_bytes(&out), "error: token=***!");
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_in_a_url_is_masked),
        cmocka_unit_test(a_token_in_a_header_is_masked),
        cmocka_unit_test(a_key_is_known_by_how_it_begins),
        cmocka_unit_test(a_short_word_is_no_key),
        cmocka_unit_test(prose_stays_as_it_is),
        cmocka_unit_test(a_message_cut_anywhere_is_masked_as_far_as_it_goes),
        cmocka_unit_test(masked_text_is_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
