/*
 * nearest.h -- which of some names somebody may have meant by a misspelt one.
 */
#ifndef LIGHTNING_NEAREST_H
#define LIGHTNING_NEAREST_H

struct nearest {
    const char *word; /* what was written */
    const char *name; /* the nearest name offered so far; NULL while none is near */
    unsigned distance;
};

/* Starts with no name. */
struct nearest nearest_to(const char *word);
/* Takes `name` when it is nearer than those before: up to 2 letters wrong, or one beginning with
 * the word. */
void nearest_offer(struct nearest *n, const char *name);

#endif
