/*
 * lightning.c -- the extension's one entry point: the table of registrars, run in turn.
 */
#include "lightning.h"

#include "bind/connection.h"

SQLITE_EXTENSION_INIT1

static int (*const registrars[])(sqlite3 *db, struct connection *c) = {
    register_about,     register_rewards,       register_findings,
    register_documents, register_legacy_traces, register_read_trace,
    register_take_in,   register_stats,         register_agreement,
};

__attribute__((visibility("default"))) int sqlite3_lightning_init(sqlite3 *db, char **error,
                                                                  const sqlite3_api_routines *api);

int sqlite3_lightning_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    (void)api; /* unused when linked in */
    SQLITE_EXTENSION_INIT2(api);
    struct connection *c = connection_new();
    int rc = c ? SQLITE_OK : SQLITE_NOMEM;
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof registrars / sizeof *registrars; i++)
        rc = registrars[i](db, c);
    connection_release(c);
    if (rc != SQLITE_OK && error)
        *error = sqlite3_mprintf("lightning: %s", sqlite3_errstr(rc));
    return rc;
}
