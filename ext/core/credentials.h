/*
 * credentials.h -- masks the credentials that clients leave in error messages and URLs.
 *
 * Found are: a value after key=, api_key=, token= and the like in a URL or a setting; what follows
 * "Bearer" or "Basic"; and words in the form of the providers' keys (sk-…, gsk_…, AIza…, hf_…).
 */
#ifndef LIGHTNING_CREDENTIALS_H
#define LIGHTNING_CREDENTIALS_H

#include <stddef.h>

#include "bytes.h"

/* Appends the text with each credential replaced by "***". Returns how many there were. */
size_t credentials_mask(struct bytes text, struct buffer *out);

#endif
