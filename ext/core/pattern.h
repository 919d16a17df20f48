/*
 * pattern.h -- what a rule looks for in a reply: words, with gaps and choices between them.
 *
 *     kill yourself               these words, whatever stands around them
 *     stop taking *2 medication   with at most two words between
 *     (shoot|stab) * (him|her)    one of these; * is a gap of at most three words
 *     you should @kill            one of the list called kill
 *     ^System:                    at the start of a line
 *     . kill yourself             at the start of a sentence; a dot at the end: before its end
 *
 * A pattern of words alone is a phrase (phrases.h), punctuation and all. In one with gaps or choices
 * words are compared by themselves, and what lies between is ignored; it never spans two sentences.
 * Such a pattern is only tried where an anchor of it was found, on the few words around: its cost does
 * not grow with the reply.
 */
#ifndef LIGHTNING_PATTERN_H
#define LIGHTNING_PATTERN_H

#include "bytes.h"

struct pattern;

/* Lists that patterns may name: each a name and its phrases, separated by commas. */
struct pattern_list {
    struct bytes name;
    struct bytes phrases;
};

/* Compiles a pattern; nothing of `text` or the lists is needed afterwards. NULL when out of memory, or
 * when it is malformed: then *wrong (a static string) says how, else it is NULL. The caller frees
 * it. */
struct pattern *pattern_new(struct bytes text, const struct pattern_list *lists, size_t n_lists,
                            const char **wrong);
void pattern_free(struct pattern *p);

/* The phrases, one of which stands wherever the pattern does: writes them to `out`, which may be NULL,
 * and returns their number. They live as long as the pattern. */
size_t pattern_anchors(const struct pattern *p, struct bytes *out);

/* Whether the pattern stands where the anchor was found, and then where: [*start, *end). */
bool pattern_stands(const struct pattern *p, struct bytes reply, size_t at, size_t length,
                    size_t *start, size_t *end);

/* Whether one of these phrases, separated by commas, stands in [start, end) or in the same sentence
 * at most `reach` words before it. Words in lower case. */
bool pattern_preceded(struct bytes phrases, struct bytes reply, size_t start, size_t end,
                      size_t reach);

#endif
