/*
 * policy.c -- rules_apply(): a team's policy, in JSON, on top of the rules. rules.h tells its form.
 */
#include "rules.h"

#include <math.h>

#include "json.h"

struct reading {
    struct rules *rules;
    struct json_reader r;
    struct buffer *wrong;
    const char *list; /* the member of the policy that is read; NULL: the policy itself */
    size_t i;         /* which of its elements */
};

/* Says what is wrong and where. */
static int fail(struct reading *reading, const char *what, struct bytes which)
{
    if (reading->list)
        buffer_format(reading->wrong, "%s[%zu]: ", reading->list, reading->i);
    buffer_format(reading->wrong, "%s", what);
    if (which.at)
        buffer_format(reading->wrong, " \"%.*s\"", (int)(which.n < 100 ? which.n : 100), which.at);
    return -1;
}

static const struct bytes nothing = {NULL, 0};

/* Reads a string into the rules' own text, which has room for all strings of the policy: they stay
 * where they are. */
static bool read_string(struct reading *reading, struct bytes *out)
{
    struct json_text raw;
    struct buffer *text = &reading->rules->text;
    size_t from = text->n;
    if (reader_type(&reading->r) != JSON_STRING || !reader_text(&reading->r, &raw))
        return false;
    json_text_decode(raw, text);
    *out = (struct bytes){text->at + from, text->n - from};
    return out->n > 0;
}

static struct rule *rule_by_id(const struct rules *rules, size_t n, struct bytes id)
{
    for (size_t i = 0; i < n; i++)
        if (!rules->rules[i].silent && bytes_equal(rules->rules[i].id, id))
            return &rules->rules[i];
    return NULL;
}

/* One pattern, or an array of them, of the last rule. */
static int read_patterns(struct reading *reading)
{
    struct bytes pattern;
    bool array = reader_type(&reading->r) == JSON_ARRAY;
    if (array)
        reader_enter(&reading->r, JSON_ARRAY);
    while (!array || reader_next_element(&reading->r)) {
        if (!read_string(reading, &pattern))
            return fail(reading, "\"pattern\" is no text, nor an array of texts", nothing);
        const char *wrong;
        struct pattern *compiled =
            pattern_new(pattern, reading->rules->lists, reading->rules->n_lists, &wrong);
        pattern_free(compiled);
        if (wrong) {
            fail(reading, "the pattern", pattern);
            buffer_format(reading->wrong, " %s", wrong);
            return -1;
        }
        if (!compiled || rules_add_pattern(reading->rules, pattern, false) != 0)
            return -1;
        if (!array)
            return 0;
    }
    return 0;
}

static int read_member(struct reading *reading, struct rule *rule, struct json_text key)
{
    struct bytes text;
    if (json_text_is(key, BYTES("pattern")))
        return read_patterns(reading);
    if (json_text_is(key, BYTES("weight"))) {
        if (!reader_number(&reading->r, &rule->weight) || !isfinite(rule->weight) ||
            rule->weight < 0)
            return fail(reading, "\"weight\" is no number of 0 or more", nothing);
        return 0;
    }
    bool known = true;
    if (json_text_is(key, BYTES("id")))
        return read_string(reading, &rule->id) ? 0 : fail(reading, "\"id\" is no text", nothing);
    if (json_text_is(key, BYTES("category")))
        return read_string(reading, &rule->category)
                   ? 0
                   : fail(reading, "\"category\" is no text", nothing);
    if (json_text_is(key, BYTES("why")))
        return read_string(reading, &text) ? 0 : fail(reading, "\"why\" is no text", nothing);
    if (json_text_is(key, BYTES("quoted"))) {
        rule->spares_quotes = read_string(reading, &text) && bytes_equal(text, BYTES("safe"));
        return rule->spares_quotes ? 0 : fail(reading, "\"quoted\" is not \"safe\"", nothing);
    }
    known = json_text_is(key, BYTES("unless"));
    if (!known)
        return fail(reading, "there is no member", key.raw);
    const char *wrong = read_string(reading, &text) ? rules_add_unless(reading->rules, rule, text)
                                                    : "\"unless\" is no text";
    return wrong ? fail(reading, wrong, nothing) : 0;
}

