#include "reward.h"

#include <stdlib.h>

#include "phrases.h"

enum kind { EMPATHY, SAFETY };

/* One line of a lexicon or of the rules. */
struct entry {
    enum kind kind;
    struct bytes name;
    struct bytes category;
    struct bytes phrase;
    double weight;
    bool at_line_start;
};

/* Both files in one table, so that one automaton finds all in one pass; its phrase i is entry i. */
struct scorer {
    struct entry *entries;
    size_t n;
    struct phrases *phrases;
};

/* ---- reading the files ---- */

/* Cuts the text at its first `mark`: returns what stands before, leaves what follows in *rest. */
static struct bytes cut(struct bytes *rest, char mark)
{
    const char *found = rest->n ? memchr(rest->at, mark, rest->n) : NULL;
    struct bytes head = *rest;
    if (found)
        head.n = (size_t)(found - rest->at);
    size_t used = found ? head.n + 1 : head.n;
    rest->at += used;
    rest->n -= used;
    return head;
}

/* Weights are plain decimals such as 0.25. Returns -1 for anything else. */
static int parse_weight(struct bytes text, double *weight)
{
    double value = 0;
    double unit = 1;
    bool digits = false;
    bool fraction = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            value = value * 10 + (c - '0');
            unit *= fraction ? 10 : 1;
            digits = true;
        } else {
            return -1;
        }
    }
    *weight = value / unit;
    return digits ? 0 : -1;
}

/* phrase, weight, dimension */
static int parse_lexicon_line(struct bytes line, struct entry *entry)
{
    entry->phrase = cut(&line, '\t');
    entry->name = entry->phrase;
    struct bytes weight = cut(&line, '\t');
    entry->category = line;
    return parse_weight(weight, &entry->weight);
}

/* rule, category, weight, phrase */
static int parse_rule_line(struct bytes line, struct entry *entry)
{
    entry->name = cut(&line, '\t');
    entry->category = cut(&line, '\t');
    struct bytes weight = cut(&line, '\t');
    entry->at_line_start = line.n > 0 && line.at[0] == '^';
    entry->phrase = line;
    entry->phrase.at += entry->at_line_start;
    entry->phrase.n -= entry->at_line_start;
    return parse_weight(weight, &entry->weight);
}

static size_t count_lines(struct bytes text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.at[i] == '\n';
    return lines;
}

/* Adds the lines of a file to the table, which has room for them. */
static int read_lines(struct scorer *scorer, enum kind kind, struct bytes text,
                      int (*parse)(struct bytes line, struct entry *entry))
{
    while (text.n > 0) {
        struct bytes line = cut(&text, '\n');
        struct entry *entry = &scorer->entries[scorer->n];
        if (line.n == 0 || line.at[0] == '#')
            continue;
        entry->kind = kind;
        if (parse(line, entry) != 0 || entry->phrase.n == 0)
            return -1;
        scorer->n++;
    }
    return 0;
}

static int compile(struct scorer *scorer)
{
    struct bytes *phrases = calloc(scorer->n + 1, sizeof *phrases);
    if (!phrases)
        return -1;
    for (size_t i = 0; i < scorer->n; i++)
        phrases[i] = scorer->entries[i].phrase;
    scorer->phrases = phrases_new(phrases, scorer->n);
    free(phrases);
    return scorer->phrases ? 0 : -1;
}

struct scorer *scorer_new(struct bytes lexicon, struct bytes rules)
{
    struct scorer *scorer = calloc(1, sizeof *scorer);
    if (!scorer)
        return NULL;
    scorer->entries = calloc(count_lines(lexicon) + count_lines(rules), sizeof *scorer->entries);
    if (scorer->entries && read_lines(scorer, EMPATHY, lexicon, parse_lexicon_line) == 0 &&
        scorer->n <= SCORER_MOST_PHRASES &&
        read_lines(scorer, SAFETY, rules, parse_rule_line) == 0 && compile(scorer) == 0)
        return scorer;
    scorer_free(scorer);
    return NULL;
}

