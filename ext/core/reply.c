#include "reply.h"

#include <stdlib.h>

#include "json.h"

bool reply_failed(const struct reply *reply)
{
    return reply->text.failed || reply->error.failed || reply->finish.failed ||
           reply->model.failed;
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

/* Whether what stands before offset `at` announces a status: nothing at all, or one of the words
 * that clients put there. A port or a token count is announced by other words. */
static bool announces_status(struct bytes text, size_t at)
{
    static const char *const words[] = {"status", "code", "error", "http", "http/1.1", "http/2"};
    size_t end = at;
    while (end > 0 && !is_letter(text.at[end - 1]) && !is_digit(text.at[end - 1]))
        end--;
    if (end == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct bytes w = {words[i], strlen(words[i])};
        if (end >= w.n && bytes_contain_nocase((struct bytes){text.at + end - w.n, w.n}, w))
            return true;
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

/* ---- reading members ---- */

/* Reads the value that comes next into `out` when it is a string; else skips it. */
static bool take_text(struct json_reader *r, struct buffer *out)
{
    struct json_text text;
    if (reader_type(r) != JSON_STRING) {
        reader_skip(r, NULL);
        return false;
    }
    if (!reader_text(r, &text))
        return false;
    json_text_decode(text, out);
    return true;
}

static void take_count(struct json_reader *r, int64_t *out)
{
    double value;
    if (reader_type(r) != JSON_NUMBER) {
        reader_skip(r, NULL);
        return;
    }
    if (reader_number(r, &value) && value >= 0 && value <= 9007199254740992.0)
        *out = (int64_t)value;
}

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

static void take_finish(struct json_reader r, struct reply *reply)
{
    struct buffer *finish = &reply->finish;
    if (!take_text(&r, finish))
        return;
    reply->has_finish = true;
    for (size_t i = 0; i < finish->n; i++)
        if (finish->at[i] >= 'A' && finish->at[i] <= 'Z')
            finish->at[i] = (char)(finish->at[i] + 32);
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

/* Joins the `text` members of an array of parts; parts that are thoughts or no text are left out. */
static void join_parts(struct json_reader parts, struct buffer *out)
{
    static const char *const keys[] = {"text", "thought"};
    struct json_reader part[2];
    if (reader_type(&parts) != JSON_ARRAY || !reader_enter(&parts, JSON_ARRAY))
        return;
    while (reader_next_element(&parts)) {
        reader_members(parts, keys, 2, part);
        if (reader_type(&part[1]) != JSON_TRUE)
            take_text(&part[0], out);
        reader_skip(&parts, NULL);
    }
}

/* ---- shapes ---- */

/* The members of a response by which shapes are told apart and which they share. */
enum member {
    ERROR,
    CHOICES,
    CANDIDATES,
    USAGE,
    USAGE_METADATA,
    PROMPT_FEEDBACK,
    MODEL,
    MODEL_VERSION,
    MEMBERS
};

static const char *const member_names[MEMBERS] = {
    "error",         "choices",        "candidates", "usage",
    "usageMetadata", "promptFeedback", "model",      "modelVersion",
};

static void take_usage(struct json_reader usage, const char *prompt, const char *completion,
                       struct reply *reply)
{
    const char *const keys[] = {prompt, completion};
    struct json_reader counts[2];
    reader_members(usage, keys, 2, counts);
    take_count(&counts[0], &reply->prompt_tokens);
    take_count(&counts[1], &reply->completion_tokens);
}

/* {"choices": [{"message": {"content": …}, "finish_reason": …}], "usage": {…}} */
static void read_openai_chat(struct json_reader *members, struct reply *reply)
{
    static const char *const keys[] = {"message", "finish_reason"};
    struct json_reader choice[2];
    reader_members(reader_first(members[CHOICES]), keys, 2, choice);
    struct json_reader content = reader_member(choice[0], "content");
    if (reader_type(&content) == JSON_ARRAY)
        join_parts(content, &reply->text);
    else
        take_text(&content, &reply->text);
    take_finish(choice[1], reply);
    take_usage(members[USAGE], "prompt_tokens", "completion_tokens", reply);
    reply->has_model = take_text(&members[MODEL], &reply->model);
}

/* {"candidates": [{"content": {"parts": [{"text": …}]}, "finishReason": …}], "usageMetadata": …} */
static void read_gemini(struct json_reader *members, struct reply *reply)
{
    static const char *const keys[] = {"content", "finishReason"};
    struct json_reader candidate[2];
    reader_members(reader_first(members[CANDIDATES]), keys, 2, candidate);
    join_parts(reader_member(candidate[0], "parts"), &reply->text);
    take_finish(candidate[1], reply);
    struct json_reader block = reader_member(members[PROMPT_FEEDBACK], "blockReason");
    if (reader_type(&block) == JSON_STRING)
        reply->blocked = true;
    take_usage(members[USAGE_METADATA], "promptTokenCount", "candidatesTokenCount", reply);
    reply->has_model = take_text(&members[MODEL_VERSION], &reply->model);
}

/* {"error": "…"} as the Python client writes it, or {"error": {"message": …, "code": …}}. */
static void read_error(struct json_reader *members, struct reply *reply)
{
    static const char *const keys[] = {"message", "code"};
    struct json_reader detail[2];
    struct bytes span;
    double status = 0;
    reader_members(members[ERROR], keys, 2, detail);
    if (reader_type(&detail[1]) == JSON_NUMBER)
        reader_number(&detail[1], &status);
    if (reader_type(&detail[0]) == JSON_STRING)
        take_text(&detail[0], &reply->error);
    else if (reader_type(&members[ERROR]) == JSON_STRING)
        take_text(&members[ERROR], &reply->error);
    else if (reader_skip(&members[ERROR], &span))
        buffer_append(&reply->error, span.at, span.n);
    reply->error_class = status >= 400 && status <= 599
                             ? class_of_status((int)status)
                             : reply_error_class(buffer_bytes(&reply->error));
}

static bool is_error(struct json_reader *members)
{
    enum json_type type = reader_type(&members[ERROR]);
    /* Some providers say "error": null beside a success. */
    return type == JSON_STRING || type == JSON_OBJECT || type == JSON_ARRAY;
}

static bool is_openai_chat(struct json_reader *members)
{
    if (reader_type(&members[CHOICES]) != JSON_ARRAY)
        return false;
    struct json_reader choice = reader_first(members[CHOICES]);
    struct json_reader message = reader_member(choice, "message");
    bool no_choice = reader_failed(&choice);
    return reader_type(&message) == JSON_OBJECT || (no_choice && !reader_failed(&members[MODEL]));
}

static bool is_gemini(struct json_reader *members)
{
    static const char *const keys[] = {"content", "finishReason"};
    struct json_reader candidate[2];
    if (reader_type(&members[CANDIDATES]) != JSON_ARRAY)
        return reader_type(&members[PROMPT_FEEDBACK]) == JSON_OBJECT;
    reader_members(reader_first(members[CANDIDATES]), keys, 2, candidate);
    return !reader_failed(&candidate[0]) || !reader_failed(&candidate[1]);
}

static const struct shape {
    enum reply_kind kind;
    bool (*recognise)(struct json_reader *members);
    void (*read)(struct json_reader *members, struct reply *reply);
} shapes[] = {
    {REPLY_ERROR, is_error, read_error},
    {REPLY_ENVELOPE, is_openai_chat, read_openai_chat},
    {REPLY_ENVELOPE, is_gemini, read_gemini},
};

/* Reads a checked object; leaves the reply as it is when no shape fits. */
static void read_object(struct json_reader r, struct reply *reply)
{
    struct json_reader members[MEMBERS];
    reader_members(r, member_names, MEMBERS, members);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i].recognise(members)) {
            reply->kind = shapes[i].kind;
            shapes[i].read(members, reply);
            return;
        }
    }
}

void reply_read(struct reply *reply, struct bytes json)
{
    struct json_reader r;
    reply_clear(reply);
    reader_open(&r, json);
    switch (reader_type(&r)) {
    case JSON_OBJECT:
        reply->kind = REPLY_UNKNOWN;
        read_object(r, reply);
        break;
    case JSON_STRING:
        reply->kind = REPLY_TEXT;
        take_text(&r, &reply->text);
        break;
    case JSON_NULL:
    case JSON_BAD:
        reply->kind = REPLY_NONE;
        break;
    default:
        reply->kind = REPLY_UNKNOWN;
    }
}

void reply_read_argument(struct reply *reply, struct bytes text)
{
    struct json_reader r;
    reply_clear(reply);
    reader_open(&r, text);
    if (reader_type(&r) == JSON_OBJECT) {
        struct json_reader whole = r;
        if (reader_skip(&whole, NULL) && reader_finish(&whole))
            read_object(r, reply);
    }
    if (reply->kind == REPLY_NONE) {
        reply->kind = REPLY_TEXT;
        buffer_append(&reply->text, text.at, text.n);
    }
}
