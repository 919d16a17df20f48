#include "safety.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "pattern.h"
#include "rules.h"

/* How many words before a finding may take it back: "I will never tell you to ...". */
#define REACH 6

/* In millionths, what is as good as infinite. */
#define HEAVY ((int64_t)1000000000000)

static int64_t millionths(double weight)
{
    return weight < 1e6 ? (int64_t)llround(weight * 1e6) : HEAVY;
}

/* One anchor of one pattern. */
struct entry {
    const struct rule *rule;
    const struct pattern *pattern;
    struct bytes anchor;
    uint32_t word; /* its number, from 1, if it counts once; else 0 */
};

struct safety {
    struct rules rules;
    struct pattern **patterns; /* those of the rules, in their order; NULL: of a silent rule */
    struct entry *entries;
    size_t n;
};

/* ---- compiling ---- */

/* Compiles the patterns. Returns the number of their anchors, or SIZE_MAX on failure. */
static size_t compile_patterns(struct safety *s, struct buffer *wrong)
{
    size_t anchors = 0;
    s->patterns = calloc(s->rules.n_patterns + 1, sizeof(struct pattern *));
    if (!s->patterns)
        return SIZE_MAX;
    for (size_t i = 0; i < s->rules.n_patterns; i++) {
        const struct rule_pattern *source = &s->rules.patterns[i];
        const struct rule *rule = &s->rules.rules[source->rule];
        const char *why;
        if (rule->silent)
            continue;
        s->patterns[i] = pattern_new(source->text, s->rules.lists, s->rules.n_lists, &why);
        if (why)
            buffer_format(wrong, "rule %.*s: the pattern \"%.*s\" %s", (int)rule->id.n, rule->id.at,
                          (int)source->text.n, source->text.at, why);
        if (!s->patterns[i])
            return SIZE_MAX;
        anchors += pattern_anchors(s->patterns[i], NULL);
    }
    return anchors;
}

static int add_entries(struct safety *s, size_t anchors, struct buffer *wrong)
{
    uint32_t words = 0;
    struct bytes *at = calloc(anchors + 1, sizeof *at);
    s->entries = calloc(anchors + 1, sizeof *s->entries);
    for (size_t i = 0; at && s->entries && i < s->rules.n_patterns; i++) {
        const struct rule_pattern *source = &s->rules.patterns[i];
        if (!s->patterns[i])
            continue;
        uint32_t word = source->once ? ++words : 0;
        size_t n = pattern_anchors(s->patterns[i], at);
        for (size_t a = 0; a < n; a++)
            s->entries[s->n++] =
                (struct entry){&s->rules.rules[source->rule], s->patterns[i], at[a], word};
    }
    free(at);
    if (words > SAFETY_MOST_WORDS)
        buffer_format(wrong, "there are more than %d words", SAFETY_MOST_WORDS);
    return at && s->entries && words <= SAFETY_MOST_WORDS ? 0 : -1;
}

struct safety *safety_new(struct bytes rules, struct bytes policy, struct buffer *wrong)
{
    struct safety *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    if (rules_read(&s->rules, rules, wrong) == 0 &&
        (!policy.at || rules_apply(&s->rules, policy, wrong) == 0)) {
        size_t anchors = compile_patterns(s, wrong);
        if (anchors != SIZE_MAX && add_entries(s, anchors, wrong) == 0)
            return s;
    }
    safety_free(s);
    return NULL;
}

void safety_free(struct safety *s)
{
    if (!s)
        return;
    for (size_t i = 0; s->patterns && i < s->rules.n_patterns; i++)
        pattern_free(s->patterns[i]);
    free(s->patterns);
    free(s->entries);
    rules_free(&s->rules);
    free(s);
}

size_t safety_patterns(const struct safety *s, struct bytes *out)
{
    for (size_t i = 0; out && i < s->n; i++)
        out[i] = s->entries[i].anchor;
    return s->n;
}

/* ---- meeting ---- */

/* Whether the place lies between quotation marks, as far as its line and the last few words tell. */
static bool is_quoted(struct bytes reply, size_t at)
{
    size_t straight = 0;
    size_t start = at > 400 ? at - 400 : 0;
    while (at > start && reply.at[at - 1] != '\n') {
        at--;
        straight += reply.at[at] == '"';
        if (reply.n - at >= 3 && memcmp(reply.at + at, "\xe2\x80\x9c", 3) == 0)
            return true;
        if (reply.n - at >= 3 && memcmp(reply.at + at, "\xe2\x80\x9d", 3) == 0)
            break;
    }
    return straight % 2 == 1;
}

static bool is_taken_back(const struct rule *rule, struct bytes reply, size_t start, size_t end)
{
    for (size_t i = 0; i < RULE_MOST_UNLESS && rule->unless[i].at; i++)
        if (pattern_preceded(rule->unless[i], reply, start, end, REACH))
            return true;
    return rule->spares_quotes && is_quoted(reply, start);
}

bool safety_meet(const struct safety *s, struct safety_tally *tally, size_t pattern,
                 struct bytes reply, size_t at, size_t length, struct finding *found)
{
    const struct entry *entry = &s->entries[pattern];
    const struct rule *rule = entry->rule;
    size_t word = entry->word % SAFETY_MOST_WORDS;
    unsigned long long bit = 1ULL << (word % 64);
    size_t end;
    if (entry->word && (tally->seen[word / 64] & bit))
        return false;
    if (!pattern_stands(entry->pattern, reply, at, length, &at, &end) ||
        is_taken_back(rule, reply, at, end))
        return false;
    if (entry->word) {
        tally->seen[word / 64] |= bit;
    } else {
        /* Two patterns of a rule over one place are one finding. */
        size_t number = (size_t)(rule - s->rules.rules);
        if (tally->last_end > at && tally->last_rule == number)
            return false;
        tally->last_rule = number;
        tally->last_end = end;
    }
    if (tally->sum < HEAVY)
        tally->sum += millionths(rule->weight);
    if (found)
        *found = (struct finding){rule->id, rule->category, rule->weight, at, end - at};
    return true;
}

double safety_score(const struct safety *s, const struct safety_tally *tally)
{
    return tally->sum < millionths(s->rules.threshold) ? 1 : 0;
}
