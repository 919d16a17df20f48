#include "phrases.h"

#include <stdint.h>
#include <stdlib.h>

#include "phrases_fold.h"
#include "phrases_machine.h"
#include "phrases_starts.h"

/* A phrase, in the order of their folded bytes. */
struct ending {
    size_t phrase;
    size_t symbols;
    bool again; /* the next one is the same */
};

struct phrases {
    struct starts starts;
    struct machine machine;
    struct ending *endings;
};

/* ---- matching ---- */

#define NOWHERE SIZE_MAX

/*
 * The automaton sleeps until a place comes where a phrase may begin. From there it reads on for as
 * long as one that began there may go on. When a place comes that it has already read past, it goes
 * on from where it is. So it moves over no symbol twice, and looks at most once for each place at one
 * over which it does not move: the time is linear, whatever the text, however alike the phrases.
 */
struct search {
    const struct phrases *p;
    struct bytes text;
    bool (*hit)(void *context, const struct phrase_hit *found);
    void *context;
    size_t at;       /* what it reads next */
    uint32_t state;  /* before that */
    size_t read;     /* in folded bytes, since it was woken up; longer states begin before */
    size_t start;    /* where a state of that length begins, or NOWHERE if that is not known */
    size_t one_each; /* from here on it read a byte for each folded byte */
};

/* Where the match of a phrase that ends here begins. */
static size_t start_of(const struct search *s, size_t depth, size_t symbols)
{
    if (depth == s->read && s->start != NOWHERE)
        return s->start;
    if (depth <= s->at - s->one_each)
        return s->at - depth;
    return fold_back(s->text, s->at, symbols);
}

/* Reports what ends in this state, longest first. */
static bool report(const struct search *s)
{
    const struct phrases *p = s->p;
    const struct machine_more *state = &p->machine.more[s->state];
    /* They all end with the same symbol. */
    if (!fold_is_border(s->text, s->at))
        return true;
    for (;; state = &p->machine.more[state->shorter]) {
        for (size_t i = state->ends; i; i = p->endings[i - 1].again ? i + 1 : 0) {
            const struct ending *ending = &p->endings[i - 1];
            size_t start = start_of(s, state->depth, ending->symbols);
            struct phrase_hit found = {ending->phrase, start, s->at - start};
            if (!fold_is_border(s->text, start))
                break;
            if (!s->hit(s->context, &found))
                return false;
        }
        if (!state->shorter)
            return true;
    }
}

/* Reads a symbol of any kind. Returns false when no phrase that began before s->at, or where it woke
 * up, goes on with it. */
static bool read_symbol(struct search *s)
{
    const struct machine *m = &s->p->machine;
    unsigned char utf8[4];
    size_t at = s->at;
    size_t n = fold_code_point_utf8(s->text, &at, utf8);
    uint32_t state = s->state;
    for (size_t i = 0; i < n; i++) {
        unsigned class = m->class_of[utf8[i]];
        uint32_t next;
        while (!(next = class ? machine_next(m, state, class) : 0)) {
            if (m->more[state].depth <= s->read + i) {
                /* Of what was read before nothing goes on. */
                if (s->read == 0)
                    s->state = 0;
                return false;
            }
            state = m->more[state].suffix;
        }
        state = next;
    }
    /* Only now, so that a long run is not read again and again. */
    if (utf8[0] == ' ')
        fold_skip_space(s->text, &at);
    if (n != at - s->at)
        s->one_each = at;
    s->at = at;
    s->state = state;
    s->read += n;
    return true;
}

/* Follows what may begin at `place`, after the places given before. Returns false to stop. */
static bool follow(struct search *s, size_t place)
{
    const struct machine *m = &s->p->machine;
    const unsigned char *bytes = (const unsigned char *)s->text.at;
    if (s->at <= place) {
        s->at = place;
        s->state = 0;
        s->start = place;
        s->one_each = place;
    } else {
        s->start = NOWHERE;
    }
    s->read = 0;
    while (s->at < s->text.n) {
        unsigned char c = bytes[s->at];
        unsigned char after = s->at + 1 < s->text.n ? bytes[s->at + 1] : '.';
        unsigned class = m->raw_class[c];
        uint32_t next;
        if ((class == CLASS_LOOK) | ((c == ' ') & ((after <= ' ') | (after >= 0x80)))) {
            if (!read_symbol(s))
                return true;
        } else if ((next = machine_next(m, s->state, class)) != 0) {
            s->state = next;
            s->at++;
            s->read++;
        } else if (m->more[s->state].depth <= s->read) {
            if (s->read == 0)
                s->state = 0;
            return true;
        } else {
            s->state = m->more[s->state].suffix;
            continue;
        }
        if (m->states[s->state].reports && !report(s))
            return false;
    }
    return true;
}

