#include "reply.h"

#include <stdlib.h>

#include "json.h"

bool reply_failed(const struct reply *reply)
{
    return reply->text.failed || reply->error.failed || reply->finish.failed || reply->model.failed;
}

struct bytes reply_words(const struct reply *reply)
{
    if (reply->kind != REPLY_ENVELOPE && reply->kind != REPLY_TEXT)
        return (struct bytes){NULL, 0};
    return buffer_bytes(&reply->text);
}

void reply_clear(struct reply *reply)
{
    reply->kind = REPLY_NONE;
    reply->blocked = false;
    reply->has_finish = false;
    reply->has_model = false;
    reply->error_class = NULL;
    reply->prompt_tokens = -1;
    reply->completion_tokens = -1;
    buffer_clear(&reply->text);
    buffer_clear(&reply->error);
    buffer_clear(&reply->finish);
    buffer_clear(&reply->model);
}

void reply_free(struct reply *reply)
{
    buffer_free(&reply->text);
    buffer_free(&reply->error);
    buffer_free(&reply->finish);
    buffer_free(&reply->model);
}

/* ---- errors ---- */

static const char *class_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return "auth";
    case 408:
    case 504:
        return "timeout";
    case 429:
        return "rate_limit";
    default:
        return status >= 500 ? "server" : "bad_request";
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether the number of three digits at offset `at` counts something, or goes on: "512 tokens",
 * "512,000". A status stands alone or before its reason: "429 - slow down", "503 Service
 * Unavailable". */
static bool counts_something(struct bytes text, size_t at)
{
    if (at + 4 >= text.n)
        return false;
    char joint = text.at[at + 3];
    char next = text.at[at + 4];
    return (joint == ' ' || joint == '-' || joint == ',' || joint == '.') &&
           (is_digit(next) || (next >= 'a' && next <= 'z'));
}

/* Whether what stands before offset `at` announces a status: nothing at all, or one of the words
 * that clients put there. A port or a token count is announced by other words; "error" announces
 * anything. */
static bool announces_status(struct bytes text, size_t at)
{
    static const char *const words[] = {"status", "code", "http", "http/1.1", "http/2", "error"};
    size_t end = at;
    while (end > 0 && !is_letter(text.at[end - 1]) && !is_digit(text.at[end - 1]))
        end--;
    if (end == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct bytes w = {words[i], strlen(words[i])};
        if (end >= w.n && bytes_contain_nocase((struct bytes){text.at + end - w.n, w.n}, w))
            return strcmp(words[i], "error") != 0 || !counts_something(text, at);
    }
    return false;
}

/* The HTTP status from 400 to 599 that the message names, or 0. */
static int status_in(struct bytes text)
{
    for (size_t i = 0; i + 3 <= text.n; i++) {
        const char *p = text.at + i;
        bool starts = i == 0 || (!is_digit(p[-1]) && !is_letter(p[-1]));
        if (!starts || (p[0] != '4' && p[0] != '5') || !is_digit(p[1]) || !is_digit(p[2]))
            continue;
        if (i + 3 < text.n && (is_digit(p[3]) || is_letter(p[3])))
            continue;
        if (announces_status(text, i))
            return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
    }
    return 0;
}

/* What the words of a message tell, first match first. */
static const struct {
    const char *word;
    const char *class;
} error_words[] = {
    {"content_filter", "content_filter"},
    {"content filter", "content_filter"},
    {"content policy", "content_filter"},
    {"content management policy", "content_filter"},
    {"rate limit", "rate_limit"},
    {"rate_limit", "rate_limit"},
    {"ratelimit", "rate_limit"},
    {"too many requests", "rate_limit"},
    {"quota", "rate_limit"},
    {"resource_exhausted", "rate_limit"},
    {"throttl", "rate_limit"},
    {"timed out", "timeout"},
    {"timeout", "timeout"},
    {"time out", "timeout"},
    {"deadline", "timeout"},
    {"unauthorized", "auth"},
    {"unauthenticated", "auth"},
    {"authentication", "auth"},
    {"permission", "auth"},
    {"forbidden", "auth"},
    {"api key", "auth"},
    {"api_key", "auth"},
    {"overloaded", "server"},
    {"unavailable", "server"},
    {"internal server", "server"},
    {"internal error", "server"},
    {"bad gateway", "server"},
    {"server_error", "server"},
    {"connection", "server"},
    {"bad request", "bad_request"},
    {"invalid", "bad_request"},
    {"not found", "bad_request"},
    {"not_found", "bad_request"},
    {"context length", "bad_request"},
    {"too long", "bad_request"},
};

