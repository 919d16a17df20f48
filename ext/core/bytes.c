#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool bytes_contain_nocase(struct bytes text, struct bytes needle)
{
    for (size_t i = 0; i + needle.n <= text.n; i++) {
        size_t k = 0;
        while (k < needle.n && lower(text.at[i + k]) == lower(needle.at[k]))
            k++;
        if (k == needle.n)
            return true;
    }
    return false;
}

int buffer_reserve(struct buffer *b, size_t more)
{
    if (b->failed)
        return -1;
    if (more <= b->cap - b->n)
        return 0;
    size_t cap = b->cap ? b->cap : 64;
    while (cap - b->n < more) {
        if (cap > SIZE_MAX / 2) {
            b->failed = true;
            return -1;
        }
        cap *= 2;
    }
    char *at = realloc(b->at, cap);
    if (!at) {
        b->failed = true;
        return -1;
    }
    b->at = at;
    b->cap = cap;
    return 0;
}

void buffer_append(struct buffer *b, const void *at, size_t n)
{
    if (n == 0 || buffer_reserve(b, n) != 0)
        return;
    memcpy(b->at + b->n, at, n);
    b->n += n;
}

void buffer_append_byte(struct buffer *b, char byte)
{
    buffer_append(b, &byte, 1);
}

void buffer_format(struct buffer *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    /* vsnprintf writes a NUL after the text, so there must be room for it. */
    if (n < 0 || buffer_reserve(b, (size_t)n + 1) != 0) {
        b->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(b->at + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

void buffer_clear(struct buffer *b)
{
    b->n = 0;
    b->failed = false;
}

void buffer_free(struct buffer *b)
{
    free(b->at);
    *b = (struct buffer){0};
}