void phrases_find(const struct phrases *p, struct bytes text,
                  bool (*hit)(void *context, const struct phrase_hit *found), void *context)
{
    struct search search = {.p = p, .text = text, .hit = hit, .context = context};
    uint64_t places[STARTS_ELEMENTS];
    size_t next;
    for (size_t from = 0; from < text.n; from = next) {
        next = starts_look(&p->starts, text, from, places);
        for (size_t i = 0; i < STARTS_ELEMENTS && from + i * 64 < text.n; i++) {
            for (; places[i]; places[i] &= places[i] - 1) {
                size_t place = from + i * 64 + (size_t)__builtin_ctzll(places[i]);
                if (!follow(&search, place))
                    return;
            }
        }
    }
}

/* ---- compiling ---- */

static size_t fold_phrase(struct bytes text, struct buffer *folded)
{
    size_t symbols = 0;
    for (size_t at = 0; at < text.n; symbols++) {
        unsigned char utf8[4];
        size_t n = fold_symbol_utf8(text, &at, utf8);
        buffer_append(folded, utf8, n);
    }
    return symbols;
}

/* By their bytes; of equal ones the last given is first. */
static int compare(const void *one, const void *other)
{
    const struct folded_phrase *a = one;
    const struct folded_phrase *b = other;
    size_t n = a->folded.n < b->folded.n ? a->folded.n : b->folded.n;
    int order = memcmp(a->folded.at, b->folded.at, n);
    if (order == 0)
        order = (a->folded.n > b->folded.n) - (a->folded.n < b->folded.n);
    return order ? order : (a->number < b->number) - (a->number > b->number);
}

/* Folds the phrases into one buffer, and sorts them. */
static int fold_phrases(const struct bytes *phrases, size_t n, struct buffer *folded,
                        struct folded_phrase *sorted)
{
    for (size_t i = 0; i < n; i++) {
        size_t before = folded->n;
        sorted[i].number = i;
        sorted[i].symbols = fold_phrase(phrases[i], folded);
        sorted[i].folded.n = folded->n - before;
    }
    if (folded->failed)
        return -1;
    /* Only now does the buffer stay where it is. */
    const char *at = folded->at;
    for (size_t i = 0; i < n; i++) {
        sorted[i].folded.at = at;
        at += sorted[i].folded.n;
    }
    if (n > 0)
        qsort(sorted, n, sizeof *sorted, compare);
    return 0;
}

struct phrases *phrases_new(const struct bytes *phrases, size_t n)
{
    struct phrases *p = calloc(1, sizeof *p);
    struct folded_phrase *sorted = calloc(n + 1, sizeof *sorted);
    struct buffer folded = {0};
    bool complete = false;
    if (!p || !sorted)
        goto done;
    p->endings = calloc(n + 1, sizeof *p->endings);
    if (!p->endings || fold_phrases(phrases, n, &folded, sorted) != 0 ||
        machine_build(&p->machine, sorted, n) != 0)
        goto done;
    for (size_t i = 0; i < n; i++) {
        p->endings[i] = (struct ending){
            .phrase = sorted[i].number,
            .symbols = sorted[i].symbols,
            .again = i + 1 < n && bytes_equal(sorted[i].folded, sorted[i + 1].folded),
        };
    }
    starts_build(&p->starts, sorted, n);
    complete = true;
done:
    free(sorted);
    buffer_free(&folded);
    if (complete)
        return p;
    phrases_free(p);
    return NULL;
}

void phrases_free(struct phrases *p)
{
    if (!p)
        return;
    machine_free(&p->machine);
    free(p->endings);
    free(p);
}
