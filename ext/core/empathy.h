/*
 * empathy.h -- how much empathy the words of a reply show, by a lexicon of weighted phrases.
 *
 * A phrase counts once, where it first stands. One of the two words before it may deny it ("I don't
 * understand"): then it does not count there. A phrase for questions counts when the sentence it
 * stands in ends in a question mark; of such phrases in one sentence the longest counts, one that
 * begins the clause being the longer. A single word asks nothing. A sentence with an "I" and no "you"
 * does not ask the person: there a phrase that must begin the clause does not count, unless it has
 * the "I" itself ("how can I help").
 *
 * A list is not a reply: of phrases with a positive weight that follow each other with two words
 * between them at most, four count, and from the eighth on they count against it. Of the questions
 * the first three count, and from the seventh on they count against it.
 *
 * What counted makes the score as follows, so the findings account for it. With P the sum of the
 * positive weights of a dimension, N that of all negative ones without their sign:
 *
 *     worth = (base + the sum over dimensions of limit * P / (1 + P)) / (1 + N)
 *     score = worth / (1 + worth)
 *
 * So more of the same earns less and less, length earns nothing, and what is cold or mocking divides
 * what is warm. The limits are in the lexicon, whose form empathy_lexicon.h tells; those of
 * empathy.txt make 0.5 what the median of the supportive replies it was fitted to earns.
 *
 * The model gives its patterns to one automaton that finds those of every model in one pass, is told
 * of each place where one stands, and says at the end what the reply earned. It never changes once
 * made: threads may share one. reward.h is the room where it is used.
 */
#ifndef LIGHTNING_EMPATHY_H
#define LIGHTNING_EMPATHY_H

#include "bytes.h"
#include "empathy_lexicon.h"
#include "finding.h"

struct empathy;

/* Compiles a lexicon in the form of empathy.txt, which must outlive the model. NULL when out of
 * memory, or when the lexicon is malformed: then *wrong (a static string) says how, else it is NULL.
 * The caller frees it. */
struct empathy *empathy_new(struct bytes lexicon, const char **wrong);
/* Likewise from JSON, which need not outlive the model. */
struct empathy *empathy_from_json(struct bytes json, const char **wrong);
void empathy_free(struct empathy *e);

/* What to look for: writes the patterns (phrases.h says what is one) to `out`, which may be NULL, and
 * returns their number. Pattern i is the i-th. */
size_t empathy_patterns(const struct empathy *e, struct bytes *out);

/* What was met in one reply. All-zero is a fresh one. */
struct empathy_tally {
    unsigned long long seen[EMPATHY_MOST_PHRASES / 64];
    int64_t sums[EMPATHY_MOST_DIMENSIONS]; /* of positive weights, in millionths */
    int64_t against;                       /* of negative ones, without their sign */
    size_t last;                           /* where the last positive phrase ended */
    unsigned row;                          /* how many follow each other so closely */
    size_t questions;
};

/* Takes note of a pattern that stands at `at`; places come in the order of their ends. Returns
 * whether it counts, and then what it says goes to *found unless that is NULL: its place may lie
 * before that of the pattern, within the same sentence. */
bool empathy_meet(const struct empathy *e, struct empathy_tally *tally, size_t pattern,
                  struct bytes reply, size_t at, size_t length, struct finding *found);

/* 0..1, once all was met; 0 for a reply of nothing but white space. */
double empathy_score(const struct empathy *e, const struct empathy_tally *tally,
                     struct bytes reply);

#endif
