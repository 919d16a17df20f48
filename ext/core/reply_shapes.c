#include "reply_shapes.h"

#include "reply_choices.h"
#include "reply_chunks.h"
#include "reply_faults.h"
#include "reply_members.h"
#include "reply_parts.h"

/* How often something may be wrapped in something. */
#define WRAPPINGS 3

static bool is_empty_array(struct bytes value)
{
    struct json_reader r;
    reader_open(&r, value);
    r = reader_first(r);
    return reader_failed(&r);
}

/* ---- whole replies, and streams made of the same ---- */

/* A planner's JSON may have choices and candidates of its own. */
static bool is_openai(const struct bytes *s)
{
    bool named = part_is_string(s[MODEL]) || part_is_string(s[OBJECT]) || part_is_object(s[USAGE]);
    bool ended = s[CHOICE_FINISH].at || s[CHOICE_STOP].at;
    if (!part_is_array(s[CHOICES]))
        return false;
    return part_is_object(s[CHOICE]) || (part_is_string(s[CHOICE_TEXT]) && (named || ended)) ||
           (named && is_empty_array(s[CHOICES]));
}

static void read_openai(struct reply_intake *in, const struct bytes *s)
{
    reply_take_choices(in, s[CHOICES]);
}

static bool is_gemini(const struct bytes *s)
{
    return part_is_object(s[CANDIDATE_CONTENT]) || part_is_string(s[CANDIDATE_FINISH]) ||
           part_is_object(s[PROMPT_FEEDBACK]) || part_is_object(s[USAGE_METADATA]);
}

static void read_gemini(struct reply_intake *in, const struct bytes *s)
{
    reply_take_candidates(in, s[CANDIDATES]);
    if (part_is_string(s[BLOCK_REASON]))
        in->reply->blocked = true;
}

static bool is_anthropic(const struct bytes *s)
{
    bool finished = s[FINISH].at || part_is_object(s[USAGE]);
    if (!part_is(s[ROLE], "assistant"))
        return false;
    return (part_is_array(s[CONTENT]) && (finished || part_is(s[TYPE], "message"))) ||
           (part_is_string(s[CONTENT]) && finished);
}

static bool is_responses(const struct bytes *s)
{
    return part_is_array(s[OUTPUT]) && part_is(s[OBJECT], "response");
}

static void read_responses(struct reply_intake *in, const struct bytes *s)
{
    bool calls;
    reply_take_items(in, s[OUTPUT], &calls);
    if (part_is(s[STATUS], "completed"))
        reply_set_finish(in->reply, calls ? "tool" : "stop");
    else
        reply_take_finish(in->reply, s[INCOMPLETE_REASON]);
}

/* Mistral's conversations and Gemini's interactions have a list of the same kind. */
static bool is_items(const struct bytes *s)
{
    return part_is_array(s[OUTPUTS]) && part_is_string(s[OUTPUTS_TYPE]) &&
           (part_is_object(s[USAGE]) || part_is_string(s[STATUS]) || part_is_string(s[OBJECT]));
}

static void read_items(struct reply_intake *in, const struct bytes *s)
{
    bool calls;
    reply_take_items(in, s[OUTPUTS], &calls);
    if (part_is(s[STATUS], "completed") || part_is(s[OBJECT], "conversation.response"))
        reply_set_finish(in->reply, calls ? "tool" : "stop");
}

static bool is_message(const struct bytes *s)
{
    return part_is_object(s[MESSAGE]) &&
           (part_is_string(s[MESSAGE_ROLE]) || s[MESSAGE_CONTENT].at) &&
           (part_is_bool(s[DONE]) || part_is_string(s[FINISH]));
}

static bool is_converse(const struct bytes *s)
{
    return part_is_object(s[OUTPUT_MESSAGE]) && (s[FINISH].at || part_is_object(s[USAGE]));
}

/* Together's and DashScope's, as they were. */
static bool is_output_choices(const struct bytes *s)
{
    return part_is_array(s[OUTPUT_CHOICES]) &&
           (part_is_object(s[CHOICE]) || part_is_string(s[CHOICE_TEXT]));
}

static void read_output_choices(struct reply_intake *in, const struct bytes *s)
{
    reply_take_choices(in, s[OUTPUT_CHOICES]);
}

static bool is_output_words(const struct bytes *s)
{
    return part_is_string(s[OUTPUT_WORDS]) && part_is_string(s[REQUEST_ID]);
}

static bool is_cohere_v1(const struct bytes *s)
{
    return part_is_string(s[TEXT]) && part_is_string(s[TEXT_ID]);
}

static bool is_generate(const struct bytes *s)
{
    return part_is_string(s[RESPONSE]) && part_is_bool(s[DONE]) && part_is_string(s[MODEL]);
}

static bool is_generations(const struct bytes *s)
{
    return part_is_string(s[GENERATIONS_TEXT]) &&
           (part_is_string(s[GENERATIONS_ID]) || part_is_string(s[FINISH]));
}

