/*
 * test_reply_stream.c -- replies in chunks: server-sent events, lines of JSON, arrays; in a string of
 * a trace and as an argument.
 */
#include "replies.h"

#define CHUNK(words) "data: {'choices':[{'index':0,'delta':{'content':'" words "'}}]}\n\n"

/* ---- each provider's chunks ---- */

static void chunks_of_a_chat_are_joined(void **state)
{
    (void)state;
    assert_streamed(
        "data: {'id':'c','model':'','choices':[],'prompt_filter_results':[]}\n\n"
        "data: {'model':'gpt','choices':[{'index':0,'delta':{'role':'assistant',"
        "'content':'','refusal':null},'finish_reason':null}]}\n\n" CHUNK("I \xc3\xa9")
            CHUNK("\\n\\ud83d\\udc9b")
                CHUNK("!") "data: {'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}\n\n"
                           "data: {'choices':[],'model':'gpt','usage':{'prompt_tokens':3,"
                           "'completion_tokens':4}}\n\ndata: [DONE]\n\n",
        "I \xc3\xa9\n\xf0\x9f\x92\x9b!");
    assert_facts("stop", "gpt", 3, 4);
    assert_false(reply.blocked);
}

/* With n = 2 the chunks of both choices come as they are made. */
static void of_interleaved_choices_the_first_counts(void **state)
{
    (void)state;
    assert_streamed(
        "data: {'choices':[{'index':1,'delta':{'content':'x'}}]}\n\n" CHUNK(
            "a") "data: {'choices':[{'index':1,'delta':{'content':'y'},"
                 "'finish_reason':'length'},{'index':0,'delta':{'content':'b'}}]}\n\n"
                 "data: {'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}\n\n"
                 "data: {'choices':[{'index':1,'delta':{},'finish_reason':'content_filter'}]}\n\n",
        "ab");
    assert_facts("stop", "", -1, -1);
    assert_false(reply.blocked);
    assert_streamed("data: {'candidates':[{'index':1,'content':{'parts':[{'text':'x'}]}}]}\n\n"
                    "data: {'candidates':[{'index':0,'content':{'parts':[{'text':'a'}]}}]}\n\n",
                    "a");
}

static void what_is_not_said_is_left_out_of_streams(void **state)
{
    (void)state;
    assert_streamed("data: {'choices':[{'delta':{'reasoning_content':'Hm','content':null}}]}\n\n"
                    "data: {'choices':[{'delta':{'content':[{'type':'thinking','thinking':[]},"
                    "{'type':'text','text':'4'}]}}]}\n\n",
                    "4");
    assert_streamed(
        "data: {'choices':[{'delta':{'tool_calls':[{'function':{'arguments':'{'}}]}}]}\n\n"
        "data: {'choices':[{'delta':{},'finish_reason':'tool_calls'}]}\n\n",
        "");
    assert_facts("tool", "", -1, -1);
    assert_streamed("data: {'choices':[{'delta':{'refusal':'I '}}]}\n\n"
                    "data: {'choices':[{'delta':{'refusal':'cannot.'}}]}\n\n",
                    "I cannot.");
    assert_true(reply.refused);
    assert_streamed("data: {'choices':[{'delta':{'audio':{'id':'a','transcript':'H'}}}]}\n\n"
                    "data: {'choices':[{'delta':{'audio':{'data':'AA==','transcript':'i'}}}]}\n\n",
                    "Hi");
}

