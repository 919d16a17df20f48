#include "reply.h"

#include "json.h"
#include "reply_parts.h"
#include "reply_shapes.h"
#include "reply_stream.h"

bool reply_failed(const struct reply *reply)
{
    return reply->text.failed || reply->error.failed || reply->finish.failed ||
           reply->model.failed || reply->decoded.failed || reply->event.failed;
}

struct bytes reply_words(const struct reply *reply)
{
    if (reply->kind != REPLY_ENVELOPE && reply->kind != REPLY_TEXT)
        return (struct bytes){NULL, 0};
    return reply->borrowed.at ? reply->borrowed : buffer_bytes(&reply->text);
}

/* All but `decoded`, which may be what is being read, and failures to allocate. */
static void forget(struct reply *reply)
{
    reply->kind = REPLY_NONE;
    reply->blocked = false;
    reply->refused = false;
    reply->has_finish = false;
    reply->has_model = false;
    reply->borrowed = (struct bytes){NULL, 0};
    reply->error_class = NULL;
    reply->prompt_tokens = -1;
    reply->completion_tokens = -1;
    reply->text.n = 0;
    reply->error.n = 0;
    reply->finish.n = 0;
    reply->model.n = 0;
    reply->event.n = 0;
}

void reply_clear(struct reply *reply)
{
    forget(reply);
    buffer_clear(&reply->text);
    buffer_clear(&reply->error);
    buffer_clear(&reply->finish);
    buffer_clear(&reply->model);
    buffer_clear(&reply->decoded);
    buffer_clear(&reply->event);
}

void reply_free(struct reply *reply)
{
    buffer_free(&reply->text);
    buffer_free(&reply->error);
    buffer_free(&reply->finish);
    buffer_free(&reply->model);
    buffer_free(&reply->decoded);
    buffer_free(&reply->event);
}

/* ---- the common shapes ---- */

/* Where the spans of a response are kept. */
enum slot {
    MODEL,
    CHOICES,
    MESSAGE,
    MESSAGE_CONTENT,
    CHOICE_FINISH,
    USAGE,
    PROMPT_TOKENS,
    COMPLETION_TOKENS,
    CANDIDATES,
    CANDIDATE_CONTENT,
    PARTS,
    CANDIDATE_FINISH,
    PROMPT_FEEDBACK,
    USAGE_METADATA,
    PROMPT_TOKEN_COUNT,
    CANDIDATES_TOKEN_COUNT,
    MODEL_VERSION,
    ERROR,
    SLOTS
};
_Static_assert(SLOTS == REPLY_SPANS, "reply.h says how many spans there are");

/* The tree that is read in one pass with a whole trace, and so is small. */
static const struct json_want message_wants[] = {
    JSON_WANT("content", MESSAGE_CONTENT),
    JSON_WANTS_END,
};
static const struct json_want choice_wants[] = {
    JSON_WANT_IN("message", MESSAGE, message_wants),
    JSON_WANT("finish_reason", CHOICE_FINISH),
    JSON_WANTS_END,
};
static const struct json_want usage_wants[] = {
    JSON_WANT("prompt_tokens", PROMPT_TOKENS),
    JSON_WANT("completion_tokens", COMPLETION_TOKENS),
    JSON_WANTS_END,
};
static const struct json_want content_wants[] = {
    JSON_WANT("parts", PARTS),
    JSON_WANTS_END,
};
static const struct json_want candidate_wants[] = {
    JSON_WANT_IN("content", CANDIDATE_CONTENT, content_wants),
    JSON_WANT("finishReason", CANDIDATE_FINISH),
    JSON_WANTS_END,
};
static const struct json_want usage_metadata_wants[] = {
    JSON_WANT("promptTokenCount", PROMPT_TOKEN_COUNT),
    JSON_WANT("candidatesTokenCount", CANDIDATES_TOKEN_COUNT),
    JSON_WANTS_END,
};
const struct json_want reply_wants[] = {
    JSON_WANT("model", MODEL),
    JSON_WANT_IN_FIRST("choices", CHOICES, choice_wants),
    JSON_WANT_IN("usage", USAGE, usage_wants),
    JSON_WANT_IN_FIRST("candidates", CANDIDATES, candidate_wants),
    JSON_WANT("promptFeedback", PROMPT_FEEDBACK),
    JSON_WANT_IN("usageMetadata", USAGE_METADATA, usage_metadata_wants),
    JSON_WANT("modelVersion", MODEL_VERSION),
    JSON_WANT("error", ERROR),
    JSON_WANTS_END,
};
static const struct json_want whole = JSON_WANT_IN("", 0, reply_wants);

/* {"choices": [{"message": {"content": …}, "finish_reason": …}], "usage": {…}} */
static bool take_chat(struct reply *reply, const struct bytes *spans)
{
    if (!part_is_string(spans[CHOICE_FINISH]) || part_is(spans[CHOICE_FINISH], "error") ||
        spans[MESSAGE_CONTENT].n <= 2 || !reply_say_content(reply, spans[MESSAGE_CONTENT]))
        return false;
    reply_take_finish(reply, spans[CHOICE_FINISH]);
    part_count(spans[PROMPT_TOKENS], &reply->prompt_tokens);
    part_count(spans[COMPLETION_TOKENS], &reply->completion_tokens);
    reply_take_model(reply, spans[MODEL]);
    return true;
}

/* {"candidates": [{"content": {"parts": [{"text": …}]}, "finishReason": …}], "usageMetadata": …} */
static bool take_gemini(struct reply *reply, const struct bytes *spans)
{
    if (spans[PROMPT_FEEDBACK].at || !reply_say_parts(reply, spans[PARTS]))
        return false;
    reply_take_finish(reply, spans[CANDIDATE_FINISH]);
    part_count(spans[PROMPT_TOKEN_COUNT], &reply->prompt_tokens);
    part_count(spans[CANDIDATES_TOKEN_COUNT], &reply->completion_tokens);
    reply_take_model(reply, spans[MODEL_VERSION]);
    return true;
}

