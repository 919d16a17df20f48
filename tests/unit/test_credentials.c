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

static void assert_kept(const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_masked(texts[i], texts[i]);
}

/* What clients put into exceptions: the URL they called, with its key, whatever that is. */
static void a_key_in_a_url_is_masked(void **state)
{
    (void)state;
    assert_masked("404 for https://g.example/v1/models?key=AIzaSyA-1234567890abcdefg&alt=json",
                  "404 for https://g.example/v1/models?key=***&alt=json");
    assert_masked("?api_key=abc123", "?api_key=***");
    assert_masked("?access_token=ya29.a0Af/x%2Fy~z+w*&x=1", "?access_token=***&x=1");
    assert_masked("?sig=0a1b&x=1&SECRET=xyz.", "?sig=***&x=1&SECRET=***.");
    assert_masked("?a=1&api-key=2&token=timeout", "?a=1&api-key=***&token=***");
    assert_masked("?next=%2Fv1%3Fkey%3DAbC012345678", "?next=%2Fv1%3Fkey%3DAbC012345678");
    assert_masked("next key%3DAbC012345678&x", "next key%3D***&x");
}

static void a_user_in_a_url_is_masked(void **state)
{
    (void)state;
    assert_masked("https://u:pw@host:80/a", "https://***@host:80/a");
    assert_masked("redis://:p@ss@host", "redis://***@host");
    assert_masked("https://host:443/a@b", "https://host:443/a@b");
    assert_masked("https://user@host/a:b", "https://user@host/a:b");
    assert_masked("https://user@host:80", "https://user@host:80");
    assert_masked("https://a:b", "https://a:b");
}

static void a_token_in_a_header_is_masked(void **state)
{
    (void)state;
    assert_masked("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc_DEF-123",
                  "Authorization: Bearer ***");
    assert_masked("{'Authorization': 'Basic dXNlcjpwYXNzd29yZDEyMw=='}",
                  "{'Authorization': 'Basic ***=='}");
    assert_masked("bearer\t0123456789abcdef", "bearer\t***");
    assert_masked("x-api-key: 0123456789abcdef0123", "x-api-key: ***");
    assert_masked("x-api-key:0123456789abcdef0123", "x-api-key:***");
}

/* A dict of Python, JSON, JSON in JSON, a keyword argument, the environment, a form. */
static void a_named_value_is_masked(void **state)
{
    (void)state;
    assert_masked("{'api_key': 'abcdef0123456789'}", "{'api_key': '***'}");
    assert_masked("{\"x-api-key\": \"abcdef0123456789\"}", "{\"x-api-key\": \"***\"}");
    assert_masked("{\\\"apiKey\\\": \\\"abcdef0123456789\\\"}", "{\\\"apiKey\\\": \\\"***\\\"}");
    assert_masked("Client(api_key=\"abcdef01\", n=1)", "Client(api_key=\"***\", n=1)");
    assert_masked("client_secret=\"aBcDeFgH\"", "client_secret=\"***\"");
    assert_masked("GROQ_API_KEY: abcdef01", "GROQ_API_KEY: ***");
    assert_masked("password: P@ss-w0rd!", "password: ***!");
    assert_masked("Secret = hunter-2-hunter.", "Secret = ***.");
}

/* The providers' own forms, wherever they stand. */
static void a_key_is_known_by_how_it_begins(void **state)
{
    (void)state;
    assert_masked("Incorrect API key provided: sk-proj-abcdefghijklmn0p.",
                  "Incorrect API key provided: ***.");
    assert_masked("gsk_abcdefghijklmnopqRst", "***");
    assert_masked("'AIzaSyA-1234567890abcdefg'", "'***'");
    assert_masked("(hf_abcdefghijklmn0p) xai-abcdefghijklmn0p pplx-abcdefghijklmn0p",
                  "(***) *** ***");
    assert_masked("r8_abcdefghijklmn0p\nya29.abcdefghijklmn0p", "***\n***");
    assert_masked("AKIA0123456789ABCDEF, ghp_0123456789abcdef", "***, ***");
    assert_masked("glpat-0123456789abcdef nvapi-0123456789abcdef", "*** ***");
    assert_masked("github_pat_0123456789_abcdef xoxb-0123456789-abcdef", "*** ***");
    assert_masked("/v1/sk-0123456789abcdef/models", "/v1/***/models");
    assert_masked("token eyJhbGciOiJIUzI1NiJ9.e30.abc_DEF-123!", "token ***!");
}

