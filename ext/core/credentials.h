/*
 * credentials.h -- masks the credentials that clients leave in error messages and URLs.
 *
 * Found are:
 * - what follows a name such as key, token, secret or password, alone or after a prefix (api_key,
 *   x-api-key, GROQ_API_KEY), and ':' or '=' or %3D: in a URL's query whatever it is, elsewhere what
 *   has 8 bytes or more and is neither a number nor plain words;
 * - what follows "Bearer" or "Basic", and words in the form of the providers' keys (sk-…, gsk_…,
 *   AIza…, ghp_…, a JWT): 16 bytes or more, with a digit or with both cases mixed;
 * - user and password in a URL.
 */
#ifndef LIGHTNING_CREDENTIALS_H
#define LIGHTNING_CREDENTIALS_H

#include <stddef.h>

#include "bytes.h"

/* Appends the text with each credential replaced by "***". Returns how many there were. Takes time
 * in proportion to the text. */
size_t credentials_mask(struct bytes text, struct buffer *out);

#endif
