/*
 * test_reply_shapes.c -- replies as the providers' documentation has them, whole: in a trace, in a
 * string of a trace, and as an argument.
 */
#include "replies.h"

/* ---- OpenAI ---- */

/* An empty refusal, or null, stands beside many replies. */
static void a_refusal_is_what_was_said(void **state)
{
    (void)state;
    assert_said("{'choices':[{'message':{'content':null,'refusal':'I cannot help with that.'},"
                "'finish_reason':'stop'}],'model':'m'}",
                "I cannot help with that.");
    assert_true(reply.refused);
    assert_false(reply.blocked);
    assert_said("{'choices':[{'message':{'content':'Sure.','refusal':''}}]}", "Sure.");
    assert_false(reply.refused);
    assert_said("{'choices':[{'message':{'content':null,'refusal':null}}]}", "");
    assert_said("{'choices':[{'message':{'content':'','refusal':'No.'},'finish_reason':'stop'}]}",
                "No.");
    assert_said("{'choices':[{'message':{'content':[{'type':'refusal','refusal':'No.'}]}}]}",
                "No.");
    assert_true(reply.refused);
}

static void what_was_spoken_is_what_was_said(void **state)
{
    (void)state;
    assert_said(
        "{'choices':[{'message':{'content':null,'audio':{'data':'AA==','transcript':'Hi'}}}]}",
        "Hi");
    assert_said("{'choices':[{'message':{'content':'','audio':{'transcript':''}}}]}", "");
}

static void reasoning_beside_or_among_the_words_is_left_out(void **state)
{
    (void)state;
    assert_said(
        "{'choices':[{'message':{'reasoning':'Hm','reasoning_content':'Hm','content':'4'}}]}", "4");
    assert_said("{'choices':[{'message':{'content':[{'type':'thinking','thinking':[{'type':'text',"
                "'text':'Hm'}]},{'type':'text','text':'4'},{'type':'reference','text':'r'}]}}]}",
                "4");
    /* In the midst of words nobody knows whose tag it is. */
    assert_said("{'choices':[{'message':{'content':'<think>Hm</think>4'}}]}", "<think>Hm</think>4");
}

static void a_completion_is_the_text_of_its_first_choice(void **state)
{
    (void)state;
    assert_said("{'object':'text_completion','model':'davinci','choices':[{'text':' a','index':0,"
                "'finish_reason':'length'},{'text':' b','index':1}],"
                "'usage':{'prompt_tokens':1,'completion_tokens':2}}",
                " a");
    assert_facts("length", "davinci", 1, 2);
    assert_said("{'choices':[{'messages':' Hi'}],'model':'mistral-large','usage':{}}", " Hi");
    /* Without anything of OpenAI's beside them, choices may be anybody's. */
    assert_words_alone("{'choices':[{'text':'tea'},{'text':'coffee'}]}");
}

static void the_responses_api_says_its_messages(void **state)
{
    (void)state;
    assert_said(
        "{'object':'response','status':'completed','error':null,'model':'gpt','output':["
        "{'type':'reasoning','summary':[{'type':'summary_text','text':'Hm'}],"
        "'content':[{'type':'reasoning_text','text':'Hm'}]},"
        "{'type':'web_search_call','status':'completed'},"
        "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'A'},"
        "{'type':'output_text','text':'b'}]},"
        "{'type':'message','role':'assistant','content':[{'type':'refusal','refusal':'c'}]}],"
        "'text':{'format':{'type':'text'}},'usage':{'input_tokens':3,'output_tokens':4}}",
        "Abc");
    assert_true(reply.refused);
    assert_facts("stop", "gpt", 3, 4);
    assert_said("{'object':'response','status':'completed','output':[{'type':'function_call',"
                "'arguments':'{}'}]}",
                "");
    assert_facts("tool", "", -1, -1);
    assert_said("{'object':'response','status':'incomplete','output':[],"
                "'incomplete_details':{'reason':'max_output_tokens'}}",
                "");
    assert_facts("length", "", -1, -1);
    assert_said("{'object':'response','status':'incomplete','output':[],"
                "'incomplete_details':{'reason':'content_filter'}}",
                "");
    assert_true(reply.blocked);
    assert_said("{'object':'response','status':'in_progress','output':[]}", "");
    assert_facts("", "", -1, -1);
}

