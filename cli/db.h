/*
 * db.h -- the file: opened, checked, brought up to date, closed.
 *
 * Every connection has the extension, a busy timeout of 30 s, foreign keys and synchronous=FULL. A
 * database of another program, or of a newer lightning, is refused by name and never touched.
 *
 *     struct db db;
 *     int code = db_open(&db, args, DB_WRITE);
 *
 *     if (code == DONE)
 *         code = db_run(&db, "DELETE FROM main.inbox WHERE reason IS NOT NULL");
 *     return db_close(&db, code);
 *
 * A file that is all there is (no -wal beside it) in a folder where nothing may be written is read as it
 * is, without SQLite's locks; db_close() complains should it have changed meanwhile.
 *
 * With --show-sql no file is opened, `handle` is NULL, and db_run() and db_prepare() print what
 * would be run.
 *
 * The functions return exit codes, DONE or UNUSABLE, and have said why when it is not DONE.
 */
#ifndef LIGHTNING_DB_H
#define LIGHTNING_DB_H

#include <sqlite3.h>
#include <stdbool.h>

#include "arguments.h"
#include "message.h"

enum db_mode {
    DB_READ,              /* the file must exist, and is not changed */
    DB_WRITE,             /* the file must exist */
    DB_WRITE_IF_POSSIBLE, /* the file must exist; DB_READ where it or its folder is read-only */
    DB_CREATE,            /* made, readable by its owner alone, when it is not there or empty */
    DB_MEMORY,            /* no file and no tables: for what reads folders */
};

struct db {
    sqlite3 *handle;
    const char *path; /* as the user wrote it; NULL in memory */
    char *filename;   /* the same for SQLite: see db_filename() */
    bool show_sql;
    bool writable;
    bool tidy;                 /* there was no -wal before this connection: none is left after it */
    bool frozen;               /* read as it is, without locks: nothing may be written beside it */
    sqlite3_int64 frozen_size; /* what it was then, */
    sqlite3_int64 frozen_mtime; /* in nanoseconds */
    int version; /* its user_version; older than schema_latest() only when not writable */
};

/* The extension, which is linked in. With SQLITE_CORE its last argument is not used. */
int sqlite3_lightning_init(sqlite3 *handle, char **error, const sqlite3_api_routines *api);

/* The name by which SQLite takes a path for a path: "file:x" is no URI, ":memory:" a file; links are
 * followed. To be freed with sqlite3_free(); NULL when out of memory. */
char *db_filename(const char *path);

/* Opens args->db. Call db_close() in any case. */
int db_open(struct db *db, const struct arguments *args, enum db_mode mode);

/* Closes the file, leaving no -wal behind unless others have it open. Returns `code`, or UNUSABLE
 * when closing was what failed. All statements must be finalized. */
int db_close(struct db *db, int code);

/* Runs the statements of a text; rows they give are dropped. */
int db_run(struct db *db, const char *sql);

/* Compiles one statement. With --show-sql *out is NULL, which sqlite3_finalize() takes too. */
int db_prepare(struct db *db, const char *sql, sqlite3_stmt **out);

/* Goes to a query's next row; at its end, or after an error, which *code tells, false. */
bool db_next_row(const struct db *db, sqlite3_stmt *stmt, int *code);

/* The first column of the first row of a query, which must have one. With --show-sql *out stays. */
int db_integer(struct db *db, const char *sql, sqlite3_int64 *out);

/* Says the connection's last error, as "lightning: traces.db: DOING: error" (NULL: without the middle
 * part), and returns UNUSABLE. */
int db_complain(const struct db *db, const char *doing);

/* Takes in what waits in the inbox. Returns NEEDS_A_LOOK, having said why, when something could not
 * be taken in, or when the file is read-only and something waits. Not inside a transaction. */
int db_take_in(struct db *db);

#endif
