/*
 * reply_parts.h -- what the readers of all shapes share: taking words, counts, reasons and errors
 * from checked JSON values into a reply.
 *
 * A value that is not there (at is NULL) or is of another type gives nothing.
 */
#ifndef LIGHTNING_REPLY_PARTS_H
#define LIGHTNING_REPLY_PARTS_H

#include "reply.h"

static inline bool part_is_object(struct bytes value)
{
    return value.n > 0 && *value.at == '{';
}

static inline bool part_is_array(struct bytes value)
{
    return value.n > 0 && *value.at == '[';
}

static inline bool part_is_string(struct bytes value)
{
    return value.n > 0 && *value.at == '"';
}

static inline bool part_is_number(struct bytes value)
{
    return value.n > 0 && ((*value.at >= '0' && *value.at <= '9') || *value.at == '-');
}

static inline bool part_is_bool(struct bytes value)
{
    return value.n > 0 && (*value.at == 't' || *value.at == 'f');
}

/* Whether the value is that word, as a JSON string without escapes. */
bool part_is(struct bytes value, const char *word);
bool part_begins(struct bytes value, const char *word);

/* Appends a string with its escapes undone; returns false for any other value. */
bool part_append(struct bytes value, struct buffer *out);
/* A whole number from 0 on; 0 does not replace what was said before. */
void part_count(struct bytes value, int64_t *out);

/* Adds to what was said: the words of a string; or those of parts: strings, and objects that are
 * text. Return false for a value of another type. */
bool reply_say(struct reply *reply, struct bytes string);
bool reply_say_parts(struct reply *reply, struct bytes parts);
bool reply_say_content(struct reply *reply, struct bytes string_or_parts);
/* What was said so far stays even if that which was read goes. */
void reply_own(struct reply *reply);

/* The provider's word for why the reply ended; '' and the words for "not yet" are none. */
void reply_take_finish(struct reply *reply, struct bytes value);
void reply_set_finish(struct reply *reply, const char *word);
void reply_take_model(struct reply *reply, struct bytes value);

/* The members of an error, wherever they stood. */
struct error_facts {
    struct bytes plain; /* the message as it is, when it stood in no JSON */
    struct bytes whole; /* the message if there is no better one: a string, or any JSON */
    struct bytes message;
    struct bytes code;
    struct bytes type;
    struct bytes status;
};
void reply_take_error(struct reply *reply, const struct error_facts *facts);

#endif
