/*
 * ledger.h -- the write side of an import: settles one file after the other, so that each ends in
 * exactly one row of `files`.
 *
 * What the ledger promises, whatever the order in which files are met:
 *
 * - Every trace_id that a complete file holds is in `traces`, and its document is that of one of the
 *   files that hold it (state imported), or came through the inbox.
 * - Of several documents with one trace_id the first that came stays. It goes when the file that
 *   brought it is rewritten, or is gone while another that conflicts with it is there; but not while a
 *   further file has the same bytes, or the inbox brought them too. Then the next conflict, by root
 *   and path, takes its place: ledger_resolve() sees to that once all files are settled.
 * - A file that is deleted keeps its row and its bytes, and its trace unless another file claims it.
 * - So an import that follows on another, with no file changed between them, changes nothing.
 *
 * In `files`, held_id is the document of the trace that a broken file held before; of a conflict, the
 * document of the trace that stays.
 *
 * Files are settled in transactions of a few megabytes. Each begins with BEGIN IMMEDIATE and looks
 * the file up again inside, so that several importers may work on one file at once. An error leaves
 * the transaction it happened in undone and the earlier ones done.
 *
 * ledger.c settles, ledger_rows.c has the statements, ledger_walk.c finds a file's row,
 * ledger_resolve.c ends conflicts.
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
    NO_TRACE,
    CREDENTIALS,
    UNKNOWN_SHAPE,
    PROMPT, /* these three with keep_text only */
    METADATA,
    RESPONSE
};

/* What the ledger says of a file. */
struct ledger_entry {
    enum outcome state;     /* OUTCOMES: it was never met */
    bool as_before;         /* the file looks as it did then */
    sqlite3_int64 document; /* 0: none */
    sqlite3_int64 held;     /* see above; or 0 */
};

struct ledger {
    struct db *db;
    bool keep_text;
    const char *session_key; /* paths into the document; NULL: where they are by default */
    const char *user_key;
    const char *policy; /* JSON that traces are scored by; NULL: none */
    bool unbound;       /* a value was not bound: no memory */
    sqlite3_int64
        recheck_from;         /* a file with an mtime from here on is to be read again next time */
    sqlite3_int64 dictionary; /* that `packed` was made with; 0: none */
    sqlite3_int64 scorer;
    sqlite3_int64 next_document;
    bool writing;              /* the open transaction is one that writes */
    sqlite3_int64 batch_bytes; /* of documents in the open transaction */
    sqlite3_int64 text_bytes;  /* written for keep_text so far */
    char *replaced;         /* the trace_id of the trace that the file in hand held before, which is
                                * gone now; NULL: none */
    sqlite3_int64 gone;     /* traces whose files were rewritten and hold another file's now */
    sqlite3_int64 removed;  /* traces removed, whatever came in their place */
    sqlite3_int64 resolved; /* conflicts resolved of files that were not met this time */
    bool looked_up;         /* `before` is of the file in hand, and cannot have changed since */
    struct ledger_entry before;
    sqlite3_int64 counts[OUTCOMES];
    sqlite3_int64 known[OUTCOMES]; /* unchanged since an earlier import, by their state */
    struct ledger_statements *statements;
    struct ledger_walk *walk;
};

/* Prepares the statements, and the connection for much writing. Call ledger_close() in any case. */
int ledger_open(struct ledger *ledger, struct db *db);
void ledger_close(struct ledger *ledger);

/* What known() is told of a file, in this order. */
enum ledger_fact { FACT_ROOT, FACT_PATH, FACT_SIZE, FACT_MTIME, FACT_NO_TRACE, FACTS };

/* Whether the file's row says that it was seen like this, by size and mtime, or by the reason why it
 * cannot be a trace: 1, and then it is counted as known, or 0. What could not be read has neither, and
 * is never known. -1 after an error: that may have undone the open transaction, so nothing more must
 * be settled. Costs least when files come in the order of root and path. */
int ledger_knows(struct ledger *ledger, sqlite3_value *facts[FACTS]);

/* The same, and nothing is counted. */
int ledger_has(struct ledger *ledger, sqlite3_value *facts[FACTS]);

/* Settles the file that `row` stands on; begins a transaction unless one is open, and commits it when
 * it is full. *outcome gets OUTCOMES when another importer was first. */
int ledger_settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome);

/* Ends the conflicts that can be ended, and counts them as what they became. */
int ledger_resolve(struct ledger *ledger);

/* The conflicts that are new and last: a query of their root, path and reason. */
int ledger_new_conflicts(struct ledger *ledger, sqlite3_stmt **out);

/* Ends the open transaction, if there is one. */
int ledger_commit(struct ledger *ledger);

/* Commits what is open; then all that was settled is on disk. */
int ledger_finish(struct ledger *ledger);

/* Begins the transaction that ledger_settle() would begin, for what must be stored with it. */
int ledger_begin(struct ledger *ledger);

#endif
