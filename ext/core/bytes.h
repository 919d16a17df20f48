/*
 * bytes.h -- runs of bytes: borrowed slices, and a buffer that grows.
 *
 * A slice owns nothing: it points into memory that somebody else keeps alive. A buffer owns its
 * memory until buffer_free(). Neither is NUL-terminated unless a function says so.
 */
#ifndef LIGHTNING_BYTES_H
#define LIGHTNING_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const char *at; /* NULL: no value at all, which is not the same as n == 0 */
    size_t n;       /* in bytes */
};

/* A slice over a string literal. */
#define BYTES(literal) ((struct bytes){(literal), sizeof(literal) - 1})

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

/* Whether `needle` occurs in `text`, ASCII letters of either case being the same. */
bool bytes_contain_nocase(struct bytes text, struct bytes needle);

/* All-zero is an empty buffer. Once an allocation fails, `failed` is set and stays set, further
 * appends do nothing, and what was there before is kept: check once, at the end. */
struct buffer {
    char *at;
    size_t n;
    size_t cap;
    bool failed;
};

/* Makes room for `more` further bytes. Returns 0, or -1 when out of memory. */
int buffer_reserve(struct buffer *b, size_t more);
void buffer_append(struct buffer *b, const void *at, size_t n);
void buffer_append_byte(struct buffer *b, char byte);
/* printf into the buffer. */
void buffer_format(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Forgets the contents and an earlier failure, keeps the memory. */
void buffer_clear(struct buffer *b);
void buffer_free(struct buffer *b);

static inline struct bytes buffer_bytes(const struct buffer *b)
{
    return (struct bytes){b->at ? b->at : "", b->n};
}

#endif
