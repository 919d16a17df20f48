/*
 * ledger_rows.h -- the statements of the ledger, and what each of them does to the tables. Only
 * ledger*.c include it.
 *
 * The functions return SQLite's codes; a statement that gives no row is no error.
 */
#ifndef LIGHTNING_LEDGER_ROWS_H
#define LIGHTNING_LEDGER_ROWS_H

#include "ledger.h"

enum ledger_statement {
    LOOK_UP,
    RECORD,
    TOUCH,
    SAME_BYTES,
    INSERT_TRACE,
    INSERT_DOCUMENT,
    INSERT_TEXT,
    SAME_DOCUMENT,
    TRACE_OF,
    HAND_OVER,
    INBOX_HOLDS,
    DELETE_TRACE,
    DELETE_DOCUMENT,
    MEET_CONFLICT,
    NOTE_GONE,
    STATEMENTS
};

int ledger_rows_open(struct ledger *ledger);
void ledger_rows_close(struct ledger *ledger);

sqlite3_stmt *ledger_statement(const struct ledger *ledger, enum ledger_statement which);
void ledger_bind(struct ledger *ledger, enum ledger_statement which, int parameter,
                 sqlite3_value *value);
/* Also makes it ready for the next time; `rc` is what its last step gave. */
int ledger_reset(struct ledger *ledger, enum ledger_statement which, int rc);
int ledger_step(struct ledger *ledger, enum ledger_statement which);
/* Runs a statement that gives no rows. */
int ledger_run(struct ledger *ledger, enum ledger_statement which);

/* The state of a row of `files`; OUTCOMES when it is none. */
enum outcome outcome_of(const char *state);

/* Looks one file up by itself. */
int ledger_look_up(struct ledger *ledger, sqlite3_value *const facts[FACTS],
                   struct ledger_entry *entry);

/* Stores the document of the row under a new id. */
int ledger_store_document(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 *id);
/* Stores a trace; *is_new tells whether its trace_id was there before: then nothing is done. Its
 * columns are the first ones of `row`; with keep_text those from `texts` on are kept too. */
int ledger_store_trace(struct ledger *ledger, sqlite3_stmt *row, int texts, sqlite3_int64 document,
                       bool *is_new);
/* Removes a document that is no trace's and that no file has; 0 is none. */
int ledger_remove_document(struct ledger *ledger, sqlite3_int64 document);
/* Removes the trace that came from a document, unless another file holds it too (then it becomes that
 * one's) or the inbox brought it too. ledger->replaced gets its name when it is gone. */
int ledger_remove_trace(struct ledger *ledger, sqlite3_int64 document);

/* Whether the file holds what this document does. */
int ledger_holds(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 document, bool *same);
/* How a trace stands to the stored one of its trace_id: *outcome gets DUPLICATE or CONFLICT, and
 * *document that one's document; or OUTCOMES when none with a document is stored. */
int ledger_compare(struct ledger *ledger, sqlite3_value *trace_id, sqlite3_value *packed,
                   sqlite3_int64 dictionary, enum outcome *outcome, sqlite3_int64 *document);

/* What the ledger is to say of a file. */
struct verdict {
    enum outcome outcome;
    const char *reason; /* NULL: none */
    sqlite3_int64 document;
    sqlite3_int64 held;
};

int ledger_record(struct ledger *ledger, sqlite3_stmt *row, const struct verdict *verdict);
/* The row is right, but for size and mtime. */
int ledger_touch(struct ledger *ledger, sqlite3_stmt *row);
/* Notes that the file is a conflict, now or still, for ledger_resolve(). */
int ledger_meet_conflict(struct ledger *ledger, sqlite3_value *root, sqlite3_value *path,
                         bool is_new);

/* Notes that the trace that was replaced may be gone for good. */
int ledger_note_gone(struct ledger *ledger);

/* ---- ledger_walk.c ---- */

int ledger_walk_open(struct ledger *ledger);
void ledger_walk_close(struct ledger *ledger);
/* Leaves the table, as must be done before the transaction ends. */
void ledger_walk_leave(struct ledger *ledger);
/* Finds the file's entry. Of a file that is as before it tells no more than the state. */
int ledger_walk_find(struct ledger *ledger, sqlite3_value *const facts[FACTS],
                     struct ledger_entry *entry);

#endif