static bool is_completions(const struct bytes *s)
{
    return part_is_string(s[COMPLETIONS_TEXT]) && part_is_string(s[FINISH]);
}

static bool is_completion(const struct bytes *s)
{
    return part_is_string(s[COMPLETION]) && (s[FINISH].at || part_is(s[TYPE], "completion"));
}

static bool is_results(const struct bytes *s)
{
    return part_is_string(s[RESULT_TEXT]);
}

static bool is_output_text(const struct bytes *s)
{
    return part_is_string(s[OUTPUT_TEXT]) && (s[FINISH].at || s[COMPLETION_TOKENS].at);
}

static bool is_outputs(const struct bytes *s)
{
    return part_is_string(s[OUTPUTS_TEXT]) && s[FINISH].at;
}

static bool is_generation(const struct bytes *s)
{
    return part_is_string(s[GENERATION]) && (s[FINISH].at || s[COMPLETION_TOKENS].at);
}

static bool is_generation_message(const struct bytes *s)
{
    return part_is_object(s[GENERATION]) && part_is_string(s[GENERATION_CONTENT]);
}

static bool is_generated(const struct bytes *s)
{
    return part_is_string(s[GENERATED_TEXT]);
}

static bool is_generated_chat(const struct bytes *s)
{
    return part_is_array(s[GENERATED_TEXT]);
}

static void read_generated_chat(struct reply_intake *in, const struct bytes *s)
{
    if (!in->said)
        reply_take_last_message(in, s[GENERATED_TEXT]);
}

static bool is_predictions(const struct bytes *s)
{
    return part_is_string(s[PREDICTIONS_TEXT]) && part_is_object(s[PREDICTIONS_SAFETY]);
}

static bool is_replicate(const struct bytes *s)
{
    return part_is_string(s[STATUS]) && part_is_object(s[URLS]) &&
           (part_is_array(s[OUTPUT]) || part_is_string(s[OUTPUT]));
}

/* ---- the table ---- */

/* The first that fits is taken; chunks go before. */
static const struct shape_row shape_rows[] = {
    /* {"choices": [{"message": {"content": …}, "finish_reason": …}]}, or "delta", or "text" */
    {is_openai, read_openai, 0, false},
    /* {"candidates": [{"content": {"parts": [{"text": …}]}, "finishReason": …}]} */
    {is_gemini, read_gemini, 0, false},
    /* {"type": "message", "role": "assistant", "content": [{"type": "text", "text": …}]} */
    {is_anthropic, NULL, CONTENT, true},
    /* {"object": "response", "output": [{"type": "message", "content": […]}], "status": …} */
    {is_responses, read_responses, 0, false},
    /* Cohere, version 2, and Ollama: {"message": {"role": …, "content": …}, "done": …} */
    {is_message, NULL, MESSAGE_CONTENT, false},
    /* {"text": …, "generation_id": …} */
    {is_cohere_v1, NULL, TEXT, true},
    /* {"generations": [{"id": …, "text": …}]} */
    {is_generations, NULL, GENERATIONS_TEXT, true},
    /* Ollama: {"model": …, "response": …, "done": …} */
    {is_generate, NULL, RESPONSE, false},
    /* Bedrock: {"output": {"message": {"content": [{"text": …}]}}, "stopReason": …} */
    {is_converse, NULL, OUTPUT_CONTENT, true},
    /* {"output": {"choices": [{"message": {"content": …}}]}}, {"output": {"text": …}, "request_id": …} */
    {is_output_choices, read_output_choices, 0, false},
    {is_output_words, NULL, OUTPUT_WORDS, true},
    /* Titan and watsonx: {"results": [{"outputText": …}]}, or "generated_text" */
    {is_results, NULL, RESULT_TEXT, false},
    /* {"outputText": …, "completionReason": …} */
    {is_output_text, NULL, OUTPUT_TEXT, false},
    /* Llama: {"generation": …, "stop_reason": …} */
    {is_generation, NULL, GENERATION, false},
    {is_generation_message, NULL, GENERATION_CONTENT, true},
    /* {"outputs": [{"type": "message.output", "content": …}], "usage": {…}} */
    {is_items, read_items, 0, false},
    /* Mistral in Bedrock: {"outputs": [{"text": …, "stop_reason": …}]} */
    {is_outputs, NULL, OUTPUTS_TEXT, false},
    /* {"completion": …, "stop_reason": …} */
    {is_completion, NULL, COMPLETION, false},
    /* Aleph Alpha and AI21: {"completions": [{"completion": …}]}, [{"data": {"text": …}}] */
    {is_completions, NULL, COMPLETIONS_TEXT, true},
    /* {"generated_text": …} */
    {is_generated, NULL, GENERATED_TEXT, true},
    {is_generated_chat, read_generated_chat, 0, false},
    /* {"predictions": [{"content": …}]} */
    {is_predictions, NULL, PREDICTIONS_TEXT, true},
    /* {"status": …, "output": ["…", …], "urls": {…}} */
    {is_replicate, NULL, OUTPUT, true},
};

