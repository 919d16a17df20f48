#include "listing.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A name and eight of its bytes: those that are compared at the time. */
struct listed_name {
    uint64_t key; /* the first byte is the most significant; 0 behind the end of the name */
    size_t at;    /* of the name in the listing's names */
};

#define KEY_BYTES sizeof(uint64_t)

/* ---- the order ----
 *
 * Names of traces begin alike, so comparing two of them takes long, and there is a log of n of that for
 * each. Here each byte is looked at about once: quicksort by eight bytes, then those whose eight are
 * equal by the next eight.
 * Source: Bentley and Sedgewick, Fast algorithms for sorting and searching strings, SODA 1997. */

/* The eight bytes of the name behind its first `depth`; there is room to read behind its end. */
static uint64_t key_at(const char *names, size_t at, size_t depth)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t key;
    memcpy(&key, names + at + depth, KEY_BYTES);
    key = be64toh(key);
    /* The high bit of the last byte of all that may be zero; what the borrow adds stands before it. */
    uint64_t little = htole64(htobe64(key));
    uint64_t zeros = (little - ones) & ~little & (ones << 7);
    if (!zeros)
        return key;
    unsigned kept = (unsigned)__builtin_ctzll(zeros) & ~7u; /* bits before the first zero byte */
    return kept ? key & ~(UINT64_MAX >> kept) : 0;
}

static void swap(struct listed_name *a, struct listed_name *b)
{
    struct listed_name held = *a;
    *a = *b;
    *b = held;
}

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
    if (a > b)
        return c > a ? a : (c > b ? c : b);
    return c > b ? b : (c > a ? c : a);
}

/* Puts those below the pivot first and those above it last; *equal and *above get where the middle and
 * the end begin. */
static void partition(struct listed_name *order, size_t n, size_t *equal, size_t *above)
{
    uint64_t pivot = median(order[0].key, order[n / 2].key, order[n - 1].key);
    size_t i = 0;
    *equal = 0;
    *above = n;
    while (i < *above) {
        if (order[i].key < pivot)
            swap(&order[i++], &order[(*equal)++]);
        else if (order[i].key > pivot)
            swap(&order[i], &order[--*above]);
        else
            i++;
    }
}

/* Sorts names whose first `depth` bytes are equal and whose keys are the next. It calls itself for the
 * smaller parts only, and goes on with the largest. */
static void sort(const char *names, struct listed_name *order, size_t n, size_t depth)
{
    while (n > 1) {
        size_t equal;
        size_t above;
        partition(order, n, &equal, &above);
        struct listed_name *middle = order + equal;
        size_t middle_n = above - equal;
        /* Where the key ends in a zero, so does the name. */
        bool ended = (middle->key & 0xFF) == 0;
        for (size_t i = 0; i < middle_n && middle_n > 1 && !ended; i++)
            middle[i].key = key_at(names, middle[i].at, depth + KEY_BYTES);
        struct {
            struct listed_name *order;
            size_t n;
            size_t depth;
        } parts[3] = {
            {order, equal, depth},
            {middle, ended ? 0 : middle_n, depth + KEY_BYTES},
            {order + above, n - above, depth},
        };
        size_t largest = 0;
        for (size_t i = 1; i < 3; i++)
            if (parts[i].n > parts[largest].n)
                largest = i;
        for (size_t i = 0; i < 3; i++)
            if (i != largest)
                sort(names, parts[i].order, parts[i].n, parts[i].depth);
        order = parts[largest].order;
        n = parts[largest].n;
        depth = parts[largest].depth;
    }
}

static int put_in_order(struct listing *listing)
{
    struct listed_name *order = realloc(listing->order, (listing->n + 1) * sizeof *order);
    if (!order || buffer_reserve(&listing->names, KEY_BYTES) != 0) {
        listing->order = order ? order : listing->order;
        return ENOMEM;
    }
    listing->order = order;
    const char *names = listing->names.at;
    memset(listing->names.at + listing->names.n, 0, KEY_BYTES);
    size_t at = 0;
    for (size_t i = 0; i < listing->n; i++) {
        at++; /* the type */
        order[i] = (struct listed_name){key_at(names, at, 0), at};
        at += strlen(names + at) + 1;
    }
    sort(names, order, listing->n, 0);
    return 0;
}

/* ---- reading ---- */

int listing_read(struct listing *listing, int folder)
{
    int rc = 0;
    int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0); /* closedir() closes it */
    if (fd < 0)
        return errno;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        rc = errno;
        close(fd);
        return rc;
    }
    buffer_clear(&listing->names);
    listing->n = 0;
    listing->next = 0;
    for (;;) {
        errno = 0;
        struct dirent *e = readdir(dir);
        if (!e) {
            rc = errno;
            break;
        }
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        buffer_append_byte(&listing->names, (char)e->d_type);
        buffer_append(&listing->names, e->d_name, strlen(e->d_name) + 1);
        listing->n++;
    }
    closedir(dir);
    if (rc == 0 && listing->names.failed)
        rc = ENOMEM;
    if (rc == 0)
        rc = put_in_order(listing);
    if (rc != 0)
        listing->n = 0;
    return rc;
}

const char *listing_next(struct listing *listing, unsigned char *type)
{
    if (listing->next == listing->n)
        return NULL;
    const char *name = listing->names.at + listing->order[listing->next++].at;
    *type = (unsigned char)name[-1];
    return name;
}

void listing_free(struct listing *listing)
{
    buffer_free(&listing->names);
    free(listing->order);
    *listing = (struct listing){0};
}