/* Writer's and Together's chunks say the same twice; some streams end with the whole message. */
static void nothing_is_said_twice(void **state)
{
    (void)state;
    assert_streamed("data: {'choices':[{'message':{'content':'a'},'delta':{'content':'a'}}]}\n\n"
                    "data: {'choices':[{'message':{'content':'b'},'delta':{'content':'b'}}]}\n\n"
                    "data: {'choices':[{'message':{'content':'ab'}}]}\n\n",
                    "ab");
    assert_streamed("data: {'choices':[{'text':'a','delta':{'content':'a'}}],'object':'c','token':"
                    "{'text':'a','special':true},'generated_text':null}\n\n"
                    "data: {'choices':[{'text':'b','delta':{}}],'object':'c'}\n\n",
                    "ab");
    assert_streamed(
        "{'is_finished':false,'event_type':'stream-start','generation_id':'g'}\n"
        "{'is_finished':false,'event_type':'text-generation','text':'Hi'}\n"
        "{'is_finished':true,'event_type':'stream-end','response':{'text':'Hi',"
        "'response_id':'r','generation_id':'g','finish_reason':'COMPLETE','meta':"
        "{'tokens':{'input_tokens':1,'output_tokens':2}}},'finish_reason':'COMPLETE'}\n",
        "Hi");
    assert_facts("stop", "", 1, 2);
    assert_streamed("data: {'token':{'text':'H','special':false},'generated_text':null}\n\n"
                    "data: {'token':{'text':'i','special':false},'generated_text':null}\n\n"
                    "data: {'token':{'text':'</s>','special':true},'generated_text':'Hi',"
                    "'details':{'finish_reason':'eos_token','generated_tokens':3}}\n\n",
                    "Hi");
    assert_facts("stop", "", -1, 3);
}

static void chunks_of_completions_are_joined(void **state)
{
    (void)state;
    assert_streamed(
        "data: {'object':'text_completion','model':'m','choices':[{'text':'a','index':0,"
        "'finish_reason':null}]}\n\ndata: {'object':'text_completion','choices':"
        "[{'text':'b','index':0,'finish_reason':'length'}]}\n\ndata: [DONE]\n\n",
        "ab");
    assert_facts("length", "m", -1, -1);
    assert_streamed("event: completion\ndata: {'type':'completion','completion':' a',"
                    "'stop_reason':null}\n\nevent: completion\ndata: {'type':'completion',"
                    "'completion':'b','stop_reason':'max_tokens'}\n\n",
                    " ab");
    assert_facts("length", "", -1, -1);
}

static void events_of_anthropic_are_joined(void **state)
{
    (void)state;
    assert_streamed(
        "event: message_start\ndata: {'type':'message_start','message':{'role':'assistant',"
        "'model':'claude','content':[],'usage':{'input_tokens':7,'output_tokens':1}}}\n\n"
        "event: content_block_start\ndata: {'type':'content_block_start','index':0,"
        "'content_block':{'type':'thinking','thinking':''}}\n\n"
        "event: content_block_delta\ndata: {'type':'content_block_delta','index':0,'delta':"
        "{'type':'thinking_delta','thinking':'Hm'}}\n\n"
        "event: ping\ndata: {'type':'ping'}\n\n"
        "event: content_block_start\ndata: {'type':'content_block_start','index':1,"
        "'content_block':{'type':'text','text':'A'}}\n\n"
        "event: content_block_delta\ndata: {'type':'content_block_delta','index':1,'delta':"
        "{'type':'text_delta','text':'b'}}\n\n"
        "event: content_block_start\ndata: {'type':'content_block_start','index':2,"
        "'content_block':{'type':'tool_use','input':{}}}\n\n"
        "event: content_block_delta\ndata: {'type':'content_block_delta','index':2,'delta':"
        "{'type':'input_json_delta','partial_json':'{}'}}\n\n"
        "event: message_delta\ndata: {'type':'message_delta','delta':{'stop_reason':'tool_use'},"
        "'usage':{'output_tokens':9}}\n\nevent: message_stop\ndata: {'type':'message_stop'}\n\n",
        "Ab");
    assert_facts("tool", "claude", 7, 9);
}

