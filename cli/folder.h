/*
 * folder.h -- a traces folder as an import reads it: through legacy_traces(), on a connection that has
 * no file.
 */
#ifndef LIGHTNING_FOLDER_H
#define LIGHTNING_FOLDER_H

#include "db.h"

struct folder {
    struct db db;
    const char *directory;
    const char *session_key; /* paths into the document; NULL: where they are by default */
    const char *user_key;
    char *policy;        /* JSON that traces are scored by; NULL: none */
    sqlite3_int64 total; /* entries; -1: not counted yet */
};

/* Binds the arguments of legacy_traces(?1, ?2, ?3, ?4, ?5), but for the dictionary ?2. Returns an SQLite
 * code. */
int folder_bind(const struct folder *folder, sqlite3_stmt *stmt);

/* Counts the entries unless that is done, for the progress line and for choosing a sample. Returns an
 * exit code, having said why. */
int folder_count(struct folder *folder);

/* Whether there is a file that may be a trace and that the ledger does not have as it is: asks seen().
 * Returns an exit code. */
int folder_has_news(struct folder *folder, bool *news);

#endif
