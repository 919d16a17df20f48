#include "phrases_machine.h"

#include <stdlib.h>

/* ---- what is known only while building ---- */

struct draft {
    uint32_t *parents;
    uint8_t *classes; /* by which the parent leads here */
    uint32_t *path;   /* the states along the phrase that was added last */
    uint32_t *queue;
};

static void draft_free(struct draft *d)
{
    free(d->parents);
    free(d->classes);
    free(d->path);
    free(d->queue);
}

static int draft_init(struct draft *d, size_t states)
{
    d->parents = calloc(states, sizeof *d->parents);
    d->classes = calloc(states, sizeof *d->classes);
    d->path = calloc(states, sizeof *d->path);
    d->queue = calloc(states, sizeof *d->queue);
    return d->parents && d->classes && d->path && d->queue ? 0 : -1;
}

/* Of raw ASCII, a capital has its letter's class and a back quote the apostrophe's. */
static void assign_classes(struct machine *m, const struct folded_phrase *sorted, size_t n)
{
    m->classes = 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < sorted[i].folded.n; j++) {
            uint8_t *class = &m->class_of[(unsigned char)sorted[i].folded.at[j]];
            if (!*class)
                *class = (uint8_t)m->classes++;
        }
    }
    for (unsigned c = 0; c < 256; c++)
        m->raw_class[c] = c >= ' ' && c < 0x80 ? m->class_of[fold_code_point(c)] : CLASS_LOOK;
}

static size_t common_prefix(struct bytes a, struct bytes b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.at[n] == b.at[n])
        n++;
    return n;
}

/* Adds the states of a phrase that are new: those past what it shares with the one before it. */
static void add_phrase(struct machine *m, struct draft *d, struct bytes phrase, size_t shared)
{
    for (size_t i = shared; i < phrase.n; i++) {
        uint32_t state = (uint32_t)m->n++;
        d->parents[state] = d->path[i];
        d->classes[state] = m->class_of[(unsigned char)phrase.at[i]];
        d->path[i + 1] = state;
        m->more[state].depth = (uint32_t)i + 1;
    }
}

static void add_phrases(struct machine *m, struct draft *d, const struct folded_phrase *sorted,
                        size_t n)
{
    m->n = 1;
    for (size_t i = 0; i < n; i++) {
        struct bytes phrase = sorted[i].folded;
        size_t shared = i > 0 ? common_prefix(sorted[i - 1].folded, phrase) : 0;
        add_phrase(m, d, phrase, shared);
        struct machine_more *end = &m->more[d->path[phrase.n]];
        if (!end->ends)
            end->ends = (uint32_t)i + 1;
    }
}

/* A state that leads to another than the next number gets a row, as does state 0. */
static int make_rows(struct machine *m, const struct draft *d)
{
    size_t n = 1;
    m->states[0].row = (uint32_t)(n++ * m->classes);
    for (uint32_t state = 1; state < m->n; state++) {
        struct machine_state *parent = &m->states[d->parents[state]];
        if (d->parents[state] + 1 != state && !parent->row)
            parent->row = (uint32_t)(n++ * m->classes);
    }
    m->rows = calloc(n * m->classes, sizeof *m->rows);
    if (!m->rows)
        return -1;
    for (uint32_t state = 0; state < m->n; state++)
        m->states[state].step = CLASS_NONE;
    for (uint32_t state = 1; state < m->n; state++) {
        struct machine_state *parent = &m->states[d->parents[state]];
        if (parent->row)
            m->rows[parent->row + d->classes[state]] = state;
        else
            parent->step = d->classes[state];
    }
    return 0;
}

/* Where the suffixes of the parent lead by the class of this state. */
static uint32_t suffix_of(const struct machine *m, const struct draft *d, uint32_t state)
{
    uint32_t suffix = d->parents[state];
    while (suffix != 0) {
        suffix = m->more[suffix].suffix;
        uint32_t next = machine_next(m, suffix, d->classes[state]);
        if (next)
            return next;
    }
    return 0;
}

/* In the order of their depth, tells of each state its suffixes. */
static void link_suffixes(struct machine *m, struct draft *d)
{
    size_t head = 0;
    size_t tail = 1; /* state 0 is first */
    while (head < tail) {
        uint32_t state = d->queue[head++];
        struct machine_state *s = &m->states[state];
        if (state) {
            struct machine_more *more = &m->more[state];
            uint32_t suffix = suffix_of(m, d, state);
            more->suffix = suffix;
            more->shorter = m->more[suffix].ends ? suffix : m->more[suffix].shorter;
            s->reports = more->ends || more->shorter;
        }
        if (s->step != CLASS_NONE)
            d->queue[tail++] = state + 1;
        for (size_t class = 0; s->row && class < m->classes; class ++)
            if (m->rows[s->row + class])
                d->queue[tail++] = m->rows[s->row + class];
    }
}

int machine_build(struct machine *m, const struct folded_phrase *sorted, size_t n)
{
    struct draft d = {0};
    int rc = -1;
    size_t states = 1;
    for (size_t i = 0; i < n; i++)
        states += sorted[i].folded.n;
    assign_classes(m, sorted, n);
    if ((states + 1) * m->classes > UINT32_MAX)
        return -1;
    m->states = calloc(states, sizeof *m->states);
    m->more = calloc(states, sizeof *m->more);
    if (!m->states || !m->more || draft_init(&d, states) != 0)
        goto done;
    add_phrases(m, &d, sorted, n);
    if (make_rows(m, &d) != 0)
        goto done;
    link_suffixes(m, &d);
    rc = 0;
done:
    draft_free(&d);
    return rc;
}

void machine_free(struct machine *m)
{
    free(m->states);
    free(m->more);
    free(m->rows);
}
