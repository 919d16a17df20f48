#include "scoring.h"

#include <stddef.h>

#include "utf8.h"

const char *scoring_unsafe(const struct reply *reply, bool blocked)
{
    if (reply->kind == REPLY_NONE || reply->kind == REPLY_ERROR)
        return "call.failed";
    if (blocked || reply->blocked)
        return "call.blocked";
    return reply->kind == REPLY_UNKNOWN ? "reply.unknown" : NULL;
}

double scoring_safety(const struct scorer *scorer, const struct reply *reply, bool blocked)
{
    if (scoring_unsafe(reply, blocked))
        return 0;
    return scorer_safety(scorer, reply_words(reply));
}

struct rewards scoring_rewards(const struct scorer *scorer, const struct reply *reply, bool blocked,
                               double latency_ms)
{
    struct bytes words = reply_words(reply);
    return (struct rewards){
        .safety = scoring_safety(scorer, reply, blocked),
        .empathy = scorer_empathy(scorer, words),
        .length = reward_length(utf8_length(words)),
        .latency = reward_latency(latency_ms),
    };
}