static const char *class_of_words(struct bytes message)
{
    for (size_t i = 0; i < sizeof error_words / sizeof *error_words; i++) {
        struct bytes word = {error_words[i].word, strlen(error_words[i].word)};
        if (bytes_contain_nocase(message, word))
            return error_words[i].class;
    }
    return NULL;
}

const char *reply_error_class(struct bytes message)
{
    const char *class = class_of_words(message);
    int status = status_in(message);
    /* A filter speaks through status 400, so its words go before the number. */
    if (class && strcmp(class, "content_filter") == 0)
        return class;
    if (status)
        return class_of_status(status);
    return class ? class : "other";
}

/* ---- members ---- */

/* Where the spans of a response are kept. */
enum slot {
    ERROR,
    ERROR_MESSAGE,
    ERROR_CODE,
    ERROR_TYPE,
    CHOICES,
    MESSAGE,
    MESSAGE_CONTENT,
    CHOICE_FINISH,
    USAGE,
    PROMPT_TOKENS,
    COMPLETION_TOKENS,
    MODEL,
    CANDIDATES,
    CANDIDATE_CONTENT,
    PARTS,
    CANDIDATE_FINISH,
    PROMPT_FEEDBACK,
    BLOCK_REASON,
    USAGE_METADATA,
    PROMPT_TOKEN_COUNT,
    CANDIDATES_TOKEN_COUNT,
    MODEL_VERSION,
    SLOTS
};
_Static_assert(SLOTS == REPLY_SPANS, "reply.h says how many spans there are");

/* What the shapes are told apart by, and what they give: the tree that is read in one pass. */
static const struct json_want error_wants[] = {
    JSON_WANT("message", ERROR_MESSAGE),
    JSON_WANT("code", ERROR_CODE),
    JSON_WANT("type", ERROR_TYPE),
    JSON_WANTS_END,
};
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
static const struct json_want feedback_wants[] = {
    JSON_WANT("blockReason", BLOCK_REASON),
    JSON_WANTS_END,
};
const struct json_want reply_wants[] = {
    JSON_WANT("model", MODEL),
    JSON_WANT_IN_FIRST("choices", CHOICES, choice_wants),
    JSON_WANT_IN("usage", USAGE, usage_wants),
    JSON_WANT_IN_FIRST("candidates", CANDIDATES, candidate_wants),
    JSON_WANT_IN("promptFeedback", PROMPT_FEEDBACK, feedback_wants),
    JSON_WANT_IN("usageMetadata", USAGE_METADATA, usage_metadata_wants),
    JSON_WANT("modelVersion", MODEL_VERSION),
    JSON_WANT_IN("error", ERROR, error_wants),
    JSON_WANTS_END,
};

/* The providers' words for why the reply ended. */
static const struct {
    const char *word;
    const char *finish;
} finish_words[] = {
    {"stop", "stop"},
    {"end_turn", "stop"},
    {"stop_sequence", "stop"},
    {"length", "length"},
    {"max_tokens", "length"},
    {"tool_calls", "tool"},
    {"tool_use", "tool"},
    {"function_call", "tool"},
    {"content_filter", "filter"},
    {"safety", "filter"},
    {"recitation", "filter"},
    {"blocklist", "filter"},
    {"prohibited_content", "filter"},
    {"spii", "filter"},
};

/* Appends the words of a JSON string; returns false for any other value. */
static bool take_text(struct bytes value, struct buffer *out)
{
    struct json_reader r;
    struct json_text text;
    if (json_type_of(value) != JSON_STRING)
        return false;
    reader_open(&r, value);
    reader_text(&r, &text);
    json_text_decode(text, out);
    return true;
}

