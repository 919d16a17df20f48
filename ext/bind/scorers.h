/*
 * scorers.h -- scorers of a team's own policy or lexicon, compiled once for each text of it.
 *
 * A connection keeps the few it used last: a function is called for each row, a table is filtered for
 * each row, and the policy is the same each time.
 */
#ifndef LIGHTNING_SCORERS_H
#define LIGHTNING_SCORERS_H

#include "bytes.h"
#include "reward.h"

#define KEPT_SCORERS 4

/* All-zero is empty. */
struct kept_scorers {
    struct {
        struct buffer
            lexicon;          /* the arguments as they were given, each with a byte in front that */
        struct buffer policy; /* tells NULL from '' */
        struct scorer *scorer;
    } slots[KEPT_SCORERS];
    size_t next; /* which to replace next */
};

/* A scorer of the built-in lexicon and rules but for what the arguments, JSON, say otherwise; at NULL:
 * nothing. Owned by `kept`, and valid until the next call. NULL after saying in *wrong what is wrong
 * with which argument; when out of memory *wrong stays empty. */
const struct scorer *scorers_get(struct kept_scorers *kept, struct bytes lexicon_json,
                                 struct bytes policy_json, struct buffer *wrong);
void scorers_free(struct kept_scorers *kept);

#endif