static void take_facts(struct reply *reply, const struct bytes *s)
{
    reply_take_model(reply, s[MODEL]);
    reply_take_finish(reply, s[FINISH]);
    part_count(s[PROMPT_TOKENS].at ? s[PROMPT_TOKENS] : s[BILLED_PROMPT], &reply->prompt_tokens);
    part_count(s[COMPLETION_TOKENS].at ? s[COMPLETION_TOKENS] : s[BILLED_COMPLETION],
               &reply->completion_tokens);
}

static bool take_row(struct reply_intake *in, const struct shape_row *rows, size_t n,
                     const struct bytes *s)
{
    for (size_t i = 0; i < n; i++) {
        const struct shape_row *row = &rows[i];
        if (!row->fits(s))
            continue;
        in->reply->kind = REPLY_ENVELOPE;
        take_facts(in->reply, s);
        if (row->read) {
            row->read(in, s);
        } else if (!row->whole || !in->said) {
            reply_say_content(in->reply, s[row->words]);
            in->said = true;
        }
        return true;
    }
    return false;
}

/* ---- one object ---- */

/* What a client wrapped: {"status_code": 200, "body": …}, {"data": …, "headers": …}, {"response": …}. */
static struct bytes wrapped(const struct bytes *s)
{
    const struct bytes nothing = {NULL, 0};
    bool http = part_is_number(s[STATUS]) || part_is_object(s[HEADERS]);
    if (http && s[BODY].at)
        return s[BODY];
    if (http && s[DATA].at)
        return s[DATA];
    if (http && s[STREAM].at)
        return s[STREAM];
    return part_is_object(s[RESPONSE]) ? s[RESPONSE] : nothing;
}

/* What streams have between the words. */
static bool is_aside(const struct bytes *s)
{
    return part_is_string(s[TYPE]) || part_is_string(s[EVENT_TYPE]) || part_is_string(s[ROLE]) ||
           part_is_string(s[FINISH]) || part_is_object(s[USAGE]);
}

static enum shape take_members(struct reply_intake *in, const struct bytes *s, struct bytes object,
                               struct bytes *next)
{
    *next = (struct bytes){NULL, 0};
    if (fault_take(in->reply, s, object))
        return SHAPE_KNOWN;
    if (take_row(in, chunk_rows, n_chunk_rows, s) ||
        take_row(in, shape_rows, sizeof shape_rows / sizeof *shape_rows, s)) {
        /* The last event of some streams has the whole reply inside. */
        if (in->reply->kind != REPLY_ERROR)
            *next = s[RESPONSE];
        return SHAPE_KNOWN;
    }
    if (fault_take_flat(in->reply, s, object))
        return SHAPE_KNOWN;
    *next = wrapped(s);
    if (next->at && fault_status(s[STATUS]))
        in->status = s[STATUS];
    if (next->at)
        return SHAPE_WRAPPED;
    if (!is_aside(s))
        return SHAPE_FOREIGN;
    take_facts(in->reply, s);
    return SHAPE_ASIDE;
}

/* Takes one object and passes over it. */
static enum shape take_object(struct reply_intake *in, struct json_reader *r, struct bytes *next)
{
    struct bytes spans[REPLY_MEMBERS] = {{NULL, 0}};
    bool repeated = false;
    reader_type(r); /* goes to where the object starts */
    const char *start = r->at;
    *next = (struct bytes){NULL, 0};
    if (!reader_collect(r, &reply_members, spans, &repeated))
        return SHAPE_FOREIGN;
    return take_members(in, spans, (struct bytes){start, (size_t)(r->at - start)}, next);
}

/* What stood beside a failure's status, as an error of its own or not. */
static void take_failure(struct reply_intake *in, struct bytes body)
{
    struct reply *reply = in->reply;
    struct error_facts facts = {.whole = body, .status = in->status};
    if (reply->kind != REPLY_ERROR)
        reply_take_error(reply, &facts);
    else if (strcmp(reply->error_class, "other") == 0)
        reply->error_class = reply_error_class(in->status);
}

enum shape shape_take(struct reply_intake *in, struct json_reader *r, struct bytes *inner)
{
    struct bytes next;
    enum shape shape = take_object(in, r, &next);
    struct bytes body = next;
    for (int i = 0; i < WRAPPINGS && part_is_object(next); i++) {
        struct json_reader inside;
        body = next;
        reader_open(&inside, next);
        enum shape within = take_object(in, &inside, &next);
        if (shape == SHAPE_WRAPPED)
            shape = within;
    }
    *inner = next;
    if (in->status.at && (shape != SHAPE_KNOWN || in->reply->kind == REPLY_ERROR)) {
        take_failure(in, next.at ? next : body);
        return SHAPE_KNOWN;
    }
    return shape;
}