static void take_count(struct bytes value, int64_t *out)
{
    struct json_reader r;
    double count;
    if (json_type_of(value) != JSON_NUMBER)
        return;
    reader_open(&r, value);
    if (reader_number(&r, &count) && count >= 0 && count <= 9007199254740992.0)
        *out = (int64_t)count;
}

/* IMAGE_SAFETY and its like. */
static bool is_for_safety(struct bytes finish)
{
    const struct bytes end = BYTES("_safety");
    return finish.n > end.n &&
           bytes_equal((struct bytes){finish.at + finish.n - end.n, end.n}, end);
}

static void take_finish(struct bytes value, struct reply *reply)
{
    struct buffer *finish = &reply->finish;
    if (!take_text(value, finish))
        return;
    reply->has_finish = true;
    for (size_t i = 0; i < finish->n; i++)
        if (finish->at[i] >= 'A' && finish->at[i] <= 'Z')
            finish->at[i] = (char)(finish->at[i] + 32);
    if (is_for_safety(buffer_bytes(finish))) {
        buffer_clear(finish);
        buffer_append(finish, "filter", 6);
    }
    for (size_t i = 0; i < sizeof finish_words / sizeof *finish_words; i++) {
        struct bytes word = {finish_words[i].word, strlen(finish_words[i].word)};
        if (bytes_equal(buffer_bytes(finish), word)) {
            buffer_clear(finish);
            buffer_append(finish, finish_words[i].finish, strlen(finish_words[i].finish));
            break;
        }
    }
    if (bytes_equal(buffer_bytes(finish), BYTES("filter")))
        reply->blocked = true;
}

enum part_slot { PART_TEXT, PART_THOUGHT, PART_SPANS };

/* Joins the `text` members of an array of parts; parts that are thoughts or no text are left out. */
static void join_parts(struct bytes parts, struct buffer *out)
{
    static const struct json_want wants[] = {
        JSON_WANT("text", PART_TEXT),
        JSON_WANT("thought", PART_THOUGHT),
        JSON_WANTS_END,
    };
    static const struct json_want part = JSON_WANT_IN("", 0, wants);
    struct json_reader r;
    bool repeated = false;
    if (json_type_of(parts) != JSON_ARRAY)
        return;
    reader_open(&r, parts);
    reader_enter(&r, JSON_ARRAY);
    while (reader_next_element(&r)) {
        struct bytes spans[PART_SPANS] = {{NULL, 0}};
        reader_collect(&r, &part, spans, &repeated);
        if (json_type_of(spans[PART_THOUGHT]) != JSON_TRUE)
            take_text(spans[PART_TEXT], out);
    }
}

/* ---- shapes ---- */

/* {"choices": [{"message": {"content": …}, "finish_reason": …}], "usage": {…}} */
static void read_openai_chat(const struct bytes *spans, struct reply *reply)
{
    if (!take_text(spans[MESSAGE_CONTENT], &reply->text))
        join_parts(spans[MESSAGE_CONTENT], &reply->text);
    take_finish(spans[CHOICE_FINISH], reply);
    take_count(spans[PROMPT_TOKENS], &reply->prompt_tokens);
    take_count(spans[COMPLETION_TOKENS], &reply->completion_tokens);
    reply->has_model = take_text(spans[MODEL], &reply->model);
}

static bool is_openai_chat(const struct bytes *spans)
{
    if (json_type_of(spans[CHOICES]) != JSON_ARRAY)
        return false;
    struct json_reader r;
    reader_open(&r, spans[CHOICES]);
    r = reader_first(r);
    bool no_choice = reader_failed(&r);
    return json_type_of(spans[MESSAGE]) == JSON_OBJECT || (no_choice && spans[MODEL].at);
}

/* {"candidates": [{"content": {"parts": [{"text": …}]}, "finishReason": …}], "usageMetadata": …} */
static void read_gemini(const struct bytes *spans, struct reply *reply)
{
    join_parts(spans[PARTS], &reply->text);
    take_finish(spans[CANDIDATE_FINISH], reply);
    if (json_type_of(spans[BLOCK_REASON]) == JSON_STRING)
        reply->blocked = true;
    take_count(spans[PROMPT_TOKEN_COUNT], &reply->prompt_tokens);
    take_count(spans[CANDIDATES_TOKEN_COUNT], &reply->completion_tokens);
    reply->has_model = take_text(spans[MODEL_VERSION], &reply->model);
}

