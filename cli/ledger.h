/*
 * ledger.h -- the write side of an import: settles one file after the other, so that each ends in
 * exactly one row of `files`.
 *
 * Files are settled in transactions of a few megabytes. Each begins with BEGIN IMMEDIATE and looks
 * the file up again inside, so that several importers may work on one file at once. An error leaves
 * the transaction it happened in undone and the earlier ones done.
 */
#ifndef LIGHTNING_LEDGER_H
#define LIGHTNING_LEDGER_H

#include <stdbool.h>

#include "db.h"

/* How a file can end. The first six are the states of `files`. */
enum outcome {
    IMPORTED,
    DUPLICATE,
    CONFLICT,
    REJECTED,
    INCOMPLETE,
    SKIPPED,
    REPLACED, /* imported, in the place of an earlier version */
    OUTCOMES
};

extern const char *const outcome_names[OUTCOMES];

/* The columns of the query that reads a folder, as ledger_settle() takes them. The first ones are
 * bound to sql/store/trace.sql in this order. */
enum folder_column {
    TRACE_ID,
    RESPONSE_TEXT = 21,
    HASH,
    DOCUMENT_SIZE,
    PACKED,
    FILE_STATE,
    FILE_ERROR,
    NOTE,
    ROOT,
    PATH,
    FILE_SIZE,
    FILE_MTIME,
    CREDENTIALS,
    UNKNOWN_SHAPE,
    PROMPT, /* these three with keep_text only */
    METADATA,
    RESPONSE
};

/* What the ledger says of a file. */
struct ledger_entry {
    enum outcome state; /* OUTCOMES: it was never met */
    bool same_facts;
    sqlite3_int64 document; /* 0: none */
    sqlite3_int64 held;     /* of a broken file: the document of the trace it held before; or 0 */
};

struct ledger {
    struct db *db;
    bool keep_text;
    bool unbound; /* a value was not bound: no memory */
    sqlite3_int64
        recheck_from;         /* a file with an mtime from here on is to be read again next time */
    sqlite3_int64 dictionary; /* that `packed` was made with; 0: none */
    sqlite3_int64 scorer;
    sqlite3_int64 next_document;
    bool writing;              /* the open transaction is one that writes */
    sqlite3_int64 batch_bytes; /* of documents in the open transaction */
    sqlite3_int64 text_bytes;  /* written for keep_text so far */
    char *replaced;     /* the trace_id of the trace that the file in hand held before, which is
                                * gone now; NULL: none */
    sqlite3_int64 gone; /* traces whose files were rewritten and hold another file's now */
    bool looked_up;     /* `before` is of the file in hand, and cannot have changed since */
    struct ledger_entry before;
    sqlite3_int64 counts[OUTCOMES];
    sqlite3_int64 known[OUTCOMES]; /* unchanged since an earlier import, by their state */
    struct ledger_statements *statements;
};

/* Prepares the statements, and the connection for much writing. Call ledger_close() in any case. */
int ledger_open(struct ledger *ledger, struct db *db);
void ledger_close(struct ledger *ledger);

/* Whether the file's row says that this size and mtime were seen: 1, and then it is counted as known, or
 * 0. What could not be read has neither, and is never known. -1 after an error: that may have undone
 * the open transaction, so nothing more must be settled. */
int ledger_knows(struct ledger *ledger, sqlite3_value *root, sqlite3_value *path,
                 sqlite3_value *size, sqlite3_value *mtime);

/* Settles the file that `row` stands on; begins a transaction unless one is open, and commits it when
 * it is full. *outcome gets OUTCOMES when another importer was first. */
int ledger_settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome);

/* Ends the open transaction, if there is one. */
int ledger_commit(struct ledger *ledger);

/* Commits what is open; then all that was settled is on disk. */
int ledger_finish(struct ledger *ledger);

/* Begins the transaction that ledger_settle() would begin, for what must be stored with it. */
int ledger_begin(struct ledger *ledger);

#endif
