#include "reward.h"

#include <stdlib.h>

#include "phrases.h"

/* One automaton finds the patterns of both models: those of empathy come first. */
struct scorer {
    struct empathy *empathy;
    struct safety *safety;
    struct phrases *phrases;
    size_t first_of_safety;
};

static int compile(struct scorer *scorer)
{
    scorer->first_of_safety = empathy_patterns(scorer->empathy, NULL);
    size_t n = scorer->first_of_safety + safety_patterns(scorer->safety, NULL);
    struct bytes *patterns = calloc(n + 1, sizeof *patterns);
    if (!patterns)
        return -1;
    empathy_patterns(scorer->empathy, patterns);
    safety_patterns(scorer->safety, patterns + scorer->first_of_safety);
    scorer->phrases = phrases_new(patterns, n);
    free(patterns);
    return scorer->phrases ? 0 : -1;
}

struct scorer *scorer_of(struct empathy *empathy, struct safety *safety)
{
    struct scorer *scorer = calloc(1, sizeof *scorer);
    if (!scorer) {
        empathy_free(empathy);
        safety_free(safety);
        return NULL;
    }
    scorer->empathy = empathy;
    scorer->safety = safety;
    if (empathy && safety && compile(scorer) == 0)
        return scorer;
    scorer_free(scorer);
    return NULL;
}

struct scorer *scorer_new(struct bytes lexicon, struct bytes rules)
{
    const char *wrong_lexicon;
    struct buffer wrong = {0};
    struct empathy *empathy = empathy_new(lexicon, &wrong_lexicon);
    struct safety *safety = empathy ? safety_new(rules, (struct bytes){NULL, 0}, &wrong) : NULL;
    buffer_free(&wrong);
    return scorer_of(empathy, safety);
}

void scorer_free(struct scorer *scorer)
{
    if (!scorer)
        return;
    phrases_free(scorer->phrases);
    empathy_free(scorer->empathy);
    safety_free(scorer->safety);
    free(scorer);
}

/* ---- findings ---- */

/* A pass over a reply, with what is wanted of it. */
struct search {
    const struct scorer *scorer;
    struct bytes reply;
    bool empathy;
    bool safety;
    finding_visitor *visit; /* NULL: only the tallies count */
    void *context;
    struct empathy_tally empathy_tally;
    struct safety_tally safety_tally;
};

static bool on_hit(void *context, const struct phrase_hit *hit)
{
    struct search *search = context;
    const struct scorer *scorer = search->scorer;
    struct finding found;
    bool counts = false;
    if (hit->phrase < scorer->first_of_safety) {
        if (search->empathy)
            counts = empathy_meet(scorer->empathy, &search->empathy_tally, hit->phrase,
                                  search->reply, hit->at, hit->length, &found);
    } else if (search->safety) {
        counts = safety_meet(scorer->safety, &search->safety_tally,
                             hit->phrase - scorer->first_of_safety, search->reply, hit->at,
                             hit->length, &found);
    }
    return !counts || !search->visit || search->visit(search->context, &found);
}

void scorer_empathy_findings(const struct scorer *scorer, struct bytes reply,
                             finding_visitor *visit, void *context)
{
    struct search search = {
        .scorer = scorer, .reply = reply, .empathy = true, .visit = visit, .context = context};
    phrases_find(scorer->phrases, reply, on_hit, &search);
}

void scorer_safety_findings(const struct scorer *scorer, struct bytes reply, finding_visitor *visit,
                            void *context)
{
    struct search search = {
        .scorer = scorer, .reply = reply, .safety = true, .visit = visit, .context = context};
    phrases_find(scorer->phrases, reply, on_hit, &search);
}

/* ---- scores ---- */

struct word_scores scorer_score(const struct scorer *scorer, struct bytes reply)
{
    struct search search = {.scorer = scorer, .reply = reply, .empathy = true, .safety = true};
    phrases_find(scorer->phrases, reply, on_hit, &search);
    return (struct word_scores){
        .empathy = empathy_score(scorer->empathy, &search.empathy_tally, reply),
        .safety = safety_score(scorer->safety, &search.safety_tally),
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