/* ---- Anthropic ---- */

static void a_message_is_its_blocks_of_text(void **state)
{
    (void)state;
    assert_said("{'type':'message','role':'assistant','model':'claude','content':["
                "{'type':'thinking','thinking':'Hm','signature':'x'},"
                "{'type':'redacted_thinking','data':'x'},{'type':'text','text':'A'},"
                "{'type':'tool_use','name':'f','input':{'text':'no'}},"
                "{'type':'mcp_tool_result','content':[{'type':'text','text':'no'}]},"
                "{'type':'text','text':'b','citations':[{'type':'x','text':'no'}]}],"
                "'stop_reason':'end_turn','usage':{'input_tokens':5,'output_tokens':6}}",
                "Ab");
    assert_facts("stop", "claude", 5, 6);
    assert_said("{'type':'message','role':'assistant','content':[],'stop_reason':'tool_use'}", "");
    assert_facts("tool", "", -1, -1);
    assert_said("{'role':'assistant','content':'Hi','stop_reason':'max_tokens'}", "Hi");
    assert_facts("length", "", -1, -1);
    /* What a planner may write to its like. */
    assert_words_alone("{'type':'message','content':'Hi'}");
    assert_words_alone("{'role':'assistant','content':'Hi'}");
    assert_words_alone("{'role':'user','content':[],'usage':{}}");
    assert_words_alone("{'type':'message','role':'user','content':[]}");
    assert_said("{'type':'message','role':'assistant','content':[{'text':'Hi'}]}", "Hi");
}

/* The provider's classifier stopped it: not the same as a refusal in words. */
static void a_message_stopped_for_refusal_is_blocked(void **state)
{
    (void)state;
    assert_said("{'type':'message','role':'assistant','content':[],'stop_reason':'refusal'}", "");
    assert_true(reply.refused);
    assert_true(reply.blocked);
    assert_facts("filter", "", -1, -1);
}

static void a_legacy_completion_has_its_text(void **state)
{
    (void)state;
    assert_said(
        "{'type':'completion','completion':' Hi','stop_reason':'stop_sequence','model':'c'}",
        " Hi");
    assert_facts("stop", "c", -1, -1);
    assert_words_alone("{'completion':' Hi'}");
}

/* ---- Google ---- */

static void gemini_is_read_with_all_that_may_stand_around(void **state)
{
    (void)state;
    assert_said("{'candidates':[{'content':{'parts':[{'text':'A'},{'executableCode':{'code':'1'}},"
                "{'codeExecutionResult':{'output':'1'}},{'text':'b'}]},'finishReason':'STOP'}],"
                "'promptFeedback':{'safetyRatings':[]},'usageMetadata':{'promptTokenCount':1,"
                "'candidatesTokenCount':2,'thoughtsTokenCount':9},'modelVersion':'gemini'}",
                "Ab");
    assert_facts("stop", "gemini", 1, 2);
    assert_said("{'candidates':[{'finishReason':'MODEL_ARMOR'}],'usageMetadata':{}}", "");
    assert_true(reply.blocked);
    assert_said("{'response':{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]}}", "Hi");
    assert_said("{'predictions':[{'content':'Hi','safetyAttributes':{}}],'metadata':{}}", "Hi");
    assert_said("{'id':'v1','status':'completed','outputs':[{'type':'thought','signature':'x'},"
                "{'type':'text','text':'Hi'}],'usage':{'total_input_tokens':1,"
                "'total_output_tokens':2}}",
                "Hi");
    assert_facts("stop", "", 1, 2);
}

