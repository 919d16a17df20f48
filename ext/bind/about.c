/*
 * about.c -- lightning_version(), lightning_scorer() and lightning_debug(): which build this is.
 */
#include "connection.h"

#include <stdio.h>

#include "lexicons.h"
#include "scoring.h"

static void lightning_version(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    sqlite3_result_text(context, LIGHTNING_VERSION, -1, SQLITE_STATIC);
}

/* One line per fact, name: value. */
static void lightning_debug(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct buffer out = {0};
    (void)argc;
    (void)argv;
    buffer_format(&out, "lightning: %s\n", LIGHTNING_VERSION);
    buffer_format(&out, "compiler: %s\n", __VERSION__);
    buffer_format(&out, "built for SQLite: %s\n", SQLITE_VERSION);
    buffer_format(&out, "running in SQLite: %s\n", sqlite3_libversion());
    buffer_format(&out, "zstd: %s\n", pack_library_version());
#ifdef __SSE2__
    buffer_format(&out, "JSON strings scanned: 16 bytes at a time (SSE2)");
#else
    buffer_format(&out, "JSON strings scanned: 8 bytes at a time (portable)");
#endif
    if (out.failed)
        sqlite3_result_error_nomem(context);
    else
        result_text(context, buffer_bytes(&out));
    buffer_free(&out);
}

/* Appends an argument to what is hashed, if there is one. Returns false after setting an error. */
static bool hash_argument(sqlite3_context *context, int argc, sqlite3_value **argv, int i,
                          const char *name, struct buffer *all, struct bytes *out)
{
    *out = (struct bytes){NULL, 0};
    if (i >= argc || sqlite3_value_type(argv[i]) == SQLITE_NULL)
        return true;
    if (sqlite3_value_type(argv[i]) != SQLITE_TEXT) {
        result_errorf(context, "lightning_scorer(): %s must be text or NULL", name);
        return false;
    }
    *out = value_bytes(argv[i]);
    buffer_format(all, "\n%s %zu\n", name, out->n);
    buffer_append(all, out->at, out->n);
    return true;
}

/* lightning_scorer([policy_json [, lexicon_json [, weights_json]]]): what `scorers.hash` holds for the
 * scores of this build: a hash of lexicon, rules and weights, and of the arguments, which are checked. */
static void lightning_scorer(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct connection *c = sqlite3_user_data(context);
    struct buffer all = {0};
    struct buffer wrong = {0};
    struct bytes policy;
    struct bytes lexicon;
    struct bytes weights;
    struct reward_weights own;
    unsigned char hash[PACK_HASH_SIZE];
    char hex[2 * PACK_HASH_SIZE + 1];
    const struct reward_weights *w = &reward_default_weights;
    buffer_append(&all, lexicon_empathy, lexicon_empathy_size);
    buffer_append(&all, lexicon_safety, lexicon_safety_size);
    buffer_format(&all, "%g %g %g %g", w->safety, w->empathy, w->length, w->latency);
    if (!hash_argument(context, argc, argv, 0, "policy_json", &all, &policy) ||
        !hash_argument(context, argc, argv, 1, "lexicon_json", &all, &lexicon) ||
        !hash_argument(context, argc, argv, 2, "weights_json", &all, &weights))
        goto done;
    const char *why = weights.at ? weights_read(weights, &own) : NULL;
    if (why)
        buffer_format(&wrong, "weights_json %s", why);
    else if ((policy.at || lexicon.at) && !scorers_get(&c->scorers, lexicon, policy, &wrong))
        all.failed = wrong.n == 0;
    if (wrong.n > 0) {
        result_errorf(context, "lightning_scorer(): %.*s", (int)wrong.n, wrong.at);
    } else if (all.failed) {
        sqlite3_result_error_nomem(context);
    } else {
        pack_hash(buffer_bytes(&all), hash);
        for (size_t i = 0; i < PACK_HASH_SIZE; i++)
            snprintf(hex + 2 * i, 3, "%02x", hash[i]);
        sqlite3_result_text(context, hex, -1, SQLITE_TRANSIENT);
    }
done:
    buffer_free(&wrong);
    buffer_free(&all);
}

int register_about(sqlite3 *db, struct connection *c)
{
    const int flags = SQLITE_INNOCUOUS;
    int rc = connection_function(db, c, "lightning_version", 0, flags | SQLITE_DETERMINISTIC,
                                 lightning_version);
    for (int arguments = 0; rc == SQLITE_OK && arguments <= 3; arguments++)
        rc = connection_function(db, c, "lightning_scorer", arguments, flags, lightning_scorer);
    if (rc == SQLITE_OK)
        rc = connection_function(db, c, "lightning_debug", 0, flags, lightning_debug);
    return rc;
}
