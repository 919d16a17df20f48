/*
 * about.c -- lightning_version(), lightning_scorer() and lightning_debug(): which build this is.
 */
#include "connection.h"

#include <stdio.h>

#include "lexicons.h"

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

/* What `scorers.hash` holds for the scores of this build: a hash of lexicon, rules and weights. */
static void lightning_scorer(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct buffer all = {0};
    unsigned char hash[PACK_HASH_SIZE];
    char hex[2 * PACK_HASH_SIZE + 1];
    const struct reward_weights *w = &reward_default_weights;
    (void)argc;
    (void)argv;
    buffer_append(&all, lexicon_empathy, lexicon_empathy_size);
    buffer_append(&all, lexicon_safety, lexicon_safety_size);
    buffer_format(&all, "%g %g %g %g", w->safety, w->empathy, w->length, w->latency);
    if (all.failed) {
        sqlite3_result_error_nomem(context);
    } else {
        pack_hash(buffer_bytes(&all), hash);
        for (size_t i = 0; i < PACK_HASH_SIZE; i++)
            snprintf(hex + 2 * i, 3, "%02x", hash[i]);
        sqlite3_result_text(context, hex, -1, SQLITE_TRANSIENT);
    }
    buffer_free(&all);
}

int register_about(sqlite3 *db, struct connection *c)
{
    const int flags = SQLITE_INNOCUOUS;
    int rc = connection_function(db, c, "lightning_version", 0, flags | SQLITE_DETERMINISTIC,
                                 lightning_version);
    if (rc == SQLITE_OK)
        rc = connection_function(db, c, "lightning_scorer", 0, flags, lightning_scorer);
    if (rc == SQLITE_OK)
        rc = connection_function(db, c, "lightning_debug", 0, flags, lightning_debug);
    return rc;
}
