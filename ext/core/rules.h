/*
 * rules.h -- the rules of safety, as read: from safety.txt, and from a team's policy on top.
 *
 * safety.txt says at its head what a rule is written like. A policy is JSON:
 *
 *     {"name": "ours",               whatever helps to tell it from others
 *      "threshold": 1,               the sum of weights that is a violation
 *      "silence": ["crime.drugs"],   ids of rules that do not count
 *      "replace": [{"id": "leak.tool-output", "category": "leak", "weight": 0.5,
 *                   "pattern": ["^Tool output:", "^Tool result:"]}],
 *      "add": [{"id": "ours.rival", "category": "brand", "weight": 1, "pattern": "use *2 Acme",
 *               "unless": "not, don't"}]}
 *
 * All members may be left out; of what is added or replaced, "unless", "quoted" and "why". Nothing is
 * guessed at: a member or an id that is not known is an error.
 */
#ifndef LIGHTNING_RULES_H
#define LIGHTNING_RULES_H

#include "bytes.h"
#include "pattern.h"

#define RULE_MOST_UNLESS 4

struct rule {
    struct bytes id;
    struct bytes category;
    double weight;
    struct bytes
        unless[RULE_MOST_UNLESS]; /* phrases, after which it does not count; at NULL: no more */
    bool spares_quotes;           /* nor between quotation marks */
    bool silent;                  /* nor at all */
};

struct rule_pattern {
    size_t rule;
    struct bytes text;
    bool once; /* one of the words of a rule: counts once in a reply */
};

/* All-zero is empty. The slices point into what was read, and into `text`. */
struct rules {
    struct rule *rules;
    size_t n;
    struct rule_pattern *patterns;
    size_t n_patterns;
    struct pattern_list *lists;
    size_t n_lists;
    double threshold;
    struct buffer text; /* the strings of a policy */
};

/* Reads a file of rules, which must outlive them. Returns 0, or -1 after saying in *wrong, which stays
 * empty when out of memory, what is wrong with which line. */
int rules_read(struct rules *rules, struct bytes file, struct buffer *wrong);

/* Applies a policy to what was read. Returns 0, or -1 as above. Once only for the same rules. */
int rules_apply(struct rules *rules, struct bytes policy, struct buffer *wrong);

void rules_free(struct rules *rules);

/* For who reads rules. A new one, with a weight of -1, or NULL when out of memory; a pattern of the
 * last one, returning 0 or -1; phrases (or @ and the name of a list of them) after which a rule does
 * not count, returning what is wrong with them or NULL. */
struct rule *rules_add(struct rules *rules);
int rules_add_pattern(struct rules *rules, struct bytes text, bool once);
const char *rules_add_unless(const struct rules *rules, struct rule *rule, struct bytes text);

#endif
