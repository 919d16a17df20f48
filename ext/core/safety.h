/*
 * safety.h -- what a reply must not say, by the rules of safety.txt.
 *
 * The model gives its patterns to one automaton that finds those of every model in one pass, is told
 * of each place where one stands, and says at the end whether the reply may be sent. It never changes
 * once made: threads may share one. reward.h is the room where it is used; rules.h tells what rules
 * are made of, and how a policy changes them.
 */
#ifndef LIGHTNING_SAFETY_H
#define LIGHTNING_SAFETY_H

#include "bytes.h"
#include "finding.h"

struct safety;

/* Words of which each counts once in a reply: there can be no more. */
#define SAFETY_MOST_WORDS 2048

/* Compiles rules in the form of safety.txt, which must outlive the model, with a policy (at NULL: none)
 * applied to them, which need not. NULL when out of memory, or when something is malformed: then
 * `wrong` says what, else it is left as it is. The caller frees it. */
struct safety *safety_new(struct bytes rules, struct bytes policy, struct buffer *wrong);
void safety_free(struct safety *s);

/* What to look for: writes the patterns (phrases.h says what is one) to `out`, which may be NULL, and
 * returns their number. Pattern i is the i-th. */
size_t safety_patterns(const struct safety *s, struct bytes *out);

/* What was met in one reply. All-zero is a fresh one. */
struct safety_tally {
    int64_t sum;      /* of the weights of the rules broken, in millionths: ten tenths are one */
    size_t last_rule; /* the latest that is no word, and where it ended */
    size_t last_end;
    unsigned long long seen[SAFETY_MOST_WORDS / 64];
};

/* Takes note of a pattern that stands at `at`. Returns whether it breaks a rule, and then what it says
 * goes to *found unless that is NULL. */
bool safety_meet(const struct safety *s, struct safety_tally *tally, size_t pattern,
                 struct bytes reply, size_t at, size_t length, struct finding *found);

/* 1, or 0 when the weights of the rules broken reach the threshold, which is 1 if no policy says
 * otherwise. */
double safety_score(const struct safety *s, const struct safety_tally *tally);

#endif