/* ---- Bedrock ---- */

static void the_families_of_bedrock_are_told_apart(void **state)
{
    (void)state;
    assert_said("{'output':{'message':{'role':'assistant','content':[{'reasoningContent':"
                "{'reasoningText':{'text':'Hm'}}},{'text':'A'},{'toolUse':{'input':{'text':'no'}}},"
                "{'citationsContent':{'content':[{'text':'b'}],'citations':[]}}]}},"
                "'stopReason':'end_turn','usage':{'inputTokens':1,'outputTokens':2}}",
                "Ab");
    assert_facts("stop", "", 1, 2);
    /* Not any deeper: nothing is read by recursion. */
    assert_said("{'output':{'message':{'content':[{'citationsContent':{'content':[{'text':'a'},"
                "{'citationsContent':{'content':[{'text':'no'}]}}]}}]}},'stopReason':'end_turn'}",
                "a");
    assert_said("{'output':{'message':{'content':[]}},'stopReason':'guardrail_intervened'}", "");
    assert_true(reply.blocked);
    assert_said("{'inputTextTokenCount':3,'results':[{'tokenCount':4,'outputText':'Hi',"
                "'completionReason':'FINISH'}]}",
                "Hi");
    assert_facts("stop", "", 3, 4);
    assert_said("{'generation':'Hi','prompt_token_count':5,'generation_token_count':6,"
                "'stop_reason':'length'}",
                "Hi");
    assert_facts("length", "", 5, 6);
    assert_said("{'outputs':[{'text':'Hi','stop_reason':'stop'},{'text':'no'}]}", "Hi");
    assert_facts("stop", "", -1, -1);
    assert_said(
        "{'generations':[{'id':'g','text':'Hi','finish_reason':'MAX_TOKENS'},{'text':'no'}],"
        "'prompt':'p'}",
        "Hi");
    assert_facts("length", "", -1, -1);
    assert_said("{'id':1,'prompt':{'text':'p'},'completions':[{'data':{'text':'Hi'},"
                "'finishReason':{'reason':'endoftext'}}]}",
                "Hi");
    assert_facts("stop", "", -1, -1);
    assert_said("{'choices':[{'text':'Hi','stop_reason':'length'}]}", "Hi");
    assert_facts("length", "", -1, -1);
    assert_said("{'choices':[{'index':0,'message':{'role':'assistant','content':'Hi'},"
                "'stop_reason':'stop'}]}",
                "Hi");
    assert_facts("stop", "", -1, -1);
    assert_words_alone("{'generation':'a new one'}");
    assert_words_alone("{'outputs':[{'text':'Hi'}]}");
    assert_words_alone("{'output':{'message':{'content':[]}}}");
}

/* ---- others ---- */

static void cohere_is_read_in_both_versions(void **state)
{
    (void)state;
    assert_said("{'response_id':'r','generation_id':'g','text':'Hi','chat_history':[{'role':'USER',"
                "'message':'no'}],'finish_reason':'COMPLETE','meta':{'billed_units':"
                "{'input_tokens':1,'output_tokens':2},'tokens':{'input_tokens':3,"
                "'output_tokens':4}}}",
                "Hi");
    assert_facts("stop", "", 3, 4);
    assert_said("{'text':'Hi','generation_id':'g','meta':{'billed_units':{'input_tokens':1,"
                "'output_tokens':2}}}",
                "Hi");
    assert_facts("", "", 1, 2);
    assert_said("{'id':'i','message':{'role':'assistant','content':[{'type':'thinking',"
                "'thinking':'Hm'},{'type':'text','text':'Hi'}]},'finish_reason':'COMPLETE',"
                "'usage':{'tokens':{'input_tokens':3,'output_tokens':4}}}",
                "Hi");
    assert_facts("stop", "", 3, 4);
    assert_said("{'message':{'role':'assistant','tool_plan':'no','tool_calls':[]},"
                "'finish_reason':'TOOL_CALL'}",
                "");
    assert_facts("tool", "", -1, -1);
}

