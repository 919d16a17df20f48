/*
 * rewards.c -- response_text() and the rewards, as SQL functions.
 *
 * A NULL response is a call that failed. Content never raises an error; an argument of a wrong type
 * does, and so do weights that are none.
 */
#include "connection.h"

#include <math.h>

#include "json.h"
#include "scoring.h"
#include "trace.h"
#include "utf8.h"

/* ---- arguments ---- */

/* Reads argument i as TEXT: at is NULL for SQL NULL. Returns false after setting an error. */
static bool text_argument(sqlite3_context *context, sqlite3_value **argv, int i,
                          const char *function, const char *argument, struct bytes *out)
{
    int type = sqlite3_value_type(argv[i]);
    if (type != SQLITE_TEXT && type != SQLITE_NULL) {
        result_errorf(context, "%s(): %s must be text or NULL", function, argument);
        return false;
    }
    *out = value_bytes(argv[i]);
    return true;
}

static bool number_argument(sqlite3_context *context, sqlite3_value **argv, int i,
                            const char *function, const char *argument, double *out)
{
    int type = sqlite3_value_type(argv[i]);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT && type != SQLITE_NULL) {
        result_errorf(context, "%s(): %s must be a number or NULL", function, argument);
        return false;
    }
    *out = type == SQLITE_NULL ? NAN : sqlite3_value_double(argv[i]);
    return true;
}

/* Reads a response into the connection's reply. */
static struct reply *reply_argument(sqlite3_context *context, sqlite3_value **argv,
                                    const char *function)
{
    struct connection *c = sqlite3_user_data(context);
    struct bytes response;
    if (!text_argument(context, argv, 0, function, "response", &response))
        return NULL;
    if (response.at)
        reply_read_argument(&c->reply, response);
    else
        reply_clear(&c->reply);
    if (reply_failed(&c->reply)) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    return &c->reply;
}

/* The scorer of the lexicon in argument `lexicon` and the policy in argument `policy`, where there are
 * such: 0 says that the function has none. NULL after setting an error. */
static const struct scorer *scorer_argument(sqlite3_context *context, int argc,
                                            sqlite3_value **argv, int lexicon, int policy,
                                            const char *function)
{
    struct connection *c = sqlite3_user_data(context);
    struct bytes lexicon_json = {NULL, 0};
    struct bytes policy_json = {NULL, 0};
    if ((lexicon && lexicon < argc &&
         !text_argument(context, argv, lexicon, function, "lexicon_json", &lexicon_json)) ||
        (policy && policy < argc &&
         !text_argument(context, argv, policy, function, "policy_json", &policy_json)))
        return NULL;
    struct buffer wrong = {0};
    const struct scorer *scorer = lexicon_json.at || policy_json.at
                                      ? scorers_get(&c->scorers, lexicon_json, policy_json, &wrong)
                                      : connection_scorer(c);
    if (!scorer && wrong.n > 0)
        result_errorf(context, "%s(): %.*s", function, (int)wrong.n, wrong.at);
    else if (!scorer)
        sqlite3_result_error_nomem(context);
    buffer_free(&wrong);
    return scorer;
}

/* Whether metadata, which may be NULL or no JSON at all, says that the reply was blocked. */
static bool is_blocked(struct bytes metadata)
{
    struct json_reader r;
    if (!metadata.at)
        return false;
    reader_open(&r, metadata);
    return reader_skip(&r, NULL) && reader_finish(&r) && trace_metadata_blocked(metadata);
}

/* ---- one reward each ---- */

static void response_text(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct reply *reply = reply_argument(context, argv, "response_text");
    if (reply)
        result_text(context, reply_words(reply));
}

/* reward_safety(response [, metadata [, policy_json]]) */
static void reward_safety(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct bytes metadata = {NULL, 0};
    if (argc > 1 && !text_argument(context, argv, 1, "reward_safety", "metadata", &metadata))
        return;
    const struct scorer *scorer = scorer_argument(context, argc, argv, 0, 2, "reward_safety");
    struct reply *reply = scorer ? reply_argument(context, argv, "reward_safety") : NULL;
    if (!reply)
        return;
    struct rewards rewards = scoring_rewards(scorer, reply, is_blocked(metadata), 0);
    sqlite3_result_double(context, rewards.safety);
}

/* reward_empathy(response [, lexicon_json]) */
static void reward_empathy(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct scorer *scorer = scorer_argument(context, argc, argv, 1, 0, "reward_empathy");
    struct reply *reply = scorer ? reply_argument(context, argv, "reward_empathy") : NULL;
    if (reply)
        sqlite3_result_double(context, scorer_score(scorer, reply_words(reply)).empathy);
}

