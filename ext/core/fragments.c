#include "fragments.h"

#include <stdlib.h>

/* Bytes that are counted as one: fewer recur by chance, more are too seldom the same. */
#define GRAM 8
/* Bytes of a fragment, at most. This and the next two were measured on halves of the traces that share
 * no prompt or reply: half or twice as much packs no better. */
#define FRAGMENT 1024
#define SLOT_BITS 18
/* How often each part of the samples is asked for a fragment. */
#define ROUNDS 2

#define SLOTS ((size_t)1 << SLOT_BITS)

struct chooser {
    const char *at;
    size_t n;         /* bytes of all samples */
    uint32_t *weight; /* [SLOTS]: of a gram: samples it occurs in, less one; 0 once it is taken */
    uint32_t *inside; /* [SLOTS]: how often it occurs in the window */
};

/* A part of the samples, in bytes from the start; `end` is behind the last. */
struct fragment {
    size_t begin;
    size_t end;
    uint64_t score;
};

static size_t slot(const char *at)
{
    uint64_t gram;
    memcpy(&gram, at, sizeof gram);
    return (size_t)(gram * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOT_BITS));
}

static int count_grams(struct chooser *c, const size_t *sizes, size_t n)
{
    uint32_t *last = calloc(SLOTS, sizeof *last); /* the sample a gram was met in last */
    const char *sample = c->at;
    if (!last)
        return -1;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k + GRAM <= sizes[i]; k++) {
            size_t s = slot(sample + k);
            if (last[s] != i + 1)
                c->weight[s] += last[s] != 0;
            last[s] = (uint32_t)(i + 1);
        }
        sample += sizes[i];
    }
    free(last);
    return 0;
}

/* The window of [begin, end) whose grams, each counted once, weigh most; without the ends that weigh
 * nothing. */
static struct fragment best_fragment(struct chooser *c, size_t begin, size_t end)
{
    struct fragment best = {begin, begin, 0};
    size_t first = begin;
    uint64_t score = 0;
    for (size_t at = begin; at + GRAM <= end; at++) {
        size_t s = slot(c->at + at);
        if (c->inside[s]++ == 0)
            score += c->weight[s];
        if (at + GRAM - first > FRAGMENT) {
            s = slot(c->at + first++);
            if (--c->inside[s] == 0)
                score -= c->weight[s];
        }
        if (score > best.score)
            best = (struct fragment){first, at + GRAM, score};
    }
    for (size_t at = first; at + GRAM <= end; at++)
        c->inside[slot(c->at + at)] = 0;
    while (best.begin + GRAM < best.end && c->weight[slot(c->at + best.begin)] == 0)
        best.begin++;
    while (best.begin + GRAM < best.end && c->weight[slot(c->at + best.end - GRAM)] == 0)
        best.end--;
    return best;
}

/* Fills `to` from its end, so that the best are nearest to what will be packed, and returns how much of
 * it is left. The parts of the samples are asked in turn, and each gives its best. */
static size_t choose(struct chooser *c, char *to, size_t capacity)
{
    size_t parts = capacity / FRAGMENT / ROUNDS;
    if (parts > c->n / (10 * FRAGMENT))
        parts = c->n / (10 * FRAGMENT);
    if (parts < 1)
        parts = 1;
    size_t part = c->n / parts;
    size_t left = capacity;
    size_t poor = 0; /* parts in a row that had nothing to give */
    for (size_t i = 0; left > GRAM && poor < parts; i = (i + 1) % parts) {
        struct fragment best = best_fragment(c, i * part, (i + 1) * part);
        poor = best.score == 0 ? poor + 1 : 0;
        if (best.score == 0)
            continue;
        if (best.end - best.begin > left)
            best.begin = best.end - left;
        size_t n = best.end - best.begin;
        left -= n;
        memcpy(to + left, c->at + best.begin, n);
        for (size_t at = best.begin; at + GRAM <= best.end; at++)
            c->weight[slot(c->at + at)] = 0;
    }
    return left;
}

int fragments_choose(struct bytes samples, const size_t *sizes, size_t n, size_t capacity,
                     struct buffer *out)
{
    struct chooser c = {.at = samples.at, .n = samples.n};
    int rc = -1;
    c.weight = calloc(SLOTS, sizeof *c.weight);
    c.inside = calloc(SLOTS, sizeof *c.inside);
    if (c.weight && c.inside && count_grams(&c, sizes, n) == 0 &&
        buffer_reserve(out, capacity) == 0) {
        char *to = out->at + out->n;
        size_t left = choose(&c, to, capacity);
        memmove(to, to + left, capacity - left); /* it need not be full */
        out->n += capacity - left;
        rc = 0;
    }
    free(c.weight);
    free(c.inside);
    return rc;
}
