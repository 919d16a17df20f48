#include "reply_parts.h"

#include "json.h"

/* What stands between the quotes of a string. */
static struct bytes inside(struct bytes string)
{
    return (struct bytes){string.at + 1, string.n - 2};
}

bool part_is(struct bytes value, const char *word)
{
    return part_is_string(value) && bytes_equal(inside(value), (struct bytes){word, strlen(word)});
}

bool part_begins(struct bytes value, const char *word)
{
    size_t n = strlen(word);
    return part_is_string(value) && value.n - 2 >= n && memcmp(value.at + 1, word, n) == 0;
}

bool part_append(struct bytes value, struct buffer *out)
{
    if (!part_is_string(value))
        return false;
    struct bytes raw = inside(value);
    bool escaped = memchr(raw.at, '\\', raw.n) != NULL;
    json_text_decode((struct json_text){raw, escaped}, out);
    return true;
}

void part_count(struct bytes value, int64_t *out)
{
    struct json_reader r;
    double count;
    if (!part_is_number(value))
        return;
    reader_open(&r, value);
    if (reader_number(&r, &count) && count >= 0 && count <= 9007199254740992.0 &&
        (count > 0 || *out < 0))
        *out = (int64_t)count;
}

/* ---- words ---- */

void reply_own(struct reply *reply)
{
    if (!reply->borrowed.at)
        return;
    buffer_append(&reply->text, reply->borrowed.at, reply->borrowed.n);
    reply->borrowed = (struct bytes){NULL, 0};
}

bool reply_say(struct reply *reply, struct bytes string)
{
    if (!part_is_string(string))
        return false;
    struct bytes raw = inside(string);
    bool escaped = memchr(raw.at, '\\', raw.n) != NULL;
    if (!escaped && !reply->borrowed.at && reply->text.n == 0) {
        if (raw.n > 0)
            reply->borrowed = raw;
        return true;
    }
    reply_own(reply);
    json_text_decode((struct json_text){raw, escaped}, &reply->text);
    return true;
}

enum part_slot {
    PART_TYPE,
    PART_TEXT,
    PART_THOUGHT,
    PART_REFUSAL,
    PART_CITED,
    PART_CITED_CONTENT,
    PART_SPANS
};

static const struct json_want cited_wants[] = {
    JSON_WANT("content", PART_CITED_CONTENT),
    JSON_WANTS_END,
};
static const struct json_want part_wants[] = {
    JSON_WANT("type", PART_TYPE),
    JSON_WANT("text", PART_TEXT),
    JSON_WANT("thought", PART_THOUGHT),
    JSON_WANT("refusal", PART_REFUSAL),
    JSON_WANT_IN("citationsContent", PART_CITED, cited_wants), /* Bedrock's */
    JSON_WANTS_END,
};

/* Thoughts, citations and tools may have a text of their own. */
static bool is_text_type(struct bytes type)
{
    return !part_is_string(type) || part_is(type, "text") || part_is(type, "output_text") ||
           part_is(type, "text_delta");
}

/* `outer`: cited parts, which are parts inside a part, may be there. */
static bool say_parts(struct reply *reply, struct bytes parts, bool outer)
{
    static const struct json_want part = JSON_WANT_IN("", 0, part_wants);
    struct json_reader r;
    bool repeated = false;
    if (!part_is_array(parts))
        return false;
    reader_open(&r, parts);
    reader_enter(&r, JSON_ARRAY);
    while (reader_next_element(&r)) {
        struct bytes spans[PART_SPANS] = {{NULL, 0}};
        struct bytes plain;
        if (reader_type(&r) == JSON_STRING) {
            reader_skip(&r, &plain);
            reply_say(reply, plain);
            continue;
        }
        reader_collect(&r, &part, spans, &repeated);
        bool thought = spans[PART_THOUGHT].n > 0 && *spans[PART_THOUGHT].at == 't';
        if (!thought && is_text_type(spans[PART_TYPE]))
            reply_say(reply, spans[PART_TEXT]);
        if (part_is_string(spans[PART_REFUSAL]) && reply_say(reply, spans[PART_REFUSAL]))
            reply->refused = true;
        if (outer)
            say_parts(reply, spans[PART_CITED_CONTENT], false);
    }
    return true;
}