static void reward_length_of(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct reply *reply = reply_argument(context, argv, "reward_length");
    if (reply)
        sqlite3_result_double(context, reward_length(utf8_length(reply_words(reply))));
}

static void reward_latency_of(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    double ms;
    (void)argc;
    if (number_argument(context, argv, 0, "reward_latency", "latency_ms", &ms))
        sqlite3_result_double(context, reward_latency(ms));
}

/* ---- the combined reward ---- */

/* Parsed once per statement when the argument is constant. NULL after setting an error. */
static const struct reward_weights *weights_argument(sqlite3_context *context, sqlite3_value **argv,
                                                     int i, struct reward_weights *local)
{
    struct reward_weights *cached = sqlite3_get_auxdata(context, i);
    struct bytes json;
    if (cached)
        return cached;
    if (!text_argument(context, argv, i, "combined_reward", "weights_json", &json))
        return NULL;
    if (!json.at)
        return &reward_default_weights;
    const char *wrong = weights_read(json, local);
    if (wrong) {
        result_errorf(context, "combined_reward(): weights_json %s", wrong);
        return NULL;
    }
    cached = sqlite3_malloc(sizeof *cached);
    if (cached) {
        *cached = *local;
        sqlite3_set_auxdata(context, i, cached, sqlite3_free);
    }
    return local; /* the cached copy may be gone already: SQLite is free not to keep it */
}

/* combined_reward(response, latency_ms [, metadata [, weights_json [, policy_json
 * [, lexicon_json]]]]) */
static void combined_reward(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct reward_weights *weights = &reward_default_weights;
    struct reward_weights local;
    struct bytes metadata = {NULL, 0};
    double latency;
    if (!number_argument(context, argv, 1, "combined_reward", "latency_ms", &latency))
        return;
    if (argc > 2 && !text_argument(context, argv, 2, "combined_reward", "metadata", &metadata))
        return;
    if (argc > 3) {
        weights = weights_argument(context, argv, 3, &local);
        if (!weights)
            return;
    }
    const struct scorer *scorer = scorer_argument(context, argc, argv, 5, 4, "combined_reward");
    struct reply *reply = scorer ? reply_argument(context, argv, "combined_reward") : NULL;
    if (!reply)
        return;
    struct rewards rewards = scoring_rewards(scorer, reply, is_blocked(metadata), latency);
    sqlite3_result_double(context, reward_combine(weights, &rewards));
}

/* What the cursor says that its document is worth. */
static void offered_reward(sqlite3_context *context, const struct offer *offer)
{
    double combined;
    int rc = offer->score(offer->cursor, &combined);
    if (rc < 0)
        sqlite3_result_error_nomem(context);
    else if (rc == 1)
        sqlite3_result_double(context, combined);
}

/* combined_reward(trace_json): NULL for what is no trace */
static void combined_reward_of_trace(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct connection *c = sqlite3_user_data(context);
    struct trace trace;
    struct trace_error error;
    struct bytes document;
    (void)argc;
    if (!text_argument(context, argv, 0, "combined_reward", "trace_json", &document))
        return;
    if (document.at && c->offer.document.at && bytes_equal(document, c->offer.document)) {
        offered_reward(context, &c->offer);
        return;
    }
    if (!document.at || trace_read(&trace, document, NULL, &error) != 0)
        return;
    reply_take(&c->reply, trace.response, trace.reply);
    const struct scorer *scorer = connection_scorer(c);
    if (!scorer || reply_failed(&c->reply)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    struct rewards rewards = scoring_rewards(scorer, &c->reply, trace.blocked, trace.latency_ms);
    sqlite3_result_double(context, reward_combine(&reward_default_weights, &rewards));
}

int register_rewards(sqlite3 *db, struct connection *c)
{
    static const struct {
        const char *name;
        int arguments;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"reward_safety", 1, reward_safety},      {"reward_safety", 2, reward_safety},
        {"reward_safety", 3, reward_safety},      {"reward_empathy", 1, reward_empathy},
        {"reward_empathy", 2, reward_empathy},    {"reward_length", 1, reward_length_of},
        {"reward_latency", 1, reward_latency_of}, {"combined_reward", 1, combined_reward_of_trace},
        {"combined_reward", 2, combined_reward},  {"combined_reward", 3, combined_reward},
        {"combined_reward", 4, combined_reward},  {"combined_reward", 5, combined_reward},
        {"combined_reward", 6, combined_reward},
    };
    int rc = connection_function(db, c, "response_text", 1, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
                                 response_text);
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof *functions; i++)
        rc = connection_function(db, c, functions[i].name, functions[i].arguments, SQLITE_INNOCUOUS,
                                 functions[i].call);
    return rc;
}
