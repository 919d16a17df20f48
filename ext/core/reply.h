/*
 * reply.h -- what a provider answered: the assistant's words, or the error, and the facts beside
 * them, from any known shape of response.
 *
 * Shapes are recognised by their members, never by a provider's name: whole replies, the chunks of
 * streams (server-sent events, objects one after another, an array of them), errors, and what HTTP
 * clients wrap around all of these. A new one is a row in the table of reply_shapes.c or of
 * reply_chunks.c.
 *
 * - Parts of text are joined. Of several choices the first counts (in a stream: index 0). Reasoning,
 *   thinking and tools are left out; <think> in the midst of words is words.
 * - A stream that ends before its time gives what came until then; one with an error in it is an
 *   error.
 * - The words of a refusal (OpenAI's member `refusal`) are what was said, for the user read them.
 *   `refused` tells; `blocked` is only what a filter withheld or cut.
 */
#ifndef LIGHTNING_REPLY_H
#define LIGHTNING_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "json_want.h"

enum reply_kind {
    REPLY_NONE,     /* null, or nothing at all */
    REPLY_TEXT,     /* words, without an envelope */
    REPLY_ENVELOPE, /* a provider's success */
    REPLY_ERROR,    /* a provider's or the client's error */
    REPLY_UNKNOWN,  /* JSON of no known shape */
};

/* Owns its buffers; reply_clear() keeps their memory for the next reply. All-zero is a fresh one. */
struct reply {
    enum reply_kind kind;
    bool blocked; /* the provider's filter withheld or cut it */
    bool refused; /* the model declined, in words or by its reason to finish */
    bool has_finish;
    bool has_model;
    struct bytes borrowed; /* the words, where they stand as they are; else at is NULL */
    struct buffer text;    /* the words, where they do not */
    struct buffer error;   /* ERROR: the message as it was written, credentials and all */
    struct buffer finish;  /* stop, length, tool, filter, or the provider's word in lower case */
    struct buffer model;
    const char *error_class;   /* ERROR: a static string, see reply_error_class() */
    int64_t prompt_tokens;     /* -1: not said */
    int64_t completion_tokens; /* -1: not said */
    struct buffer decoded;     /* scratch: a string that holds a stream or an envelope */
    struct buffer event;       /* scratch: an event of several lines */
};

/* Reads the member `response` of a trace: checked JSON, which must stay where it is as long as the
 * words are used. A JSON string is read as an argument is. */
void reply_read(struct reply *reply, struct bytes json);

/* The same from spans that reader_collect() kept for reply_wants, so that a document is read in one
 * pass; `response` is the whole value. They are of the common shapes; others are read once more. */
#define REPLY_SPANS 18
extern const struct json_want reply_wants[];
void reply_take(struct reply *reply, struct bytes response, const struct bytes spans[REPLY_SPANS]);

/* Reads the argument of an SQL function, which must stay where it is as long as the words are used: a
 * recognised envelope or stream is read as one; any other text, JSON or not, is the assistant's
 * words. */
void reply_read_argument(struct reply *reply, struct bytes text);

/* What the assistant said; at is NULL when the call failed or no words were recognised. Stands in
 * what was read, or in the reply. */
struct bytes reply_words(const struct reply *reply);

/* Whether a buffer could not grow: then the reply is not to be trusted. */
bool reply_failed(const struct reply *reply);
void reply_clear(struct reply *reply);
void reply_free(struct reply *reply);

/* One of rate_limit, timeout, auth, content_filter, server, bad_request, other: by the HTTP status
 * in the message if there is one, else by its words. */
const char *reply_error_class(struct bytes message);

#endif