bool reply_say_parts(struct reply *reply, struct bytes parts)
{
    return say_parts(reply, parts, true);
}

bool reply_say_content(struct reply *reply, struct bytes string_or_parts)
{
    return reply_say(reply, string_or_parts) || reply_say_parts(reply, string_or_parts);
}

/* ---- facts ---- */

/* The providers' words for why the reply ended, in lower case. */
static const struct {
    const char *word;
    const char *finish; /* NULL: it did not end yet, or nobody knows why */
} finish_words[] = {
    {"stop", "stop"},
    {"end_turn", "stop"},
    {"stop_sequence", "stop"},
    {"stop_criteria_met", "stop"},
    {"complete", "stop"},
    {"completed", "stop"},
    {"finish", "stop"},
    {"finished", "stop"},
    {"endoftext", "stop"},
    {"end_of_text", "stop"},
    {"eos_token", "stop"},
    {"eos", "stop"},
    {"length", "length"},
    {"max_tokens", "length"},
    {"maximum_tokens", "length"},
    {"max_output_tokens", "length"},
    {"max_token", "length"},
    {"model_length", "length"},
    {"token_limit", "length"},
    {"error_limit", "length"},
    {"model_context_window_exceeded", "length"},
    {"tool_calls", "tool"},
    {"tool_call", "tool"},
    {"tool_use", "tool"},
    {"function_call", "tool"},
    {"content_filter", "filter"},
    {"content_filtered", "filter"},
    {"guardrail_intervened", "filter"},
    {"error_toxic", "filter"},
    {"sensitive", "filter"},
    {"refusal", "filter"},
    {"safety", "filter"},
    {"recitation", "filter"},
    {"image_recitation", "filter"},
    {"blocklist", "filter"},
    {"prohibited_content", "filter"},
    {"image_prohibited_content", "filter"},
    {"spii", "filter"},
    {"model_armor", "filter"},
    {"", NULL},
    {"not_finished", NULL},
    {"null", NULL},
    {"finish_reason_unspecified", NULL},
};

/* IMAGE_SAFETY and its like. */
static bool is_for_safety(struct bytes finish)
{
    const struct bytes end = BYTES("_safety");
    return finish.n > end.n &&
           bytes_equal((struct bytes){finish.at + finish.n - end.n, end.n}, end);
}

/* What the word in reply->finish means to all providers. */
static const char *common_word(struct bytes finish)
{
    if (is_for_safety(finish))
        return "filter";
    for (size_t i = 0; i < sizeof finish_words / sizeof *finish_words; i++)
        if (bytes_equal(finish, (struct bytes){finish_words[i].word, strlen(finish_words[i].word)}))
            return finish_words[i].finish;
    return "";
}

void reply_set_finish(struct reply *reply, const char *word)
{
    reply->finish.n = 0; /* and a failure stays */
    buffer_append(&reply->finish, word, strlen(word));
    reply->has_finish = true;
}

void reply_take_finish(struct reply *reply, struct bytes value)
{
    struct buffer *finish = &reply->finish;
    if (!part_is_string(value))
        return;
    if (part_is(value, "stop")) { /* mostly */
        reply_set_finish(reply, "stop");
        return;
    }
    finish->n = 0;
    part_append(value, finish);
    for (size_t i = 0; i < finish->n; i++)
        if (finish->at[i] >= 'A' && finish->at[i] <= 'Z')
            finish->at[i] = (char)(finish->at[i] + 32);
    if (bytes_equal(buffer_bytes(finish), BYTES("refusal")))
        reply->refused = true;
    const char *word = common_word(buffer_bytes(finish));
    reply->has_finish = word != NULL;
    if (!word)
        finish->n = 0;
    else if (*word)
        reply_set_finish(reply, word);
    if (bytes_equal(buffer_bytes(finish), BYTES("filter")))
        reply->blocked = true;
}

void reply_take_model(struct reply *reply, struct bytes value)
{
    if (!part_is_string(value) || value.n == 2 || reply->has_model)
        return;
    reply->has_model = part_append(value, &reply->model);
}
