#include "reply_chunks.h"

#include "reply_parts.h"

static bool is_token(const struct bytes *s)
{
    return part_is_object(s[TOKEN]) && part_is_string(s[TOKEN_TEXT]) && !s[CHOICES].at;
}

/* The last one repeats the whole, which is used only where there were no tokens. */
static void read_token(struct reply_intake *in, const struct bytes *s)
{
    if (s[TOKEN_SPECIAL].n == 0 || *s[TOKEN_SPECIAL].at != 't')
        reply_say(in->reply, s[TOKEN_TEXT]);
    in->said = true;
}

static bool is_anthropic_event(const struct bytes *s)
{
    return (part_is_object(s[DELTA]) &&
            (part_is(s[TYPE], "content_block_delta") || part_is(s[TYPE], "message_delta"))) ||
           (part_is_object(s[BLOCK]) && part_is(s[TYPE], "content_block_start")) ||
           (part_is_object(s[MESSAGE]) && part_is(s[TYPE], "message_start"));
}

static void read_anthropic_event(struct reply_intake *in, const struct bytes *s)
{
    reply_take_model(in->reply, s[MESSAGE_MODEL]);
    if (part_is(s[TYPE], "content_block_start") && part_is(s[BLOCK_TYPE], "text"))
        reply_say(in->reply, s[BLOCK_TEXT]);
    if (part_is(s[TYPE], "content_block_delta") && !part_is(s[DELTA_TYPE], "thinking_delta"))
        reply_say(in->reply, s[DELTA_TEXT]);
    in->said = true;
}

static bool is_cohere_event(const struct bytes *s)
{
    return part_is_object(s[DELTA]) &&
           (part_begins(s[TYPE], "content-") || part_begins(s[TYPE], "message-"));
}

static void read_cohere_event(struct reply_intake *in, const struct bytes *s)
{
    if (s[DELTA_ERROR].n > 2 && part_is_string(s[DELTA_ERROR]))
        reply_take_error(in->reply, &(struct error_facts){.whole = s[DELTA_ERROR]});
    else if (part_begins(s[TYPE], "content-"))
        reply_say(in->reply, s[DELTA_CONTENT_TEXT]);
    in->said = true;
}

static bool is_cohere_v1_event(const struct bytes *s)
{
    return part_is_bool(s[IS_FINISHED]) &&
           (part_is_string(s[EVENT_TYPE]) || part_is_string(s[TEXT]));
}

/* The last one has the whole reply once more. */
static void read_cohere_v1_event(struct reply_intake *in, const struct bytes *s)
{
    if (!part_is_string(s[EVENT_TYPE]) || part_is(s[EVENT_TYPE], "text-generation")) {
        reply_say(in->reply, s[TEXT]);
        in->said = true;
    }
}

static bool is_bedrock_event(const struct bytes *s)
{
    return part_is_object(s[BEDROCK_EVENT]) ||
           (part_is_number(s[BEDROCK_EVENT]) && part_is_object(s[DELTA]));
}

static void read_delta_text(struct reply_intake *in, const struct bytes *s)
{
    reply_say(in->reply, s[DELTA_TEXT]);
    in->said = true;
}

static bool is_mistral_event(const struct bytes *s)
{
    return part_is(s[TYPE], "message.output.delta") ||
           part_is(s[TYPE], "conversation.response.done");
}

static void read_mistral_event(struct reply_intake *in, const struct bytes *s)
{
    if (!reply_say(in->reply, s[CONTENT]))
        reply_say(in->reply, s[CONTENT_TEXT]);
    in->said = true;
}

static bool is_responses_event(const struct bytes *s)
{
    return part_begins(s[TYPE], "response.") &&
           (part_is_object(s[RESPONSE]) || part_is_number(s[EVENT_PLACE]));
}

static void read_responses_event(struct reply_intake *in, const struct bytes *s)
{
    bool refusal = part_begins(s[TYPE], "response.refusal.");
    if (part_is(s[TYPE], "response.output_text.delta") ||
        part_is(s[TYPE], "response.refusal.delta")) {
        in->in_item = reply_say(in->reply, s[DELTA]);
        in->said |= in->in_item;
        in->reply->refused |= refusal;
    } else if (part_is(s[TYPE], "response.output_text.done")) {
        if (!in->in_item)
            in->said |= reply_say(in->reply, s[TEXT]);
        in->in_item = false;
    }
}

const struct shape_row chunk_rows[] = {
    /* {"type": "content_block_delta", "delta": {"type": "text_delta", "text": …}} */
    {is_anthropic_event, read_anthropic_event, 0, false},
    /* {"type": "response.output_text.delta", "delta": …} */
    {is_responses_event, read_responses_event, 0, false},
    /* {"type": "content-delta", "delta": {"message": {"content": {"text": …}}}} */
    {is_cohere_event, read_cohere_event, 0, false},
    /* {"event_type": "text-generation", "is_finished": false, "text": …} */
    {is_cohere_v1_event, read_cohere_v1_event, 0, false},
    /* {"contentBlockDelta": {"delta": {"text": …}}}, {"contentBlockIndex": 0, "delta": {"text": …}} */
    {is_bedrock_event, read_delta_text, 0, false},
    /* {"type": "message.output.delta", "content": …} */
    {is_mistral_event, read_mistral_event, 0, false},
    /* Hugging Face: {"token": {"text": …, "special": false}} */
    {is_token, read_token, 0, false},
};
const size_t n_chunk_rows = sizeof chunk_rows / sizeof *chunk_rows;
