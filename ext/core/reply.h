/*
 * reply.h -- what a provider answered: the assistant's words, or the error, and the facts beside
 * them, from any known shape of response.
 *
 * Shapes are recognised by their members, never by a provider's name. A new one is a row in the
 * table of shapes in reply.c.
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
    bool has_finish;
    bool has_model;
    struct buffer text;   /* ENVELOPE and TEXT: what was said, '' when nothing; UTF-8 */
    struct buffer error;  /* ERROR: the message as it was written, credentials and all */
    struct buffer finish; /* stop, length, tool, filter, or the provider's word in lower case */
    struct buffer model;
    const char *error_class;   /* ERROR: a static string, see reply_error_class() */
    int64_t prompt_tokens;     /* -1: not said */
    int64_t completion_tokens; /* -1: not said */
};

/* Reads the member `response` of a trace: checked JSON. A JSON string is words. */
void reply_read(struct reply *reply, struct bytes json);

/* The same from spans that reader_collect() kept for reply_wants, so that a document is read in one
 * pass; `response` is the whole value. */
#define REPLY_SPANS 22
extern const struct json_want reply_wants[];
void reply_take(struct reply *reply, struct bytes response, const struct bytes spans[REPLY_SPANS]);

/* Reads the argument of an SQL function: a recognised envelope is read as one; any other text, JSON
 * or not, is the assistant's words. */
void reply_read_argument(struct reply *reply, struct bytes text);

/* What the assistant said; at is NULL when the call failed or no words were recognised. */
struct bytes reply_words(const struct reply *reply);

/* Whether a buffer could not grow: then the reply is not to be trusted. */
bool reply_failed(const struct reply *reply);
void reply_clear(struct reply *reply);
void reply_free(struct reply *reply);

/* One of rate_limit, timeout, auth, content_filter, server, bad_request, other: by the HTTP status
 * in the message if there is one, else by its words. */
const char *reply_error_class(struct bytes message);

#endif
