/*
 * test_reply_faults.c -- errors in each provider's way of writing them: message and class.
 */
#include "replies.h"

static void errors_of_openai_and_its_like(void **state)
{
    (void)state;
    assert_failed("{'error':{'message':'Rate limit reached','type':'tokens','param':null,"
                  "'code':'rate_limit_exceeded'}}",
                  "Rate limit reached", "rate_limit");
    assert_failed("{'error':{'message':'You exceeded it','type':'insufficient_quota','param':null,"
                  "'code':'insufficient_quota'}}",
                  "You exceeded it", "rate_limit");
    assert_failed(
        "{'error':{'message':'Incorrect key provided: sk-x','type':'invalid_request_error',"
        "'param':null,'code':'invalid_api_key'}}",
        "Incorrect key provided: sk-x", "auth");
    assert_failed("{'error':{'message':'Your messages resulted in 9000 tokens','type':"
                  "'invalid_request_error','param':'messages','code':'context_length_exceeded'}}",
                  "Your messages resulted in 9000 tokens", "bad_request");
    assert_failed("{'error':{'message':'The server had an error','type':'server_error',"
                  "'param':null,'code':null}}",
                  "The server had an error", "server");
    /* Azure's filter, and its gateway. */
    assert_failed("{'error':{'message':'The response was filtered','type':null,'param':'prompt',"
                  "'code':'content_filter','status':400,'innererror':{}}}",
                  "The response was filtered", "content_filter");
    assert_failed("{'statusCode':401,'message':'Access denied due to missing key'}",
                  "Access denied due to missing key", "auth");
    assert_failed("{'error':{'code':'DeploymentNotFound','message':'The deployment is not there'}}",
                  "The deployment is not there", "bad_request");
    /* OpenRouter's codes are HTTP's. */
    assert_failed("{'error':{'message':'Insufficient credits','code':402},'user_id':'u'}",
                  "Insufficient credits", "rate_limit");
    assert_failed("{'error':{'message':'Your input was flagged','code':403,'metadata':{}}}",
                  "Your input was flagged", "content_filter");
    assert_failed("{'error':{'message':'Provider returned error','code':502}}",
                  "Provider returned error", "server");
    /* Cerebras, vLLM and Mistral write them flat. */
    assert_failed("{'message':'Tokens per minute limit','type':'too_many_tokens_error','param':"
                  "'quota','code':'token_quota_exceeded'}",
                  "Tokens per minute limit", "rate_limit");
    assert_failed("{'object':'error','message':'no such model','type':'NotFoundError','param':null,"
                  "'code':404}",
                  "no such model", "bad_request");
    assert_failed("{'message':'Unauthorized','request_id':'r'}", "Unauthorized", "auth");
    assert_failed(
        "{'detail':[{'type':'missing','loc':['body','model'],'msg':'Field required'}]}",
        "[{\"type\":\"missing\",\"loc\":[\"body\",\"model\"],\"msg\":\"Field required\"}]",
        "bad_request");
    /* xAI, Together, Zhipu. */
    assert_failed("{'code':'The caller has no permission','error':'no credits yet'}",
                  "no credits yet", "auth");
    assert_failed("{'error':{'code':'1302','message':'Rate limit of your account'}}",
                  "Rate limit of your account", "rate_limit");
    assert_failed("{'code':500,'msg':'404 NOT_FOUND','success':false}", "404 NOT_FOUND", "server");
}

