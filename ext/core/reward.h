/*
 * reward.h -- what a reply is worth: four rewards from 0 to 1, and one number from them.
 *
 * A scorer holds the compiled lexicon and rules. It never changes after reward_scorer_new(), so
 * threads may share one. The same code scores a stored trace, a folder and a function's argument.
 */
#ifndef LIGHTNING_REWARD_H
#define LIGHTNING_REWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct scorer;

/* A lexicon holds no more, so that each phrase found can be remembered: it counts once. */
#define SCORER_MOST_PHRASES 1024

/* Compiles a lexicon and rules in the form of empathy.txt and safety.txt, which must outlive the
 * scorer. NULL when out of memory, when a line is malformed, or when the lexicon is too long. The
 * caller frees it. */
struct scorer *scorer_new(struct bytes lexicon, struct bytes rules);
void scorer_free(struct scorer *scorer);

/* Something found in a reply. The slices point into the scorer's text; offsets are in bytes. */
struct finding {
    struct bytes name;     /* the phrase, or the rule */
    struct bytes category; /* its dimension, or its category */
    double weight;
    size_t at;
    size_t length;
};

typedef bool finding_visitor(void *context, const struct finding *found);

/* Calls `visit` for each finding, in the order of their ends, until it returns false. Of empathy
 * the first place of each phrase is a finding, since only that one counts. */
void scorer_empathy_findings(const struct scorer *scorer, struct bytes reply,
                             finding_visitor *visit, void *context);
void scorer_safety_findings(const struct scorer *scorer, struct bytes reply, finding_visitor *visit,
                            void *context);

/* What the words of a reply earn. */
struct word_scores {
    double empathy; /* 0..1: the weights of the phrases found, at most 1 */
    double safety;  /* 1, or 0 when the weights of the rules broken reach 1 */
};

/* Both in one pass over the reply. */
struct word_scores scorer_score(const struct scorer *scorer, struct bytes reply);

/* By length in code points: 1 for 50..200, 0.8 to 300, 0.6 for 20..49, 0.5 above, 0.2 under 20, 0
 * for none. */
double reward_length(size_t code_points);

/* 1 under 1,000 ms, 0.7 under 3,000, 0.4 under 5,000, else 0.1; 0 for 0, NaN and below. */
double reward_latency(double ms);

/* How the four make one; each in 0..1, the sum is 1. */
struct reward_weights {
    double safety;
    double empathy;
    double length;
    double latency;
};

extern const struct reward_weights reward_default_weights; /* 0.5, 0.3, 0.1, 0.1 */

struct rewards {
    double safety;
    double empathy;
    double length;
    double latency;
};

/* The weighted sum; 0 when safety is 0. */
double reward_combine(const struct reward_weights *weights, const struct rewards *rewards);

#endif