static bool is_gemini(const struct bytes *spans)
{
    /* A prompt that was refused has no candidates, or an empty list of them. A planner's JSON may
     * have candidates of its own. */
    return json_type_of(spans[CANDIDATE_CONTENT]) == JSON_OBJECT ||
           json_type_of(spans[CANDIDATE_FINISH]) == JSON_STRING ||
           json_type_of(spans[PROMPT_FEEDBACK]) == JSON_OBJECT;
}

static bool is_class(const char *class, const char *name)
{
    return strcmp(class, name) == 0;
}

/* The code says most; the type next, unless it says no more than that the request was bad, which
 * some providers say of everything. */
static const char *class_of_error(const struct bytes *spans, struct bytes message)
{
    /* Numbers and quoted words are both told by what they contain. */
    const char *code = reply_error_class(spans[ERROR_CODE]);
    const char *type = reply_error_class(spans[ERROR_TYPE]);
    const char *words = reply_error_class(message);
    if (is_class(type, "content_filter") || is_class(words, "content_filter"))
        return "content_filter";
    if (!is_class(code, "other"))
        return code;
    if (!is_class(type, "other") && !is_class(type, "bad_request"))
        return type;
    return is_class(words, "other") ? type : words;
}

/* {"error": "…"} as the Python client writes it, or {"error": {"message": …, "code": …, "type": …}}. */
static void read_error(const struct bytes *spans, struct reply *reply)
{
    if (!take_text(spans[ERROR_MESSAGE], &reply->error) && !take_text(spans[ERROR], &reply->error))
        buffer_append(&reply->error, spans[ERROR].at, spans[ERROR].n);
    reply->error_class = class_of_error(spans, buffer_bytes(&reply->error));
}

static bool is_error(const struct bytes *spans)
{
    enum json_type type = json_type_of(spans[ERROR]);
    /* Some providers say "error": null beside a success, or false. */
    return type != JSON_BAD && type != JSON_NULL && type != JSON_FALSE;
}

static const struct shape {
    enum reply_kind kind;
    bool (*recognise)(const struct bytes *spans);
    void (*read)(const struct bytes *spans, struct reply *reply);
} shapes[] = {
    {REPLY_ERROR, is_error, read_error},
    {REPLY_ENVELOPE, is_openai_chat, read_openai_chat},
    {REPLY_ENVELOPE, is_gemini, read_gemini},
};

/* Reads a checked object; leaves the reply as it is when no shape fits. */
static void take_object(struct reply *reply, const struct bytes *spans)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i].recognise(spans)) {
            reply->kind = shapes[i].kind;
            shapes[i].read(spans, reply);
            return;
        }
    }
}

void reply_take(struct reply *reply, struct bytes response, const struct bytes spans[REPLY_SPANS])
{
    reply_clear(reply);
    switch (json_type_of(response)) {
    case JSON_OBJECT:
        reply->kind = REPLY_UNKNOWN;
        take_object(reply, spans);
        break;
    case JSON_STRING:
        reply->kind = REPLY_TEXT;
        take_text(response, &reply->text);
        break;
    case JSON_NULL:
    case JSON_BAD:
        reply->kind = REPLY_NONE;
        break;
    default:
        reply->kind = REPLY_UNKNOWN;
    }
}

static const struct json_want whole = JSON_WANT_IN("", 0, reply_wants);

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
    struct bytes spans[REPLY_SPANS] = {{NULL, 0}};
    struct json_reader r;
    bool repeated = false;
    reply_clear(reply);
    if (json_type_of(text) == JSON_OBJECT) {
        reader_open(&r, text);
        if (reader_collect(&r, &whole, spans, &repeated) && reader_finish(&r))
            take_object(reply, spans);
    }
    if (reply->kind == REPLY_NONE) {
        reply->kind = REPLY_TEXT;
        buffer_append(&reply->text, text.at, text.n);
    }
}