/* What is plainly one of the common shapes; anything odd is left to the table of all shapes. */
static bool take_common(struct reply *reply, const struct bytes *spans)
{
    bool error = spans[ERROR].at && *spans[ERROR].at != 'n';
    if (error || (!take_chat(reply, spans) && !take_gemini(reply, spans)))
        return false;
    reply->kind = REPLY_ENVELOPE;
    return true;
}

/* ---- any shape ---- */

static bool take_text(struct reply *reply, struct bytes text);

/* Undoes the escapes of a string, once in a reply. */
static bool decode(struct reply *reply, struct bytes string)
{
    if (reply->decoded.n > 0)
        return false;
    part_append(string, &reply->decoded);
    return reply->decoded.n > 0;
}

/* A checked object, which may be wrapped in others. */
static bool take_object(struct reply *reply, struct bytes object)
{
    struct reply_intake in = {.reply = reply};
    struct json_reader r;
    struct bytes inner;
    reader_open(&r, object);
    enum shape shape = shape_take(&in, &r, &inner);
    if (shape == SHAPE_WRAPPED && part_is_array(inner))
        return stream_take_array(reply, inner);
    if (shape == SHAPE_WRAPPED && part_is_string(inner) && decode(reply, inner))
        return take_text(reply, buffer_bytes(&reply->decoded));
    return shape == SHAPE_KNOWN;
}

/* The text without white space and a byte order mark around it. */
static struct bytes trim(struct bytes text)
{
    const struct bytes mark = BYTES("\xef\xbb\xbf");
    if (text.n >= mark.n && memcmp(text.at, mark.at, mark.n) == 0)
        text = (struct bytes){text.at + mark.n, text.n - mark.n};
    while (text.n > 0 &&
           (*text.at == ' ' || *text.at == '\n' || *text.at == '\r' || *text.at == '\t'))
        text = (struct bytes){text.at + 1, text.n - 1};
    return text;
}

/* An object that is the whole text, or the first of several. */
static bool take_objects(struct reply *reply, struct bytes text)
{
    struct bytes spans[REPLY_SPANS] = {{NULL, 0}};
    struct json_reader r;
    bool repeated = false;
    reader_open(&r, text);
    if (!reader_collect(&r, &whole, spans, &repeated))
        return false;
    struct bytes object = {text.at, (size_t)(r.at - text.at)};
    if (reader_type(&r) == JSON_BAD && reader_finish(&r))
        return take_common(reply, spans) || take_object(reply, object);
    return reader_type(&r) == JSON_OBJECT && stream_take_objects(reply, text);
}

/* Any text as an envelope or a stream; when it is none, the reply is as it was. */
static bool take_text(struct reply *reply, struct bytes text)
{
    bool taken = false;
    text = trim(text);
    if (text.n == 0)
        return false;
    if (*text.at == '{')
        taken = take_objects(reply, text);
    else if (*text.at == '[')
        taken = stream_take_array(reply, text);
    else if (stream_has_events(text))
        taken = stream_take_events(reply, text);
    else
        return false;
    if (!taken)
        forget(reply);
    return taken;
}

/* ---- readings ---- */

/* Whether a string may hold an envelope or a stream, as it stands with its escapes. */
static bool may_hold_envelope(struct bytes string)
{
    static const char *const starts[] = {
        "{", "[", "data:", "event:", "id:", "retry:", ":", "\xef\xbb\xbf"};
    size_t at = 1;
    while (at + 1 < string.n && (string.at[at] == ' ' || string.at[at] == '\\')) {
        if (string.at[at] == ' ')
            at++;
        else if (string.at[at + 1] == 'u')
            return true; /* a byte order mark? */
        else
            at += 2;
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]);
        if (string.n - at > n && memcmp(string.at + at, starts[i], n) == 0)
            return true;
    }
    return false;
}

static void take_string(struct reply *reply, struct bytes string)
{
    if (may_hold_envelope(string) && decode(reply, string) &&
        take_text(reply, buffer_bytes(&reply->decoded)))
        return;
    reply->kind = REPLY_TEXT;
    reply_say(reply, string);
}

void reply_take(struct reply *reply, struct bytes response, const struct bytes spans[REPLY_SPANS])
{
    bool taken = false;
    reply_clear(reply);
    switch (json_type_of(response)) {
    case JSON_OBJECT:
        taken = take_common(reply, spans) || take_object(reply, response);
        break;
    case JSON_ARRAY:
        taken = stream_take_array(reply, response);
        break;
    case JSON_STRING:
        take_string(reply, response);
        taken = true;
        break;
    case JSON_NULL:
    case JSON_BAD:
        taken = true;
        break;
    default:
        break;
    }
    if (!taken) {
        forget(reply);
        reply->kind = REPLY_UNKNOWN;
    }
}

void reply_read(struct reply *reply, struct bytes json)
{
    struct bytes spans[REPLY_SPANS] = {{NULL, 0}};
    struct json_reader r;
    bool repeated = false;
    if (json_type_of(json) == JSON_OBJECT) {
        reader_open(&r, json);
        reader_collect(&r, &whole, spans, &repeated);
    }
    reply_take(reply, json, spans);
}

void reply_read_argument(struct reply *reply, struct bytes text)
{
    reply_clear(reply);
    if (!take_text(reply, text)) {
        reply->kind = REPLY_TEXT;
        reply->borrowed = text;
    }
}
