/*
 * replies.h -- what the tests of replies share: reading a response as a trace has it and as the
 * argument of a function.
 *
 * In a text without any " each ' stands for one, so that JSON is legible.
 */
#ifndef LIGHTNING_TESTS_REPLIES_H
#define LIGHTNING_TESTS_REPLIES_H

#include "check.h"

#include "reply.h"

/* One reply is used for all, as in the reading of a folder: nothing of one may stay for the next. */
static struct reply reply;
static struct bytes kept; /* what was read, for words may stand in it */

static inline int set_up_reply(void **state)
{
    (void)state;
    reply = (struct reply){0};
    kept = (struct bytes){NULL, 0};
    return 0;
}

static inline int tear_down_reply(void **state)
{
    (void)state;
    reply_free(&reply);
    free((char *)kept.at);
    return 0;
}

/* A copy of exact size, with the quotes as they are to be. */
static inline struct bytes keep(const char *text)
{
    free((char *)kept.at);
    kept = exact_copy(text_of_literal(text));
    bool legible = strchr(text, '"') == NULL;
    for (size_t i = 0; legible && i < kept.n; i++)
        if (kept.at[i] == '\'')
            ((char *)kept.at)[i] = '"';
    return kept;
}

/* As the member `response` of a trace. */
static inline void read_response(const char *json)
{
    reply_read(&reply, keep(json));
    assert_false(reply_failed(&reply));
}

static inline void read_argument(const char *text)
{
    reply_read_argument(&reply, keep(text));
    assert_false(reply_failed(&reply));
}

/* A stream that a client put into a trace as one string. */
static inline void read_string(const char *text)
{
    struct buffer b = {0};
    buffer_append_byte(&b, '"');
    for (; *text; text++) {
        char c = *text == '\'' ? '"' : *text;
        if (c == '\n')
            buffer_append(&b, "\\n", 2);
        else if (c == '\r')
            buffer_append(&b, "\\r", 2);
        else if (c == '"' || c == '\\')
            buffer_format(&b, "\\%c", c);
        else
            buffer_append_byte(&b, c);
    }
    buffer_append(&b, "\"", 2); /* and its NUL */
    read_response(b.at);
    buffer_free(&b);
}

#define assert_said(json, words) said_at(json, words, __FILE__, __LINE__)

/* An envelope with these words, wherever it stands. */
static inline void said_at(const char *json, const char *words, const char *file, int line)
{
    void (*const ways[])(const char *) = {read_response, read_string, read_argument};
    for (size_t i = 0; i < COUNT(ways); i++) {
        ways[i](json);
        if (reply.kind != REPLY_ENVELOPE)
            print_error("no envelope: %s\n", json);
        _assert_int_equal((uintmax_t)reply.kind, REPLY_ENVELOPE, file, line);
        bytes_at(reply_words(&reply), text_of_literal(words), file, line);
    }
}

#define assert_streamed(text, words) streamed_at(text, words, __FILE__, __LINE__)

/* A stream, which is no JSON of its own. */
static inline void streamed_at(const char *text, const char *words, const char *file, int line)
{
    void (*const ways[])(const char *) = {read_string, read_argument};
    for (size_t i = 0; i < COUNT(ways); i++) {
        ways[i](text);
        if (reply.kind != REPLY_ENVELOPE)
            print_error("no stream: %s\n", text);
        _assert_int_equal((uintmax_t)reply.kind, REPLY_ENVELOPE, file, line);
        bytes_at(reply_words(&reply), text_of_literal(words), file, line);
    }
}

#define assert_facts(finish, model, prompt, completion)                                            \
    facts_at(finish, model, prompt, completion, __FILE__, __LINE__)

/* Of the reply read last; "" for a fact that was not told, and -1. */
static inline void facts_at(const char *finish, const char *model, int64_t prompt,
                            int64_t completion, const char *file, int line)
{
    bytes_at(buffer_bytes(&reply.finish), text_of_literal(finish), file, line);
    bytes_at(buffer_bytes(&reply.model), text_of_literal(model), file, line);
    _assert_int_equal(reply.has_finish, *finish != '\0', file, line);
    _assert_int_equal(reply.has_model, *model != '\0', file, line);
    _assert_int_equal((uintmax_t)reply.prompt_tokens, (uintmax_t)prompt, file, line);
    _assert_int_equal((uintmax_t)reply.completion_tokens, (uintmax_t)completion, file, line);
}

#define assert_failed(json, message, class)                                                        \
    failed_at(true, json, message, class, __FILE__, __LINE__)
#define assert_stream_failed(text, message, class)                                                 \
    failed_at(false, text, message, class, __FILE__, __LINE__)

/* An error, wherever it stands; a stream is no JSON of its own. */
static inline void failed_at(bool is_json, const char *json, const char *message, const char *class,
                             const char *file, int line)
{
    void (*const ways[])(const char *) = {read_response, read_string, read_argument};
    for (size_t i = is_json ? 0 : 1; i < COUNT(ways); i++) {
        ways[i](json);
        if (reply.kind != REPLY_ERROR)
            print_error("no error: %s\n", json);
        _assert_int_equal((uintmax_t)reply.kind, REPLY_ERROR, file, line);
        bytes_at(buffer_bytes(&reply.error), text_of_literal(message), file, line);
        _assert_string_equal(reply.error_class, class, file, line);
        _assert_true(reply_words(&reply).at == NULL, "no words", file, line);
    }
}

/* Words: as an argument; and JSON in a trace, of unknown shape. */
static inline void assert_words_alone(const char *text)
{
    read_argument(text);
    if (reply.kind != REPLY_TEXT)
        print_error("no words: %s\n", text);
    assert_int_equal(reply.kind, REPLY_TEXT);
    assert_bytes(reply_words(&reply), kept);
    assert_false(reply.blocked || reply.refused || reply.has_finish || reply.has_model);
    assert_null(reply.error_class);
    assert_int_equal(reply.prompt_tokens, -1);
}

#endif