static void errors_of_anthropic(void **state)
{
    static const struct {
        const char *type;
        const char *class;
    } errors[] = {
        {"invalid_request_error", "bad_request"},
        {"authentication_error", "auth"},
        {"billing_error", "rate_limit"},
        {"permission_error", "auth"},
        {"not_found_error", "bad_request"},
        {"request_too_large", "bad_request"},
        {"rate_limit_error", "rate_limit"},
        {"api_error", "server"},
        {"timeout_error", "timeout"},
        {"overloaded_error", "server"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        struct buffer b = {0};
        buffer_format(&b,
                      "{'type':'error','error':{'type':'%s','message':'Sorry'},'request_id':'r'}",
                      errors[i].type);
        buffer_append_byte(&b, '\0');
        assert_failed(b.at, "Sorry", errors[i].class);
        buffer_free(&b);
    }
}

static void errors_of_google(void **state)
{
    (void)state;
    assert_failed(
        "{'error':{'code':400,'message':'API key not valid. Please pass a valid API key.',"
        "'status':'INVALID_ARGUMENT','details':[{'reason':'API_KEY_INVALID'}]}}",
        "API key not valid. Please pass a valid API key.", "auth");
    assert_failed("{'error':{'code':429,'message':'Resource exhausted','status':"
                  "'RESOURCE_EXHAUSTED'}}",
                  "Resource exhausted", "rate_limit");
    assert_failed("[{'error':{'code':503,'message':'Overloaded','status':'UNAVAILABLE'}}]",
                  "Overloaded", "server");
    assert_failed("{'error':{'message':'Sorry','status':'DEADLINE_EXCEEDED'}}", "Sorry", "timeout");
    assert_failed("{'error':{'message':'Sorry','status':'UNAUTHENTICATED'}}", "Sorry", "auth");
    assert_failed("{'error':{'message':'Sorry','status':'FAILED_PRECONDITION'}}", "Sorry",
                  "bad_request");
}

static void errors_of_bedrock(void **state)
{
    (void)state;
    assert_failed("{'message':'The security token included in the request is invalid.'}",
                  "The security token included in the request is invalid.", "auth");
    assert_failed("{'message':'The provided model identifier is invalid.'}",
                  "The provided model identifier is invalid.", "bad_request");
    assert_failed("{'message':'Too many requests, please wait before trying again.'}",
                  "Too many requests, please wait before trying again.", "rate_limit");
    assert_failed("{'Message':'User: arn is not authorized to perform: bedrock:InvokeModel'}",
                  "User: arn is not authorized to perform: bedrock:InvokeModel", "auth");
    assert_failed("{'__type':'ThrottlingException','message':'Sorry'}", "Sorry", "rate_limit");
    assert_failed("{'__type':'com.amazon.coral#AccessDeniedException','Message':'Sorry'}", "Sorry",
                  "auth");
    assert_failed("{'Error':{'Message':'Sorry','Code':'ValidationException'},"
                  "'ResponseMetadata':{'HTTPStatusCode':400}}",
                  "Sorry", "bad_request");
    assert_failed("{'modelStreamErrorException' : {'message':'Sorry','originalStatusCode':500}}",
                  "Sorry", "server");
    assert_failed("{'modelTimeoutException':{'message':'Sorry'}}", "Sorry", "timeout");
}

static void errors_of_the_rarer_ones(void **state)
{
    (void)state;
    assert_failed("{'message':'invalid api token'}", "invalid api token", "auth");
    assert_failed("{'id':'0f6c4b8e-9d1a-4c37-8a55-0d1c2b3a4f5E','message':'a name is wanted'}",
                  "a name is wanted", "other");
    assert_failed("{'id':'i','message':'no api key supplied'}", "no api key supplied", "auth");
    assert_failed("{'error':'model is not there, try pulling it first'}",
                  "model is not there, try pulling it first", "other");
    assert_failed("{'error':'Model x is currently loading','estimated_time':20.0}",
                  "Model x is currently loading", "server");
    assert_failed("{'error':'Input validation error','error_type':'validation'}",
                  "Input validation error", "bad_request");
    assert_failed("{'error':'Request failed during generation','error_type':'overloaded'}",
                  "Request failed during generation", "server");
    assert_failed("{'errors':[{'code':'authentication_token_expired','message':'Sorry'}],"
                  "'trace':'t','status_code':401}",
                  "Sorry", "auth");
    assert_failed(
        "{'tpe':'badRequest','errors':[{'description':'Sorry','key':'fail'}],'extras':{}}", "Sorry",
        "other");
    assert_failed("{'title':'Unauthenticated','detail':'You are nobody','status':401}",
                  "You are nobody", "auth");
    assert_failed("{'code':'390303','message':'Invalid OAuth','request_id':'r'}", "Invalid OAuth",
                  "bad_request");
    assert_failed("{'detail':'Not Found'}", "Not Found", "bad_request");
    assert_failed("{'message':'Forbidden'}", "Forbidden", "auth");
}

/* What tells is looked for at the beginning: a client may append all that it was sent. */
static void a_long_message_takes_no_time(void **state)
{
    struct buffer b = {0};
    (void)state;
    buffer_format(&b, "{'error':'timed out");
    for (int i = 0; i < 200000; i++)
        buffer_append(&b, " and so on", 10);
    buffer_append(&b, "'}", 3);
    read_response(b.at);
    buffer_free(&b);
    assert_string_equal(reply.error_class, "timeout");
    assert_int_equal(reply.error.n, 9 + 2000000);
}

/* An assistant that writes JSON has members of the same names. */
static void a_message_alone_is_no_error(void **state)
{
    static const char *const texts[] = {
        "{'message':'I hear that your connection to her was lost'}",
        "{'message':'Too bad','mood':'low'}",
        "{'message':'The api key of the matter','a':1,'b':2}",
        "{'message':'Hi','code':'E1'}",
        "{'message':'Hi','id':'0f6c4b8e-9d1a-4c37-8a55-0d1c2b3a4f5x'}",
        "{'message':'Hi','id':'0f6c4b8e-9d1a-4c37-8a55-0d1c2b3a4f5e','to':'x'}",
        "{'message':'Hi','code':7,'status':200}",
        "{'message':'Hi','type':'greeting'}",
        "{'message':'Hi','success':true}",
        "{'detail':'a small one'}",
        "{'detail':'forbidden fruit','mood':'low'}",
        "{'detail':['a']}",
        "{'errors':[]}",
        "{'errors':['a']}",
        "{'errors':[{'line':1}]}",
        "{'error':null}",
        "{'error':false,'message':'Hi'}",
        "{'code':500}",
        "{'status':500}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_words_alone(texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_openai_and_its_like),
        cmocka_unit_test(errors_of_anthropic),
        cmocka_unit_test(errors_of_google),
        cmocka_unit_test(errors_of_bedrock),
        cmocka_unit_test(errors_of_the_rarer_ones),
        cmocka_unit_test(a_long_message_takes_no_time),
        cmocka_unit_test(a_message_alone_is_no_error),
    };
    return cmocka_run_group_tests(tests, set_up_reply, tear_down_reply);
}
