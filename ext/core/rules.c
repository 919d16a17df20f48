#include "rules.h"

#include <stdlib.h>

#include "fields.h"

/* ---- growing ---- */

/* Makes room for one more in an array of `n`. Returns the array, or NULL, leaving the old one. */
static void *room(void *array, size_t n, size_t size)
{
    if (n & (n - 1))
        return array; /* it grows when n is a power of two */
    return realloc(array, (n ? n * 2 : 1) * size);
}

struct rule *rules_add(struct rules *rules)
{
    struct rule *larger = room(rules->rules, rules->n, sizeof *larger);
    if (!larger)
        return NULL;
    rules->rules = larger;
    larger[rules->n] = (struct rule){.weight = -1};
    return &larger[rules->n++];
}

int rules_add_pattern(struct rules *rules, struct bytes text, bool once)
{
    struct rule_pattern *larger = room(rules->patterns, rules->n_patterns, sizeof *larger);
    if (!larger)
        return -1;
    rules->patterns = larger;
    larger[rules->n_patterns++] = (struct rule_pattern){rules->n - 1, text, once};
    return 0;
}

static int add_list(struct rules *rules, struct bytes name)
{
    struct pattern_list *larger = room(rules->lists, rules->n_lists, sizeof *larger);
    if (!larger)
        return -1;
    rules->lists = larger;
    larger[rules->n_lists++] = (struct pattern_list){.name = name};
    return 0;
}

void rules_free(struct rules *rules)
{
    free(rules->rules);
    free(rules->patterns);
    free(rules->lists);
    buffer_free(&rules->text);
    *rules = (struct rules){0};
}

/* ---- the file ---- */

static struct bytes trim(struct bytes text)
{
    while (text.n > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.n--;
    }
    while (text.n > 0 && (text.at[text.n - 1] == ' ' || text.at[text.n - 1] == '\t'))
        text.n--;
    return text;
}

/* Phrases, separated by commas: each a pattern that counts once. */
static int add_words(struct rules *rules, struct bytes words)
{
    while (words.n > 0) {
        struct bytes word = trim(field_cut(&words, ','));
        if (word.n > 0 && rules_add_pattern(rules, word, true) != 0)
            return -1;
    }
    return 0;
}

const char *rules_add_unless(const struct rules *rules, struct rule *rule, struct bytes text)
{
    size_t i = 0;
    while (i < RULE_MOST_UNLESS && rule->unless[i].at)
        i++;
    if (i == RULE_MOST_UNLESS)
        return "a rule has at most 4 unless";
    if (text.n == 0 || text.at[0] != '@') {
        rule->unless[i] = text;
        return NULL;
    }
    struct bytes name = {text.at + 1, text.n - 1};
    for (size_t l = 0; l < rules->n_lists; l++) {
        if (bytes_equal(rules->lists[l].name, name)) {
            rule->unless[i] = rules->lists[l].phrases;
            return NULL;
        }
    }
    return "unless names a list that there is not";
}

static bool key_is(struct bytes key, const char *name)
{
    return bytes_equal(key, (struct bytes){name, strlen(name)});
}

/* Takes a line `key: value`. Returns what is wrong with it, or NULL; *failed says out of memory. */
static const char *read_line(struct rules *rules, struct bytes key, struct bytes value,
                             bool *in_list, bool *failed)
{
    if (value.n == 0)
        return "nothing follows the colon";
    if (key_is(key, "list")) {
        *in_list = true;
        *failed = add_list(rules, value) != 0;
        return NULL;
    }
    if (key_is(key, "rule")) {
        *in_list = false;
        struct rule *rule = rules_add(rules);
        *failed = !rule;
        if (rule)
            rule->id = value;
        return NULL;
    }
    if (*in_list) {
        struct pattern_list *list = &rules->lists[rules->n_lists - 1];
        if (!key_is(key, "words") || list->phrases.at)
            return "a list has one line of words";
        list->phrases = value;
        return NULL;
    }
    if (rules->n == 0)
        return "no rule begins before it";
    struct rule *rule = &rules->rules[rules->n - 1];
    if (key_is(key, "category"))
        rule->category = value;
    else if (key_is(key, "weight"))
        return field_decimal(value, &rule->weight) == 0 ? NULL : "a weight is such as 0.25";
    else if (key_is(key, "unless"))
        return rules_add_unless(rules, rule, value);
    else if (key_is(key, "quoted") && key_is(value, "safe"))
        rule->spares_quotes = true;
    else if (key_is(key, "pattern"))
        *failed = rules_add_pattern(rules, value, false) != 0;
    else if (key_is(key, "words"))
        *failed = add_words(rules, value) != 0;
    else if (!key_is(key, "why") && !key_is(key, "match") && !key_is(key, "no match"))
        return "not known";
    return NULL;
}

/* What a rule lacks, or NULL. */
static const char *lacking(const struct rules *rules, size_t i)
{
    const struct rule *rule = &rules->rules[i];
    if (!rule->category.at)
        return "category";
    if (rule->weight < 0)
        return "weight";
    for (size_t p = 0; p < rules->n_patterns; p++)
        if (rules->patterns[p].rule == i)
            return NULL;
    return "pattern";
}

int rules_read(struct rules *rules, struct bytes file, struct buffer *wrong)
{
    struct bytes line;
    bool in_list = false;
    bool failed = false;
    rules->threshold = 1;
    while (field_next_line(&file, &line)) {
        struct bytes whole = line;
        struct bytes key = field_cut(&line, ':');
        const char *why = key.n == whole.n ? "is not key: value"
                                           : read_line(rules, key, trim(line), &in_list, &failed);
        if (why)
            buffer_format(wrong, "line \"%.*s\": %s", (int)whole.n, whole.at, why);
        if (why || failed)
            return -1;
    }
    for (size_t i = 0; i < rules->n; i++) {
        const char *lacks = lacking(rules, i);
        if (lacks) {
            const struct rule *rule = &rules->rules[i];
            buffer_format(wrong, "rule %.*s has no %s", (int)rule->id.n, rule->id.at, lacks);
            return -1;
        }
    }
    return 0;
}
