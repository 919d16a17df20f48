/*
 * json_text.h -- the strings of JSON documents: as they stand there, and with their escapes undone.
 */
#ifndef LIGHTNING_JSON_TEXT_H
#define LIGHTNING_JSON_TEXT_H

#include <stdbool.h>

#include "bytes.h"

/* A string as it stands between its quotes, escapes not yet undone. */
struct json_text {
    struct bytes raw;
    bool escaped; /* whether there is any backslash in it */
};

/* Whether a key or string equals `plain`, escapes undone. */
bool json_text_is(struct json_text text, struct bytes plain);
/* Appends the string with its escapes undone, as UTF-8; a lone surrogate becomes U+FFFD. Returns
 * whether there was one. Out of memory shows in out->failed. */
bool json_text_decode(struct json_text text, struct buffer *out);

#endif