static void events_of_the_responses_api_are_joined(void **state)
{
    static const char deltas[] =
        "event: response.created\ndata: {'type':'response.created','sequence_number':0,'response':"
        "{'object':'response','model':'gpt','status':'in_progress','error':null,'output':[]}}\n\n"
        "data: {'type':'response.reasoning_text.delta','delta':'Hm','output_index':0}\n\n"
        "data: {'type':'response.output_text.delta','delta':'H','output_index':1}\n\n"
        "data: {'type':'response.output_text.delta','delta':'i','output_index':1}\n\n"
        "data: {'type':'response.output_text.done','text':'Hi','output_index':1}\n\n"
        "data: {'type':'response.content_part.done','part':{'text':'Hi'},'output_index':1}\n\n"
        "data: {'type':'response.completed','response':{'object':'response','model':'gpt',"
        "'status':'completed','output':[{'type':'message','content':[{'type':'output_text',"
        "'text':'Hi'}]}],'usage':{'input_tokens':1,'output_tokens':2}}}\n\n";
    (void)state;
    assert_streamed(deltas, "Hi");
    assert_facts("stop", "gpt", 1, 2);
    /* Where only the ends were kept. */
    assert_streamed("data: {'type':'response.output_text.done','text':'Hi','output_index':1}\n\n",
                    "Hi");
    assert_streamed("data: {'type':'response.completed','response':{'object':'response','status':"
                    "'completed','output':[{'type':'message','content':[{'type':'output_text',"
                    "'text':'Hi'}]}]}}\n\n",
                    "Hi");
    assert_streamed("data: {'type':'response.refusal.delta','delta':'No.','output_index':0}\n\n",
                    "No.");
    assert_true(reply.refused);
}

static void events_of_cohere_are_joined(void **state)
{
    (void)state;
    assert_streamed(
        "event: message-start\ndata: {'type':'message-start','id':'i','delta':{'message':"
        "{'role':'assistant','content':[]}}}\n\n"
        "event: content-start\ndata: {'type':'content-start','index':0,'delta':{'message':"
        "{'content':{'type':'thinking','thinking':''}}}}\n\n"
        "event: content-delta\ndata: {'type':'content-delta','index':0,'delta':{'message':"
        "{'content':{'thinking':'Hm'}}}}\n\n"
        "event: tool-plan-delta\ndata: {'type':'tool-plan-delta','delta':{'message':"
        "{'tool_plan':'Hm'}}}\n\n"
        "event: content-delta\ndata: {'type':'content-delta','index':1,'delta':{'message':"
        "{'content':{'text':'Hi'}}}}\n\n"
        "event: citation-start\ndata: {'type':'citation-start','delta':{'message':{'citations':"
        "{'text':'Hi'}}}}\n\n"
        "event: message-end\ndata: {'type':'message-end','delta':{'finish_reason':'COMPLETE',"
        "'usage':{'billed_units':{'input_tokens':1,'output_tokens':2},'tokens':"
        "{'input_tokens':3,'output_tokens':4}}}}\n\ndata: [DONE]\n\n",
        "Hi");
    assert_facts("stop", "", 3, 4);
}

static void lines_of_ollama_are_joined(void **state)
{
    (void)state;
    assert_streamed("{'model':'m','message':{'role':'assistant','content':'','thinking':'Hm'},"
                    "'done':false}\n"
                    "{'model':'m','message':{'role':'assistant','content':'H'},'done':false}\n"
                    "{'model':'m','message':{'role':'assistant','content':'i'},'done':false}\n"
                    "{'model':'m','message':{'role':'assistant','content':''},'done':true,"
                    "'done_reason':'length','prompt_eval_count':1,'eval_count':2}\n",
                    "Hi");
    assert_facts("length", "m", 1, 2);
    assert_streamed("{'model':'m','response':'H','done':false}\r\n"
                    "{'model':'m','response':'i','done':true,'context':[1]}",
                    "Hi");
}

