/*
 * connection.h -- what one database connection keeps: the scorer, dictionaries, scratch memory.
 *
 * Every function and module registered holds a reference, so that it lives as long as any of them
 * may be called. A connection is used by one thread at a time, and so is this.
 */
#ifndef LIGHTNING_CONNECTION_H
#define LIGHTNING_CONNECTION_H

#include <stdint.h>

#include "lightning.h"

#include "bytes.h"
#include "pack.h"
#include "reply.h"
#include "reward.h"
#include "scorers.h"

/* Dictionaries kept ready: files hold few, and readers meet them one after the other. */
#define CACHED_PACKERS 8

/* The document that a cursor handed out last, and who knows what it is worth: so that
 * combined_reward(document) need not read it a second time. */
struct offer {
    struct bytes document; /* borrowed until the cursor moves; at is NULL: none */
    void *cursor;
    /* 1: *combined is what the document is worth; 0: it is no trace; -1: out of memory. */
    int (*score)(void *cursor, double *combined);
};

struct connection {
    int references;
    struct scorer *scorer;       /* of the built-in lexicon and rules */
    struct kept_scorers scorers; /* of those given as arguments */
    struct reply reply;          /* scratch of one call */
    struct buffer scratch;       /* likewise */
    struct {
        struct buffer dictionary; /* of one that was trained, the head tells it from others */
        struct packer *packer;
        uint64_t serial; /* of this packer: no other ever has it */
    } packers[CACHED_PACKERS];
    size_t next_packer; /* which to replace next */
    uint64_t packers_made;
    struct offer offer;
};

/* With one reference, the caller's. NULL when out of memory. */
struct connection *connection_new(void);
void connection_retain(struct connection *c);
/* Takes a void pointer to serve as SQLite's destructor. NULL-safe. */
void connection_release(void *c);

/* The scorer of the built-in lexicon and rules, compiled when it is first asked for: that takes
 * milliseconds, and most connections never score. NULL when out of memory. */
const struct scorer *connection_scorer(struct connection *c);

/* A packer for the dictionary (empty: none), owned by the connection and valid until the next call.
 * NULL when out of memory. */
struct packer *connection_packer(struct connection *c, struct bytes dictionary);

/* The same for the dictionary that the file has under this id, of which only the head is read once it is
 * known. *out gets it; returns an SQLite code. */
int connection_packer_of(struct connection *c, sqlite3 *db, sqlite3_int64 id, struct packer **out);

/* The same for argument i of a function: where that is the same for all rows of a statement, it is
 * compared once. NULL when out of memory. */
struct packer *connection_packer_argument(sqlite3_context *context, sqlite3_value **argv, int i);

/* Registers a function or a module that finds the connection through its user data. */
int connection_function(sqlite3 *db, struct connection *c, const char *name, int arguments,
                        int flags, void (*call)(sqlite3_context *, int, sqlite3_value **));
int connection_module(sqlite3 *db, struct connection *c, const char *name,
                      const sqlite3_module *module);

/* A virtual table without a state of its own. `kind` is whatever tells two that share their methods
 * apart, or NULL. */
struct row_table {
    sqlite3_vtab base;
    struct connection *connection; /* which outlives it: the module holds a reference */
    const void *kind;
};

/* xConnect: `safety` is SQLITE_VTAB_DIRECTONLY or SQLITE_VTAB_INNOCUOUS. */
int connection_table(sqlite3 *db, struct connection *c, const char *declaration, int safety,
                     const void *kind, sqlite3_vtab **out);
/* xDisconnect. */
int connection_table_free(sqlite3_vtab *table);

/* For the xBestIndex of a table-valued function whose arguments are the `n` hidden columns from
 * `first` on: has the first constraint on each come to xFilter, in their order, and leaves the others
 * for SQLite to compare. idxNum gets a bit for each argument given. Without the first argument the
 * plan is the last choice, for SQLite asks so for each side of an OR too: xFilter makes it an error. */
int table_arguments_plan(sqlite3_index_info *info, int first, int n);

/* In xFilter: keeps copies of the arguments given, frees those kept before. */
int table_arguments_keep(sqlite3_value **kept, int n, int given, sqlite3_value **argv);
void table_arguments_free(sqlite3_value **kept, int n);

/* Sets the error message of a virtual table; returns what its method shall: `code`, or SQLITE_NOMEM. */
int table_error(sqlite3_vtab *table, int code, const char *message);

/* In xFilter: the scorer that goes by a policy, which may be NULL or absent: then the connection's. It
 * is the cursor's, in `kept`, and stays until it is asked for another, whatever other statements use.
 * NULL after an error, the message of which is set; *rc gets what xFilter shall return. */
const struct scorer *table_scorer(sqlite3_vtab *table, struct kept_scorers *kept,
                                  const char *function, sqlite3_value *policy, int *rc);

/* The bytes of a TEXT or BLOB value; at is NULL for SQL NULL. */
struct bytes value_bytes(sqlite3_value *value);

/* Sets an error that names the function and what is wrong; format as sqlite3_mprintf. */
void result_errorf(sqlite3_context *context, const char *format, ...);
/* A TEXT result, copied; at NULL gives SQL NULL. */
void result_text(sqlite3_context *context, struct bytes text);
/* TEXT where the bytes are UTF-8, else BLOB: nothing is lost either way. */
void result_text_or_blob(sqlite3_context *context, struct bytes bytes);
/* A REAL result; NaN gives SQL NULL. */
void result_real(sqlite3_context *context, double value);

#endif
