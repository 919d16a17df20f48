#include "scorers.h"

#include "lexicons.h"

static bool same_argument(const struct buffer *kept, struct bytes given)
{
    if (!given.at)
        return kept->n == 1 && kept->at[0] == '-';
    return kept->n == given.n + 1 && kept->at[0] == '+' &&
           memcmp(kept->at + 1, given.at, given.n) == 0;
}

static void keep_argument(struct buffer *kept, struct bytes given)
{
    buffer_clear(kept);
    buffer_append_byte(kept, given.at ? '+' : '-');
    buffer_append(kept, given.at, given.n);
}

static struct scorer *compile(struct bytes lexicon_json, struct bytes policy_json,
                              struct buffer *wrong)
{
    const char *why = NULL;
    struct buffer policy_wrong = {0};
    struct empathy *empathy =
        lexicon_json.at
            ? empathy_from_json(lexicon_json, &why)
            : empathy_new((struct bytes){(const char *)lexicon_empathy, lexicon_empathy_size},
                          &why);
    if (why) {
        buffer_format(wrong, "lexicon_json %s", why);
        return NULL;
    }
    struct safety *safety =
        safety_new((struct bytes){(const char *)lexicon_safety, lexicon_safety_size}, policy_json,
                   &policy_wrong);
    if (policy_wrong.n > 0)
        buffer_format(wrong, "policy_json: %.*s", (int)policy_wrong.n, policy_wrong.at);
    buffer_free(&policy_wrong);
    return scorer_of(empathy, safety);
}

const struct scorer *scorers_get(struct kept_scorers *kept, struct bytes lexicon_json,
                                 struct bytes policy_json, struct buffer *wrong)
{
    for (size_t i = 0; i < KEPT_SCORERS; i++)
        if (kept->slots[i].scorer && same_argument(&kept->slots[i].lexicon, lexicon_json) &&
            same_argument(&kept->slots[i].policy, policy_json))
            return kept->slots[i].scorer;
    struct scorer *scorer = compile(lexicon_json, policy_json, wrong);
    if (!scorer)
        return NULL;
    size_t slot = kept->next;
    kept->next = (slot + 1) % KEPT_SCORERS;
    scorer_free(kept->slots[slot].scorer);
    kept->slots[slot].scorer = scorer;
    keep_argument(&kept->slots[slot].lexicon, lexicon_json);
    keep_argument(&kept->slots[slot].policy, policy_json);
    if (!kept->slots[slot].lexicon.failed && !kept->slots[slot].policy.failed)
        return scorer;
    scorer_free(scorer);
    kept->slots[slot].scorer = NULL;
    return NULL;
}

void scorers_free(struct kept_scorers *kept)
{
    for (size_t i = 0; i < KEPT_SCORERS; i++) {
        scorer_free(kept->slots[i].scorer);
        buffer_free(&kept->slots[i].lexicon);
        buffer_free(&kept->slots[i].policy);
    }
}
