/*
 * listing.h -- the names in one folder, in the order of their bytes.
 */
#ifndef LIGHTNING_LISTING_H
#define LIGHTNING_LISTING_H

#include "bytes.h"

struct listed_name;

/* All-zero is an empty one; what it owns is kept for the next folder until listing_free(). */
struct listing {
    struct buffer names; /* each: a byte for the d_type, the name, a NUL */
    struct listed_name *order;
    size_t n;
    size_t next;
};

/* Reads all names in the folder, which stays open: 0 or an errno. */
int listing_read(struct listing *listing, int folder);

/* The next name, and its d_type; NULL after the last. It stays until the next listing_read(). */
const char *listing_next(struct listing *listing, unsigned char *type);

void listing_free(struct listing *listing);

#endif