/* A rule that is added, or put in the place of another. */
static int read_rule(struct reading *reading, bool replaces)
{
    struct rules *rules = reading->rules;
    struct json_text key;
    size_t before = rules->n;
    size_t patterns = rules->n_patterns;
    struct rule *rule = rules_add(rules);
    if (!rule)
        return -1;
    if (!reader_enter(&reading->r, JSON_OBJECT))
        return fail(reading, "a rule is a JSON object", nothing);
    while (reader_next_member(&reading->r, &key))
        if (read_member(reading, rule, key) != 0)
            return -1;
    if (reader_failed(&reading->r))
        return fail(reading, "not valid JSON", nothing);
    if (!rule->id.at)
        return fail(reading, "a rule has no \"id\"", nothing);
    if (!rule->category.at || rule->weight < 0 || rules->n_patterns == patterns)
        return fail(reading,
                    !rule->category.at ? "there is no \"category\" for the rule"
                    : rule->weight < 0 ? "there is no \"weight\" for the rule"
                                       : "there is no \"pattern\" for the rule",
                    rule->id);
    struct rule *old = rule_by_id(rules, before, rule->id);
    if (!old == replaces)
        return fail(reading, old ? "there is a rule already called" : "there is no rule called",
                    rule->id);
    if (old)
        old->silent = true;
    return 0;
}

static int read_silenced(struct reading *reading)
{
    struct bytes id;
    if (!read_string(reading, &id))
        return fail(reading, "is no text", nothing);
    struct rule *rule = rule_by_id(reading->rules, reading->rules->n, id);
    if (!rule)
        return fail(reading, "there is no rule called", id);
    rule->silent = true;
    return 0;
}

static int read_list(struct reading *reading, const char *name)
{
    reading->list = NULL;
    if (!reader_enter(&reading->r, JSON_ARRAY)) {
        buffer_format(reading->wrong, "\"%s\" is no array", name);
        return -1;
    }
    reading->list = name;
    for (reading->i = 0; reader_next_element(&reading->r); reading->i++) {
        int rc = strcmp(name, "silence") == 0 ? read_silenced(reading)
                                              : read_rule(reading, strcmp(name, "replace") == 0);
        if (rc != 0)
            return -1;
    }
    reading->list = NULL;
    return 0;
}

static int read_policy_member(struct reading *reading, struct json_text key)
{
    static const char *const lists[] = {"silence", "replace", "add"};
    struct bytes text;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (json_text_is(key, (struct bytes){lists[i], strlen(lists[i])}))
            return read_list(reading, lists[i]);
    if (json_text_is(key, BYTES("name")))
        return read_string(reading, &text) ? 0 : fail(reading, "\"name\" is no text", nothing);
    if (json_text_is(key, BYTES("threshold"))) {
        double *threshold = &reading->rules->threshold;
        if (!reader_number(&reading->r, threshold) || !isfinite(*threshold) || *threshold < 1e-6)
            return fail(reading, "\"threshold\" is no number above 0", nothing);
        return 0;
    }
    return fail(reading, "there is no member", key.raw);
}

int rules_apply(struct rules *rules, struct bytes policy, struct buffer *wrong)
{
    struct reading reading = {.rules = rules, .wrong = wrong};
    struct json_text key;
    /* Decoded, a string is never longer than it was. */
    if (buffer_reserve(&rules->text, policy.n + 1) != 0)
        return -1;
    reader_open(&reading.r, policy);
    if (!reader_enter(&reading.r, JSON_OBJECT))
        return fail(&reading, "must be a JSON object such as {\"silence\":[\"leak.tool-output\"]}",
                    nothing);
    while (reader_next_member(&reading.r, &key))
        if (read_policy_member(&reading, key) != 0)
            return -1;
    if (!reader_finish(&reading.r))
        return fail(&reading, "not valid JSON", nothing);
    return rules->text.failed ? -1 : 0;
}