static void events_of_bedrock_are_joined(void **state)
{
    (void)state;
    assert_said("[{'messageStart':{'role':'assistant'}},"
                "{'contentBlockDelta':{'delta':{'reasoningContent':{'text':'Hm'}},"
                "'contentBlockIndex':0}},"
                "{'contentBlockDelta':{'delta':{'text':'H'},'contentBlockIndex':1}},"
                "{'contentBlockDelta':{'delta':{'text':'i'},'contentBlockIndex':1}},"
                "{'contentBlockStop':{'contentBlockIndex':1}},"
                "{'messageStop':{'stopReason':'max_tokens'}},"
                "{'metadata':{'usage':{'inputTokens':1,'outputTokens':2}}}]",
                "Hi");
    assert_facts("length", "", 1, 2);
    assert_streamed("{'role':'assistant','p':'ab'}{'contentBlockIndex':0,'delta':{'text':'Hi'},"
                    "'p':'a'}{'stopReason':'end_turn','p':''}{'usage':{'inputTokens':1,"
                    "'outputTokens':2}}",
                    "Hi");
    assert_facts("stop", "", 1, 2);
    assert_streamed("{'outputText':'H','index':0,'completionReason':null}\n"
                    "{'outputText':'i','index':0,'totalOutputTextTokenCount':2,"
                    "'completionReason':'FINISH','inputTextTokenCount':1}\n",
                    "Hi");
    assert_facts("stop", "", 1, 2);
    assert_streamed("{'generation':'H','prompt_token_count':1,'generation_token_count':1,"
                    "'stop_reason':null}\n{'generation':'i','prompt_token_count':null,"
                    "'generation_token_count':2,'stop_reason':'stop'}\n",
                    "Hi");
    assert_facts("stop", "", 1, 2);
}

static void events_of_others_are_joined(void **state)
{
    (void)state;
    assert_said("[{'candidates':[{'content':{'parts':[{'text':'Hm','thought':true}]}}]},"
                "{'candidates':[{'content':{'parts':[{'text':'H'}]}}],'modelVersion':'gemini'},"
                "{'candidates':[{'content':{'parts':[{'text':'i'}]},'finishReason':'STOP'}],"
                "'usageMetadata':{'promptTokenCount':1,'candidatesTokenCount':2}}]",
                "Hi");
    assert_facts("stop", "gemini", 1, 2);
    assert_streamed("id: 1\nevent: message\ndata: {'model_id':'g','results':[{'generated_text':'',"
                    "'generated_token_count':0,'input_token_count':8,'stop_reason':"
                    "'not_finished'}]}\n\nid: 2\nevent: message\ndata: {'results':[{"
                    "'generated_text':'Hi','generated_token_count':2,'input_token_count':0,"
                    "'stop_reason':'eos_token'}]}\n\n",
                    "Hi");
    assert_facts("stop", "g", 8, 2);
    assert_streamed(
        "data: {'type':'conversation.response.started','conversation_id':'c'}\n\n"
        "data: {'type':'message.output.delta','content':'H'}\n\n"
        "data: {'type':'message.output.delta','content':{'type':'text','text':'i'}}\n\n",
        "Hi");
}

/* ---- the form of events ---- */

static void events_have_many_forms(void **state)
{
    static const char *const streams[] = {
        CHUNK("H") CHUNK("i"),
        /* lines of other systems */
        "data: {'choices':[{'delta':{'content':'H'}}]}\r\n\r\n"
        "data: {'choices':[{'delta':{'content':'i'}}]}\r\n\r\n",
        "data: {'choices':[{'delta':{'content':'H'}}]}\r\r"
        "data: {'choices':[{'delta':{'content':'i'}}]}\r\r",
        /* no space, more spaces, no empty line, no end */
        "data:{'choices':[{'delta':{'content':'H'}}]}\n\n"
        "data:  {'choices':[{'delta':{'content':'i'}}]}",
        "data: {'choices':[{'delta':{'content':'H'}}]}\ndata: "
        "{'choices':[{'delta':{'content':'i'}}]}\n"
        "data: [DONE]\n",
        /* comments, other fields, in any order */
        ": OPENROUTER PROCESSING\n\n: again\n\n" CHUNK("H") ":\n" CHUNK("i"),
        "data: {'choices':[{'delta':{'content':'H'}}]}\nevent: x\nid\nretry: 10\n\n" CHUNK("i"),
        "\n\nretry: 3000\n\n" CHUNK("H") "data\n\n" CHUNK("i"),
        "\xef\xbb\xbf" CHUNK("Hi"),
        /* one event in many lines */
        "data: {'choices':\ndata: [{'delta':\ndata: {'content':'H'}}]}\n\n" CHUNK("i"),
        CHUNK("H") "data: {'choices':\ndata: [{'delta':{'content':'i'}}]}\n\n",
        /* a key said twice, of which the last counts */
        "data: {'choices':[{'delta':{'content':'x','content':'Hi'}}]}\n\n",
        "data: {'choices':[{'delta':{'content':'x'}}],'choices':[{'delta':{'content':'Hi'}}]}\n\n",
        /* chunks that nobody knows yet */
        CHUNK("H") "data: {'new':'x'}\n\ndata: 17\n\ndata: none\n\n" CHUNK("i"),
        /* JSON without a field before it */
        CHUNK("H") "{'choices':[{'delta':{'content':'i'}}]}\n\n",
        /* cut, wherever */
        CHUNK("Hi") "data: {'choices':[{'delta':{'content':'x",
        CHUNK("Hi") "data: {'choices':[{'delta':{'content':'x'}}],",
        CHUNK("Hi") "data:",
        CHUNK("Hi") "da",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++)
        assert_streamed(streams[i], "Hi");
}

