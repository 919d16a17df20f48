#include "reward.h"

#include <stdlib.h>

#include "phrases.h"

/* One line of a lexicon or of the rules. */
struct entry {
    struct bytes name;
    struct bytes category;
    struct bytes phrase;
    double weight;
    bool at_line_start;
};

/* Entries and the automaton that finds them, phrase i being entry i. */
struct table {
    struct entry *entries;
    size_t n;
    struct phrases *phrases;
};

struct scorer {
    struct table empathy;
    struct table safety;
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
    bool fraction = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            value = value * 10 + (c - '0');
            unit *= fraction ? 10 : 1;
        } else {
            return -1;
        }
    }
    *weight = value / unit;
    return text.n ? 0 : -1;
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

static int table_read(struct table *table, struct bytes text,
                      int (*parse)(struct bytes line, struct entry *entry))
{
    size_t lines = 1;
    struct bytes *phrases = NULL;
    int rc = -1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.at[i] == '\n';
    table->entries = calloc(lines, sizeof *table->entries);
    phrases = calloc(lines, sizeof *phrases);
    if (!table->entries || !phrases)
        goto done;
    while (text.n > 0) {
        struct bytes line = cut(&text, '\n');
        struct entry *entry = &table->entries[table->n];
        if (line.n == 0 || line.at[0] == '#')
            continue;
        if (parse(line, entry) != 0 || entry->phrase.n == 0)
            goto done;
        phrases[table->n++] = entry->phrase;
    }
    table->phrases = phrases_new(phrases, table->n);
    rc = table->phrases ? 0 : -1;
done:
    free(phrases);
    return rc;
}

static void table_free(struct table *table)
{
    phrases_free(table->phrases);
    free(table->entries);
}

struct scorer *scorer_new(struct bytes lexicon, struct bytes rules)
{
    struct scorer *scorer = calloc(1, sizeof *scorer);
    if (!scorer)
        return NULL;
    if (table_read(&scorer->empathy, lexicon, parse_lexicon_line) == 0 &&
        table_read(&scorer->safety, rules, parse_rule_line) == 0)
        return scorer;
    scorer_free(scorer);
    return NULL;
}

void scorer_free(struct scorer *scorer)
{
    if (!scorer)
        return;
    table_free(&scorer->empathy);
    table_free(&scorer->safety);
    free(scorer);
}

/* ---- findings ---- */

/* Entries of one lexicon that can be told apart when counting each once; later ones count again. */
#define SEEN_WORDS 16

struct search {
    const struct table *table;
    struct bytes reply;
    finding_visitor *visit;
    void *context;
    bool once;
    unsigned long long seen[SEEN_WORDS];
};

static bool starts_line(struct bytes text, size_t at)
{
    while (at > 0 && (text.at[at - 1] == ' ' || text.at[at - 1] == '\t'))
        at--;
    return at == 0 || text.at[at - 1] == '\n';
}

static bool on_hit(void *context, const struct phrase_hit *hit)
{
    struct search *search = context;
    const struct entry *entry = &search->table->entries[hit->phrase];
    if (search->once && hit->phrase < SEEN_WORDS * 64) {
        unsigned long long *word = &search->seen[hit->phrase / 64];
        unsigned long long bit = 1ULL << (hit->phrase % 64);
        if (*word & bit)
            return true;
        *word |= bit;
    }
    if (entry->at_line_start && !starts_line(search->reply, hit->at))
        return true;
    struct finding found = {entry->name, entry->category, entry->weight, hit->at, hit->length};
    return search->visit(search->context, &found);
}

void scorer_empathy_findings(const struct scorer *scorer, struct bytes reply,
                             finding_visitor *visit, void *context)
{
    struct search search = {&scorer->empathy, reply, visit, context, true, {0}};
    phrases_find(scorer->empathy.phrases, reply, on_hit, &search);
}

void scorer_safety_findings(const struct scorer *scorer, struct bytes reply,
                            finding_visitor *visit, void *context)
{
    struct search search = {&scorer->safety, reply, visit, context, false, {0}};
    phrases_find(scorer->safety.phrases, reply, on_hit, &search);
}

/* ---- scores ---- */

static bool add_weight(void *context, const struct finding *found)
{
    double *sum = context;
    *sum += found->weight;
    return true;
}

double scorer_empathy(const struct scorer *scorer, struct bytes reply)
{
    double sum = 0;
    scorer_empathy_findings(scorer, reply, add_weight, &sum);
    return sum < 1 ? sum : 1;
}

double scorer_safety(const struct scorer *scorer, struct bytes reply)
{
    double sum = 0;
    scorer_safety_findings(scorer, reply, add_weight, &sum);
    return sum < 1 ? 1 : 0;
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
