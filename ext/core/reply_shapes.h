/*
 * reply_shapes.h -- one JSON object as a reply, a chunk of a stream, an error, or none of these.
 */
#ifndef LIGHTNING_REPLY_SHAPES_H
#define LIGHTNING_REPLY_SHAPES_H

#include "json.h"
#include "reply.h"

/* What goes on from chunk to chunk. All-zero but for the reply at the start. */
struct reply_intake {
    struct reply *reply;
    bool said;    /* there were words already: a whole message repeats them, or is another choice */
    bool in_item; /* words of the current item of a Responses stream came in deltas */
    struct bytes status; /* a failure's, of HTTP, that stood around */
};

enum shape {
    SHAPE_FOREIGN, /* of no known shape */
    SHAPE_ASIDE,   /* a chunk that says nothing, such as a ping */
    SHAPE_KNOWN,   /* taken; the reply's kind says as what */
    SHAPE_WRAPPED, /* something that a client wrapped: *inner is what */
};

/* Takes the object that comes next, checking it. When it is broken the reader has failed. */
enum shape shape_take(struct reply_intake *in, struct json_reader *r, struct bytes *inner);

#endif