static void lines_and_arrays_may_be_cut(void **state)
{
    static const char *const cut[] = {
        "{'model':'m','response':'Hi','done':false}\n{'model':'m','response':'x",
        "{'model':'m','response':'Hi','done':false}{",
        "[{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]},{'candidates':[{'con",
        "[{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]}",
        "[{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]}\n,",
        "[{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]},17,[{'x':",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cut); i++)
        assert_streamed(cut[i], "Hi");
}

/* ---- errors amidst ---- */

static void an_error_amidst_a_stream_fails_it(void **state)
{
    (void)state;
    assert_stream_failed(CHUNK("Hi") "data: {'error':{'message':'down','code':502}}\n\n" CHUNK("x"),
                         "down", "server");
    assert_stream_failed("event: message_start\ndata: {'type':'message_start','message':{}}\n\n"
                         "event: error\ndata: {'type':'error','error':{'type':'overloaded_error',"
                         "'message':'Overloaded'}}\n\n",
                         "Overloaded", "server");
    assert_stream_failed(
        CHUNK("Hi") "data: {'choices':[{'delta':{'content':''},'finish_reason':'error',"
                    "'error':{'code':429,'message':'slow'}}]}\n\n",
        "slow", "rate_limit");
    assert_stream_failed(CHUNK("Hi") "event: error\ndata: {'message':'gone'}\n\n", "gone", "other");
    assert_stream_failed(CHUNK("Hi") "event: error\ndata: read timed out\n\n", "read timed out",
                         "timeout");
    assert_stream_failed("data: {'type':'response.created','response':{}}\n\n"
                         "data: {'type':'error','code':'rate_limit_exceeded','message':'slow'}\n\n",
                         "slow", "rate_limit");
    assert_stream_failed(
        "data: {'type':'response.failed','response':{'object':'response','status':'failed',"
        "'output':[],'error':{'code':'server_error','message':'broken'}}}\n\n",
        "broken", "server");
    assert_stream_failed(
        "{'model':'m','response':'Hi','done':false}\n{'error':'an unexpected end'}\n",
        "an unexpected end", "other");
    assert_failed("[{'messageStart':{'role':'assistant'}},"
                  "{'throttlingException':{'message':'Too many requests'}}]",
                  "Too many requests", "rate_limit");
    assert_stream_failed(
        "data: {'type':'message-start','delta':{}}\n\ndata: {'type':'message-end','delta':"
        "{'finish_reason':'ERROR','error':'out of capacity'}}\n\n",
        "out of capacity", "other");
    assert_failed("[{'error':{'code':503,'message':'down','status':'UNAVAILABLE'}}]", "down",
                  "server");
}

/* ---- what is no stream ---- */