void scorer_free(struct scorer *scorer)
{
    if (!scorer)
        return;
    phrases_free(scorer->phrases);
    free(scorer->entries);
    free(scorer);
}

/* ---- findings ---- */

#define SEEN_WORDS (SCORER_MOST_PHRASES / 64)

struct search {
    const struct scorer *scorer;
    struct bytes reply;
    finding_visitor *visit[2]; /* by kind; NULL: not wanted */
    void *context;
    unsigned long long seen[SEEN_WORDS];
};

static bool starts_line(struct bytes text, size_t at)
{
    while (at > 0 && (text.at[at - 1] == ' ' || text.at[at - 1] == '\t'))
        at--;
    return at == 0 || text.at[at - 1] == '\n';
}

/* Whether the phrase, one of the lexicon, was met before; remembers it. */
static bool met_before(struct search *search, size_t phrase)
{
    unsigned long long *word = &search->seen[phrase / 64];
    unsigned long long bit = 1ULL << (phrase % 64);
    bool met = *word & bit;
    *word |= bit;
    return met;
}

static bool on_hit(void *context, const struct phrase_hit *hit)
{
    struct search *search = context;
    const struct entry *entry = &search->scorer->entries[hit->phrase];
    if (!search->visit[entry->kind])
        return true;
    if (entry->at_line_start && !starts_line(search->reply, hit->at))
        return true;
    if (entry->kind == EMPATHY && met_before(search, hit->phrase))
        return true;
    struct finding found = {entry->name, entry->category, entry->weight, hit->at, hit->length};
    return search->visit[entry->kind](search->context, &found);
}

void scorer_empathy_findings(const struct scorer *scorer, struct bytes reply,
                             finding_visitor *visit, void *context)
{
    struct search search = {scorer, reply, {[EMPATHY] = visit}, context, {0}};
    phrases_find(scorer->phrases, reply, on_hit, &search);
}

void scorer_safety_findings(const struct scorer *scorer, struct bytes reply, finding_visitor *visit,
                            void *context)
{
    struct search search = {scorer, reply, {[SAFETY] = visit}, context, {0}};
    phrases_find(scorer->phrases, reply, on_hit, &search);
}

/* ---- scores ---- */

struct sums {
    double empathy;
    double violations;
};

static bool add_empathy(void *context, const struct finding *found)
{
    ((struct sums *)context)->empathy += found->weight;
    return true;
}

static bool add_violation(void *context, const struct finding *found)
{
    ((struct sums *)context)->violations += found->weight;
    return true;
}

struct word_scores scorer_score(const struct scorer *scorer, struct bytes reply)
{
    struct sums sums = {0, 0};
    struct search search = {
        scorer, reply, {[EMPATHY] = add_empathy, [SAFETY] = add_violation}, &sums, {0}};
    phrases_find(scorer->phrases, reply, on_hit, &search);
    return (struct word_scores){
        .empathy = sums.empathy < 1 ? sums.empathy : 1,
        .safety = sums.violations < 1 ? 1 : 0,
    };
}

double reward_length(size_t code_points)
{
    if (code_points == 0)
        return 0;
    if (code_points < 20)
        return 0.2;
    if (code_points < 50)
        return 0.6;
    if (code_points <= 200)
        return 1;
    return code_points <= 300 ? 0.8 : 0.5;
}

double reward_latency(double ms)
{
    if (!(ms > 0))
        return 0;
    if (ms < 1000)
        return 1;
    if (ms < 3000)
        return 0.7;
    return ms < 5000 ? 0.4 : 0.1;
}

const struct reward_weights reward_default_weights = {0.5, 0.3, 0.1, 0.1};

double reward_combine(const struct reward_weights *weights, const struct rewards *rewards)
{
    if (rewards->safety <= 0)
        return 0;
    return weights->safety * rewards->safety + weights->empathy * rewards->empathy +
           weights->length * rewards->length + weights->latency * rewards->latency;
}
