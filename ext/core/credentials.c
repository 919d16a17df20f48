#include "credentials.h"

#include <stdbool.h>

/* What announces a credential: it ends the name of a parameter or stands before a token. */
static const char *const announcements[] = {
    "key=",      "api_key=", "apikey=", "api-key=", "token=",        "secret=",
    "password=", "sig=",     "bearer ", "basic ",   "access_token=", "x-api-key: ",
};

static const char *const prefixes[] = {
    "sk-", "sk_", "gsk_", "aiza", "xai-", "hf_", "pplx-", "r8_", "ya29.",
};

/* A key of any provider is at least this long; a shorter word is just a word. */
#define SHORTEST_KEY 16

static bool is_token_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("-_.~+/%*", c) != NULL);
}

static size_t token_length(struct bytes text, size_t at)
{
    size_t end = at;
    while (end < text.n && is_token_byte(text.at[end]))
        end++;
    while (end > at && text.at[end - 1] == '.')
        end--; /* the full stop of a sentence */
    return end - at;
}

static bool begins(struct bytes text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at + n <= text.n &&
           bytes_contain_nocase((struct bytes){text.at + at, n}, (struct bytes){word, n});
}

/* The bytes to keep before the credential that begins here, and its length; false: none does. */
static bool credential_at(struct bytes text, size_t at, size_t *keep, size_t *length)
{
    bool word_starts = at == 0 || !is_token_byte(text.at[at - 1]);
    for (size_t i = 0; i < sizeof announcements / sizeof *announcements; i++) {
        if (!begins(text, at, announcements[i]))
            continue;
        *keep = strlen(announcements[i]);
        *length = token_length(text, at + *keep);
        /* "basic " and "bearer " are words of prose too. */
        bool prose = announcements[i][*keep - 1] == ' ';
        if (*length > 0 && (!prose || *length >= SHORTEST_KEY))
            return true;
    }
    for (size_t i = 0; word_starts && i < sizeof prefixes / sizeof *prefixes; i++) {
        *keep = 0;
        *length = token_length(text, at);
        if (*length >= SHORTEST_KEY && begins(text, at, prefixes[i]))
            return true;
    }
    return false;
}

size_t credentials_mask(struct bytes text, struct buffer *out)
{
    size_t count = 0;
    for (size_t at = 0; at < text.n;) {
        size_t keep;
        size_t length;
        if (!credential_at(text, at, &keep, &length)) {
            buffer_append_byte(out, text.at[at++]);
            continue;
        }
        buffer_append(out, text.at + at, keep);
        buffer_append(out, "***", 3);
        at += keep + length;
        count++;
    }
    return count;
}