static void ollama_is_read_in_both_of_its_ways(void **state)
{
    (void)state;
    assert_said("{'model':'llama3','message':{'role':'assistant','content':'Hi','thinking':'Hm'},"
                "'done':true,'done_reason':'stop','prompt_eval_count':1,'eval_count':2}",
                "Hi");
    assert_facts("stop", "llama3", 1, 2);
    assert_said("{'model':'llama3','response':'Hi','done':true,'context':[1,2]}", "Hi");
    assert_facts("", "llama3", -1, -1);
    assert_words_alone("{'response':'Hi','done':true}");
    assert_words_alone("{'message':{'content':'Hi'},'next':'ask'}");
}

static void the_rarer_ones_are_read_too(void **state)
{
    (void)state;
    assert_said("{'model_id':'granite','results':[{'generated_text':'Hi',"
                "'generated_token_count':2,'input_token_count':1,'stop_reason':'eos_token'}]}",
                "Hi");
    assert_facts("stop", "granite", 1, 2);
    assert_said("{'completions':[{'completion':'Hi','finish_reason':'maximum_tokens'}],"
                "'model_version':'luminous','num_tokens_prompt_total':1,'num_tokens_generated':2}",
                "Hi");
    assert_facts("length", "luminous", 1, 2);
    assert_said("{'generated_text':'Hi','details':{'finish_reason':'length',"
                "'generated_tokens':7}}",
                "Hi");
    assert_facts("length", "", -1, 7);
    assert_said("[{'generated_text':'Hi'},{'generated_text':'no'}]", "Hi");
    assert_said("[[{'generated_text':'Hi'}]]", "Hi");
    assert_said("[{'generated_text':[{'role':'user','content':'no'},{'role':'assistant',"
                "'content':'Hi'}]}]",
                "Hi");
    assert_said("[{'generation':{'role':'assistant','content':'Hi'}}]", "Hi");
    assert_said(
        "{'id':'p','status':'succeeded','output':['H','i'],'urls':{'get':'u'},'error':null}", "Hi");
    assert_said("{'output':{'choices':[{'message':{'role':'assistant','content':'Hi'},"
                "'finish_reason':'stop'}]},'usage':{'input_tokens':1,'output_tokens':2}}",
                "Hi");
    assert_facts("stop", "", 1, 2);
    assert_said("{'output':{'text':'Hi','finish_reason':'stop'},'request_id':'r'}", "Hi");
    assert_said("{'object':'conversation.response','outputs':[{'type':'tool.execution'},"
                "{'type':'message.output','role':'assistant','content':[{'type':'text',"
                "'text':'Hi'},{'type':'tool_reference','title':'t'}]}],"
                "'usage':{'prompt_tokens':1,'completion_tokens':2}}",
                "Hi");
    assert_facts("stop", "", 1, 2);
}

/* ---- wrappers ---- */

