#include "scoring.h"

#include <math.h>
#include <stddef.h>

#include "json.h"
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

const char *weights_read(struct bytes json, struct reward_weights *weights)
{
    struct json_reader r;
    struct json_text key;
    *weights = (struct reward_weights){0, 0, 0, 0};
    const struct {
        const char *name;
        double *weight;
    } fields[] = {
        {"safety", &weights->safety},
        {"empathy", &weights->empathy},
        {"length", &weights->length},
        {"latency", &weights->latency},
    };
    const size_t n = sizeof fields / sizeof *fields;
    reader_open(&r, json);
    if (!reader_enter(&r, JSON_OBJECT))
        return "must be a JSON object such as {\"safety\":0.5,\"empathy\":0.5}";
    while (reader_next_member(&r, &key)) {
        size_t i = 0;
        while (i < n && !json_text_is(key, (struct bytes){fields[i].name, strlen(fields[i].name)}))
            i++;
        if (i == n)
            return "has a name other than safety, empathy, length and latency";
        if (!reader_number(&r, fields[i].weight) || !(*fields[i].weight >= 0))
            return "has a weight that is no number of 0 or more";
    }
    if (!reader_finish(&r))
        return "is not valid JSON";
    double sum = weights->safety + weights->empathy + weights->length + weights->latency;
    return fabs(sum - 1) <= 1e-9 ? NULL : "must sum to 1";
}
