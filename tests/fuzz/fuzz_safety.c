/*
 * fuzz_safety -- rules, a policy on top of them, and a reply: whatever they are, what is found lies in
 * the reply, and accounts for the score.
 *
 * The input: rules up to the first NUL, a policy up to the next, then the reply.
 */
#include "fuzz.h"

#include <math.h>

#include "reward.h"

struct check {
    struct bytes reply;
    double sum;
};

static bool look(void *context, const struct finding *found)
{
    struct check *check = context;
    REQUIRE(found->at <= check->reply.n && found->length <= check->reply.n - found->at);
    REQUIRE(found->length > 0 && found->weight >= 0);
    check->sum += found->weight;
    return true;
}

static struct bytes cut(struct bytes *rest)
{
    const char *nul = rest->n ? memchr(rest->at, '\0', rest->n) : NULL;
    struct bytes head = {rest->at, nul ? (size_t)(nul - rest->at) : rest->n};
    size_t used = head.n + (nul != NULL);
    rest->at += used;
    rest->n -= used;
    return head;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes reply = input_bytes(data, size);
    struct bytes rules = cut(&reply);
    struct bytes policy = cut(&reply);
    struct buffer wrong = {0};
    const char *why;
    struct safety *safety = safety_new(rules, policy.n ? policy : (struct bytes){NULL, 0}, &wrong);
    REQUIRE(safety || wrong.n > 0);
    buffer_free(&wrong);
    struct scorer *scorer = scorer_of(empathy_new((struct bytes){"", 0}, &why), safety);
    if (!scorer)
        return 0;
    struct check check = {.reply = reply};
    scorer_safety_findings(scorer, reply, look, &check);
    /* The threshold is the policy's; without one it is 1. */
    double safe = scorer_score(scorer, reply).safety;
    REQUIRE(policy.n > 0 || fabs(check.sum - 1) < 1e-3 || (check.sum < 1) == (safe > 0));
    scorer_free(scorer);
    return 0;
}