/* An assistant may explain what a stream looks like, or begin a line with a field's name. */
static void what_only_looks_like_a_stream_is_words(void **state)
{
    static const char *const texts[] = {
        "data: I feel that this is",
        "data:",
        "data: [DONE]\n\n",
        "data: {}\n\n",
        "data: {'text':'Hi'}\n\n",
        "data: {'type':'ping'}\n\n",
        "data: 'Hi'\n\n",
        "data: [{'choices':[{'delta':{'content':'x'}}]}]\n\n",
        "data: {'a':1}\n\n" CHUNK("Hi"),
        "data: Hi\n\n" CHUNK("Hi"),
        CHUNK("Hi") "And so on.\n",
        CHUNK("Hi") "And so on.\n\n" CHUNK("Hi"),
        "Like so:\n\n" CHUNK("Hi"),
        "event: error\ndata: Hi\n\n",
        "event: tonight at eight",
        "id: 7\n",
        ": a colon",
        ":)",
        "{'model':'m','response':'Hi','done':false}\nand then",
        "{'model':'m','response':'Hi','done':false}\n{'a':x}",
        "{'model':'m','response':'Hi','done':false}\n[1]",
        "{'a':1}\n{'model':'m','response':'Hi','done':false}",
        "{'a':1}{'b':2}",
        "{'a':1} {",
        "[{'model':'m','response':",
        "[",
        "[[",
        "[{'a':1},{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]}]",
        "[{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]}] and more",
        "[{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]},x]",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_words_alone(texts[i]);
}

/* ---- hostile ---- */

/* Appends the text n times. */
static void repeat(struct buffer *b, const char *text, size_t n)
{
    while (n-- > 0)
        buffer_append(b, text, strlen(text));
}

static void read_long(struct buffer *b)
{
    buffer_append_byte(b, '\0');
    read_argument(b->at);
    buffer_free(b);
}

/* Each of these takes no time, unless time grows with the square of the length. */
static void much_of_anything_takes_time_in_proportion(void **state)
{
    struct buffer b = {0};
    (void)state;
    repeat(&b, CHUNK("ab"), 20000);
    read_long(&b);
    assert_int_equal(reply_words(&reply).n, 40000);
    repeat(&b, "data: {}\r", 200000);
    read_long(&b);
    assert_int_equal(reply.kind, REPLY_TEXT);
    repeat(&b, CHUNK("a"), 1);
    repeat(&b, "data: {\n", 200000);
    read_long(&b);
    assert_text(reply_words(&reply), "a");
    repeat(&b, "data: {'choices':", 1);
    repeat(&b, "\ndata: ", 200000);
    repeat(&b, "[{'delta':{'content':'a'}}]}", 1);
    read_long(&b);
    assert_text(reply_words(&reply), "a");
    repeat(&b, "{'model':'m','response':'ab','done':false}", 20000);
    read_long(&b);
    assert_int_equal(reply_words(&reply).n, 40000);
    repeat(&b, ":\n", 300000);
    read_long(&b);
    assert_int_equal(reply.kind, REPLY_TEXT);
    repeat(&b, "{'response':", 1000);
    repeat(&b, "1", 1);
    repeat(&b, "}", 1000);
    read_long(&b);
    assert_int_equal(reply.kind, REPLY_TEXT);
    repeat(&b, "[", 1999);
    repeat(&b, "]", 1999);
    read_long(&b);
    assert_int_equal(reply.kind, REPLY_TEXT);
    repeat(&b, "{'citationsContent':{'content':[", 400);
    repeat(&b, "]}}", 400);
    read_long(&b);
    assert_int_equal(reply.kind, REPLY_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_of_a_chat_are_joined),
        cmocka_unit_test(of_interleaved_choices_the_first_counts),
        cmocka_unit_test(what_is_not_said_is_left_out_of_streams),
        cmocka_unit_test(nothing_is_said_twice),
        cmocka_unit_test(chunks_of_completions_are_joined),
        cmocka_unit_test(events_of_anthropic_are_joined),
        cmocka_unit_test(events_of_the_responses_api_are_joined),
        cmocka_unit_test(events_of_cohere_are_joined),
        cmocka_unit_test(lines_of_ollama_are_joined),
        cmocka_unit_test(events_of_bedrock_are_joined),
        cmocka_unit_test(events_of_others_are_joined),
        cmocka_unit_test(events_have_many_forms),
        cmocka_unit_test(lines_and_arrays_may_be_cut),
        cmocka_unit_test(an_error_amidst_a_stream_fails_it),
        cmocka_unit_test(what_only_looks_like_a_stream_is_words),
        cmocka_unit_test(much_of_anything_takes_time_in_proportion),
    };
    return cmocka_run_group_tests(tests, set_up_reply, tear_down_reply);
}
