/*
 * reward.h -- what a reply is worth: four rewards from 0 to 1, and one number from them.
 *
 * A scorer holds both models of words, the lexicon's and the rules', and finds the patterns of both
 * in one pass. It never changes once made: threads may share one. The same code scores a stored trace, a folder and a function's argument.
 */
#ifndef LIGHTNING_REWARD_H
#define LIGHTNING_REWARD_H

#include "empathy.h"
#include "finding.h"
#include "safety.h"

struct scorer;

/* Of both models, which are the scorer's from now on, and are freed when it cannot be made; either
 * may be NULL, as when it could not be made. NULL then, and when out of memory. The caller frees it. */
struct scorer *scorer_of(struct empathy *empathy, struct safety *safety);

/* Of a lexicon and rules in the form of empathy.txt and safety.txt, which must outlive it. NULL when
 * out of memory or when one is malformed. */
struct scorer *scorer_new(struct bytes lexicon, struct bytes rules);
void scorer_free(struct scorer *scorer);

/* Calls `visit` for each finding, in the order of their ends, until it returns false. They account
 * for the score. */
void scorer_empathy_findings(const struct scorer *scorer, struct bytes reply,
                             finding_visitor *visit, void *context);
void scorer_safety_findings(const struct scorer *scorer, struct bytes reply, finding_visitor *visit,
                            void *context);

/* What the words of a reply earn. */
struct word_scores {
    double empathy; /* 0..1 */
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
