/*
 * phrases_machine.h -- an automaton that follows many folded phrases through a text at once.
 *
 * States are the beginnings of phrases. They are numbered so that most have their successor next to
 * them: along a phrase that no other shares, following it is counting. Read-only once built.
 *
 * Source: Aho and Corasick, Communications of the ACM 18(6), 1975, 333-340.
 */
#ifndef LIGHTNING_PHRASES_MACHINE_H
#define LIGHTNING_PHRASES_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "phrases_fold.h"

/* Bytes are told apart by class: each byte of the phrases has its own, 0 is that of all others. */
#define CLASS_LOOK 255 /* a byte whose folding depends on what stands around it */
#define CLASS_NONE 254 /* no byte has it */

/* A state: what is needed at each byte, and what is not. */
struct machine_state {
    uint32_t row; /* where in `rows` its successors are, by class; in row 0 there are none */
    uint8_t step; /* the class that leads to the next number, or CLASS_NONE */
    bool reports; /* whether a phrase ends here, or one that is a suffix of it */
};

struct machine_more {
    uint32_t suffix;  /* its longest proper suffix that is a state; 0 is the empty one */
    uint32_t depth;   /* how many folded bytes it is long */
    uint32_t ends;    /* the first phrase that ends here, as index + 1 into sorted ones; 0: none */
    uint32_t shorter; /* its longest proper suffix that is a phrase, or 0 */
};

struct machine {
    uint8_t class_of[256];  /* of a folded byte */
    uint8_t raw_class[256]; /* of a byte as it stands in the text, or CLASS_LOOK */
    size_t classes;
    size_t n;
    struct machine_state *states;
    struct machine_more *more;
    uint32_t *rows;
};

/* Builds an all-zero machine for phrases in the order of their bytes, equal ones side by side; they
 * may go afterwards. Returns 0, or -1 when out of memory or of numbers. */
int machine_build(struct machine *m, const struct folded_phrase *sorted, size_t n);
void machine_free(struct machine *m);

/* The state that a byte of this class leads to; 0 when there is none. */
static inline uint32_t machine_next(const struct machine *m, uint32_t state, unsigned class)
{
    const struct machine_state *s = &m->states[state];
    return s->step == class ? state + 1 : m->rows[s->row + class];
}

#endif
