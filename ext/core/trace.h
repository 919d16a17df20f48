/*
 * trace.h -- reads one trace document: what the Python agent wrote for one model call.
 *
 * {"trace_id": …, "component": …, "timestamp_start": …, "prompt": …, "metadata": {…},
 *  "response": {…}, "timestamp_end": …, "latency_ms": …, "reward": …}
 *
 * A trace is a JSON object whose trace_id is a non-empty string. Any other member may be missing or
 * of another type; then it is absent here. Of a repeated key the last counts, as in Python. Nothing
 * is copied: all points into the document.
 */
#ifndef LIGHTNING_TRACE_H
#define LIGHTNING_TRACE_H

#include <stdbool.h>

#include "bytes.h"
#include "json.h"
#include "reply.h"

/* What was odd about a document that was read all the same. */
enum trace_note {
    TRACE_REPEATED_KEY = 1, /* a member that is read stands twice */
    TRACE_NOT_FINITE = 2,   /* latency_ms or reward is NaN, infinite or beyond a double */
};

/* A string that may be absent: then text.raw.at is NULL. */
struct trace {
    struct json_text trace_id;
    struct json_text component;
    struct json_text timestamp_start;
    struct json_text timestamp_end;
    struct json_text model;      /* metadata.model */
    struct json_text session_id; /* where the keys say */
    struct json_text user_id;
    struct bytes prompt; /* any JSON value; at is NULL when absent */
    struct bytes metadata;
    struct bytes response;
    struct bytes reply[REPLY_SPANS]; /* of the response, for reply_take() */
    double latency_ms;               /* NaN: absent or not finite */
    double reward;                   /* NaN: absent or not finite */
    bool blocked;                    /* metadata.blocked_by_safety is true */
    unsigned notes;                  /* enum trace_note */
};

/* Where the session and the user stand: a path of member names joined by dots from the top of the
 * document. */
struct trace_keys {
    const char *session; /* NULL: metadata.session_id */
    const char *user;    /* NULL: metadata.user_id */
};

/* Why a document is no trace: what was expected, and at which byte. */
struct trace_error {
    const char *expected;
    size_t offset;
    bool
        incomplete; /* the document ends in the middle of an object, or is empty: it may yet come */
};

/* Returns 0; or -1 and fills *error, leaving *trace to be ignored. */
int trace_read(struct trace *trace, struct bytes document, const struct trace_keys *keys,
               struct trace_error *error);

/* Whether metadata, a checked JSON value, says that the reply was blocked. */
bool trace_metadata_blocked(struct bytes metadata);

#endif