/* Sixteen is the shortest that is taken for a key where only its form tells, eight after a name. */
static void a_short_word_is_no_key(void **state)
{
    (void)state;
    assert_masked("sk-0123456789ab", "sk-0123456789ab"); /* 15 */
    assert_masked("sk-0123456789abc", "***");            /* 16 */
    assert_masked("sk-0123456789ab.", "sk-0123456789ab.");
    assert_masked("Bearer 0123456789abcde", "Bearer 0123456789abcde");
    assert_masked("Bearer 0123456789abcdef", "Bearer ***");
    assert_masked("key=abcde01", "key=abcde01");
    assert_masked("key=abcdef01", "key=***");
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
        "password: Authentication failed for user2 of domain3",
        "the key 'conversation_2' is missing, the token abcdef0123456789 too",
    };
    (void)state;
    assert_kept(texts, COUNT(texts));
}

/* What programs write about keys and tokens that are no secrets. */
static void settings_stay_as_they_are(void **state)
{
    static const char *const texts[] = {
        "KeyError: key=timeout",
        "primary_key=id",
        "monkey=banana",
        "hotkey0123=abcdef0123",
        "monkey=abcdef0123456789",
        "token=None",
        "n_token=4096",
        "max_tokens: 0123abcdefgh",
        "token: 1733479200.25",
        "key: Content-Type",
        "Unexpected token: END_OF_FILE",
        "sk-learn-contrib-extras",
        "hf_transfer_enabled_by_default",
        "Basic internationalization",
        "Bearer Authentication-Required",
        "eyJust.a.sho",
        "eyJhbGciOiJIUzI1NiJ9.e30",
    };
    (void)state;
    assert_kept(texts, COUNT(texts));
}

/* Nothing is read beyond the text, and nothing of it is lost, wherever it is cut. */
static void a_message_cut_anywhere_is_masked_as_far_as_it_goes(void **state)
{
    static const char text[] =
        "x?key=abc Bearer 0123456789abcdefg, sk-0bcdefghijklmnopq x-api-key: 1 a://b:c@d key%3D";
    (void)state;
    for (size_t n = 0; n < sizeof text; n++) {
        struct bytes copy = exact_copy((struct bytes){text, n});
        struct buffer out = {0};
        size_t count = credentials_mask(copy, &out);
        assert_int_equal(count, (n > 6) + (n >= 10 + 7 + 16) + (n >= 36 + 16) + (n >= 78));
        if (count == 0)
            assert_bytes(buffer_bytes(&out), copy);
        buffer_free(&out);
        free((char *)copy.at);
    }
}

/* Were each of these looked at as far as the end, again and again, a minute would not do. */
static void a_long_message_is_read_in_one_go(void **state)
{
    static const char *const parts[] = {"key=", "key%3D",  "sk-",  "/sk-", "://",  "eyJ.",
                                        "key ", "basic\t", "?key", "a_",   "://:@"};
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct buffer text = {0};
        struct buffer out = {0};
        for (int j = 0; j < 200000; j++)
            buffer_append(&text, parts[i], strlen(parts[i]));
        credentials_mask(buffer_bytes(&text), &out);
        assert_false(out.failed);
        buffer_free(&text);
        buffer_free(&out);
    }
}

static void masked_text_is_appended(void **state)
{
    struct buffer out = {0};
    (void)state;
    buffer_append(&out, "error: ", 7);
    assert_int_equal(credentials_mask(BYTES("token=abc-0123!"), &out), 1);
    assert_text(buffer_bytes(&out), "error: token=***!");
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_in_a_url_is_masked),
        cmocka_unit_test(a_user_in_a_url_is_masked),
        cmocka_unit_test(a_token_in_a_header_is_masked),
        cmocka_unit_test(a_named_value_is_masked),
        cmocka_unit_test(a_key_is_known_by_how_it_begins),
        cmocka_unit_test(a_short_word_is_no_key),
        cmocka_unit_test(prose_stays_as_it_is),
        cmocka_unit_test(settings_stay_as_they_are),
        cmocka_unit_test(a_message_cut_anywhere_is_masked_as_far_as_it_goes),
        cmocka_unit_test(a_long_message_is_read_in_one_go),
        cmocka_unit_test(masked_text_is_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