static void what_a_client_wrapped_is_unwrapped(void **state)
{
    (void)state;
    assert_said("{'status_code':200,'headers':{'x':'y'},'body':{'choices':[{'message':"
                "{'content':'Hi'}}]}}",
                "Hi");
    assert_said("{'id':'b','custom_id':'c','response':{'status_code':200,'body':{'choices':[{"
                "'message':{'content':'Hi'}}]}},'error':null}",
                "Hi");
    assert_said("{'data':{'choices':[{'message':{'content':'Hi'}}]},'status':200}", "Hi");
    assert_said("{'ResponseMetadata':{'HTTPStatusCode':200},'stream':[{'contentBlockDelta':"
                "{'delta':{'text':'H'}}},{'contentBlockDelta':{'delta':{'text':'i'}}},"
                "{'messageStop':{'stopReason':'end_turn'}}]}",
                "Hi");
    assert_facts("stop", "", -1, -1);
    /* A body that is a string, which is not undone twice. */
    read_response("{'statusCode':200,'body':'{\\'choices\\':[{\\'message\\':{\\'content\\':"
                  "\\'a\\\\nb\\'}}]}'}");
    assert_int_equal(reply.kind, REPLY_ENVELOPE);
    assert_text(reply_words(&reply), "a\nb");
    assert_failed("{'status_code':503,'body':'upstream is down'}", "upstream is down", "server");
    assert_failed("{'status_code':429,'body':{'error':{'message':'slow'}}}", "slow", "rate_limit");
    assert_failed("{'status':500,'data':{'path':'/v1'}}", "{\"path\":\"/v1\"}", "server");
}

/* Whatever is wrapped must be a reply: an agent's JSON has a data or a response of its own. */
static void wrapping_alone_makes_no_reply(void **state)
{
    static const char *const texts[] = {
        "{'response':{'text':'Hi'}}",
        "{'data':{'choices':[{'message':{'content':'Hi'}}]}}",
        "{'body':{'choices':[{'message':{'content':'Hi'}}]}}",
        "{'status':200,'body':{'text':'Hi'}}",
        "{'status':200,'body':['a']}",
        "{'status':200,'body':'Hi'}",
        "{'response':{'response':{'response':{'response':{'response':{'error':'x'}}}}}}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_words_alone(texts[i]);
        read_response(texts[i]);
        assert_int_equal(reply.kind, REPLY_UNKNOWN);
    }
}

/* JSON and lists that agents write. */
static void a_planners_json_is_words(void **state)
{
    static const char *const texts[] = {
        "{'type':'response.text','text':'Hi'}",
        "{'text':'Hi'}",
        "{'text':'Hi','finish_reason':'done'}",
        "{'output':'Hi'}",
        "{'output':['Hi'],'status':'ok'}",
        "{'result':'Hi'}",
        "{'results':[{'text':'Hi'}]}",
        "{'predictions':[{'content':'Hi'}]}",
        "{'usage':{'input_tokens':1}}",
        "{'type':'ping'}",
        "{'message':'I hear you'}",
        "{'detail':'I hear you'}",
        "{'delta':{'text':'Hi'}}",
        "{'outputs':[{'type':'text','text':'Hi'}]}",
        "[{'text':'Hi'}]",
        "[{'type':'text','text':'Hi'}]",
        "['Hi']",
        "[[]]",
        "[[['Hi']]]",
        "[]",
        "[",
        "[{'type':'ping'}]",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_words_alone(texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_what_was_said),
        cmocka_unit_test(what_was_spoken_is_what_was_said),
        cmocka_unit_test(reasoning_beside_or_among_the_words_is_left_out),
        cmocka_unit_test(a_completion_is_the_text_of_its_first_choice),
        cmocka_unit_test(the_responses_api_says_its_messages),
        cmocka_unit_test(a_message_is_its_blocks_of_text),
        cmocka_unit_test(a_message_stopped_for_refusal_is_blocked),
        cmocka_unit_test(a_legacy_completion_has_its_text),
        cmocka_unit_test(gemini_is_read_with_all_that_may_stand_around),
        cmocka_unit_test(the_families_of_bedrock_are_told_apart),
        cmocka_unit_test(cohere_is_read_in_both_versions),
        cmocka_unit_test(ollama_is_read_in_both_of_its_ways),
        cmocka_unit_test(the_rarer_ones_are_read_too),
        cmocka_unit_test(what_a_client_wrapped_is_unwrapped),
        cmocka_unit_test(wrapping_alone_makes_no_reply),
        cmocka_unit_test(a_planners_json_is_words),
    };
    return cmocka_run_group_tests(tests, set_up_reply, tear_down_reply);
}
