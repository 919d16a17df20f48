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
    sqlite3_int64 total; /* entries, once counted */
};

/* Binds the arguments of legacy_traces(?1, ?2, ?3, ?4), but for the dictionary ?2. Returns an SQLite
 * code. */
int folder_bind(const struct folder *folder, sqlite3_stmt *stmt);

/* Counts the entries, for the progress line and for choosing a sample. Returns an exit code, having
 * said why. */
int folder_count(struct folder *folder);

#endif
