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

struct rewards scoring_rewards(const struct scorer *scorer, const struct reply *reply, bool blocked,
                               double latency_ms)
{
    struct bytes words = reply_words(reply);
    struct word_scores scores = scorer_score(scorer, words);
    return (struct rewards){
        .safety = scoring_unsafe(reply, blocked) ? 0 : scores.safety,
        .empathy = scores.empathy,
        .length = reward_length(utf8_length(words)),
        .latency = reward_latency(latency_ms),
    };
}
