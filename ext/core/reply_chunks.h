/*
 * reply_chunks.h -- the rows of the table of shapes, of which those of chunks that are unlike any whole
 * reply stand here.
 */
#ifndef LIGHTNING_REPLY_CHUNKS_H
#define LIGHTNING_REPLY_CHUNKS_H

#include "reply_members.h"
#include "reply_shapes.h"

/* A shape, by the members that reply_members.h wants. */
struct shape_row {
    bool (*fits)(const struct bytes *members);
    void (*read)(struct reply_intake *in, const struct bytes *members); /* NULL: */
    enum reply_member words;                                            /* that member is said */
    bool whole; /* all that is said, so it is not said after anything else */
};

extern const struct shape_row chunk_rows[];
extern const size_t n_chunk_rows;

#endif
