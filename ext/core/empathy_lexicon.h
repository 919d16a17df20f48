/*
 * empathy_lexicon.h -- what a lexicon of empathy says, read from empathy.txt or from a team's JSON.
 *
 * A line of the text is a phrase, its weight and its dimension, with a tab between; '#' begins a
 * comment. As JSON it is
 *
 *     {"phrases": [{"phrase": "tell me more", "weight": 0.5, "dimension": "exploration"}, …],
 *      "limits": {"exploration": 3, …}}
 *
 * or, for short, {"tell me more": 0.5, …}, all of dimension "reaction", which is also the dimension
 * of a phrase that names none. Weights are decimals from -1000 to 1000, of which millionths count.
 *
 * "^" before a phrase: it stands where a clause begins. " ?" after it: it stands in a question. The
 * dimension "limit" is no dimension: such a line names one, and how much that may earn at most (1
 * where no line says it); the dimension "base" so named is what any reply earns.
 */
#ifndef LIGHTNING_EMPATHY_LEXICON_H
#define LIGHTNING_EMPATHY_LEXICON_H

#include "bytes.h"

/* So that each phrase met can be remembered, and the sum of each dimension. */
#define EMPATHY_MOST_PHRASES 1024
#define EMPATHY_MOST_DIMENSIONS 12

/* Weights are sums of whole millionths: the order in which they are added makes no difference. */
#define EMPATHY_UNIT 1000000

struct empathy_entry {
    struct bytes name; /* as it is listed */
    struct bytes body; /* without the marks */
    int64_t weight;    /* in millionths */
    size_t dimension;  /* index into dimensions */
    bool clause;       /* "^" */
    bool question;     /* " ?" */
    bool of_self;      /* has the word "i" */
};

struct empathy_dimension {
    struct bytes name;
    int64_t limit; /* in millionths */
};

struct empathy_lexicon {
    struct empathy_entry *entries;
    size_t n;
    struct empathy_dimension dimensions[EMPATHY_MOST_DIMENSIONS];
    size_t n_dimensions;
    int64_t base;       /* in millionths */
    struct buffer text; /* of JSON strings */
};

/* Reads a lexicon into *out, all-zero before. The text must outlive it; the JSON need not. Returns 0,
 * or -1 when it is malformed, and then *wrong (a static string) says how, or out of memory, and then
 * *wrong is NULL. Free it in any case. */
int empathy_lexicon_read(struct bytes text, struct empathy_lexicon *out, const char **wrong);
int empathy_lexicon_read_json(struct bytes json, struct empathy_lexicon *out, const char **wrong);
void empathy_lexicon_free(struct empathy_lexicon *lexicon);

#endif
