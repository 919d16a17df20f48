/*
 * finding.h -- something found in a reply: what it is, where it stands, and what it weighs.
 */
#ifndef LIGHTNING_FINDING_H
#define LIGHTNING_FINDING_H

#include "bytes.h"

/* The slices point into the lexicon or the rules; offsets are in bytes of the reply. */
struct finding {
    struct bytes name;     /* the phrase, or the rule */
    struct bytes category; /* its dimension, or its category */
    double weight;
    size_t at;
    size_t length; /* 0: it has no place, but is of the reply as a whole */
};

/* Returns false to see no more. */
typedef bool finding_visitor(void *context, const struct finding *found);

#endif
