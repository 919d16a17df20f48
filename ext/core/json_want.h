/*
 * json_want.h -- picks members out of a JSON value, however deep, while it is read once.
 *
 *     static const struct json_want usage_wants[] = {JSON_WANT("tokens", TOKENS), JSON_WANTS_END};
 *     static const struct json_want wants[] = {
 *         JSON_WANT("model", MODEL),
 *         JSON_WANT_IN("usage", USAGE, usage_wants),
 *         JSON_WANTS_END,
 *     };
 */
#ifndef LIGHTNING_JSON_WANT_H
#define LIGHTNING_JSON_WANT_H

#include "json.h"

/* The longest key that can be wanted, in bytes. */
#define JSON_WANT_LONGEST 31

/* What to look for in a value: a tree of members, read in one pass. A list ends with an empty key. */
struct json_want {
    char key[JSON_WANT_LONGEST + 1];
    size_t key_length;
    size_t slot;                    /* which span gets the member's value */
    const struct json_want *inside; /* what to look for in its members; NULL: nothing */
    bool of_first;                  /* its value is an array: look in the first element instead */
};

/* An entry of such a list. */
#define JSON_WANT(key, slot)                                                                       \
    {                                                                                              \
        key, sizeof(key) - 1, (slot), NULL, false                                                  \
    }
#define JSON_WANT_IN(key, slot, inside)                                                            \
    {                                                                                              \
        key, sizeof(key) - 1, (slot), (inside), false                                              \
    }
#define JSON_WANT_IN_FIRST(key, slot, inside)                                                      \
    {                                                                                              \
        key, sizeof(key) - 1, (slot), (inside), true                                               \
    }
#define JSON_WANTS_END                                                                             \
    {                                                                                              \
        "", 0, 0, NULL, false                                                                      \
    }

/* Passes over the value that comes next, checking it, and keeps the spans of what is wanted inside
 * it; the want's own key and slot play no part. `spans` must be all-zero before: a member that is
 * not there leaves its span so. Of a repeated key the last counts, with what is inside it, as Python
 * has it; *repeated is set then. */
bool reader_collect(struct json_reader *r, const struct json_want *want, struct bytes *spans,
                    bool *repeated);

#endif
