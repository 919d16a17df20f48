/*
 * reply_stream.h -- a reply in chunks: server-sent events, objects one after another, or an array.
 *
 * All return whether it is a stream: then its first chunk that says anything is of a known shape. If
 * it is none, what the reply has is to be cleared. Time is in proportion to the text.
 */
#ifndef LIGHTNING_REPLY_STREAM_H
#define LIGHTNING_REPLY_STREAM_H

#include "reply.h"

/* Whether a text begins as server-sent events do. */
bool stream_has_events(struct bytes text);

/* Events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them, and also JSON
 * without a field's name before it. The last one may be cut. */
bool stream_take_events(struct reply *reply, struct bytes text);
/* Objects with or without white space between them; the last one may be cut. */
bool stream_take_objects(struct reply *reply, struct bytes text);
/* An array of objects, or an array of such arrays; it may be cut. */
bool stream_take_array(struct reply *reply, struct bytes text);

#endif
