#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "embedded.h"

/* A transaction is committed when its documents reach this: long enough to be fast, short enough
 * for other writers and for the -wal. */
#define BATCH_BYTES (8 << 20)

const char *const outcome_names[OUTCOMES] = {
    "imported", "duplicate", "conflict", "rejected", "incomplete", "skipped", "replaced",
};

enum {
    LOOK_UP,
    RECORD,
    INSERT_TRACE,
    INSERT_DOCUMENT,
    INSERT_TEXT,
    SAME_DOCUMENT,
    HAS_TRACE,
    DELETE_TRACE,
    DELETE_DOCUMENT,
    STATEMENTS
};

struct ledger_statements {
    sqlite3_stmt *at[STATEMENTS];
};

/* Those that name a file are in sql/store. */
static const char *const texts[STATEMENTS] = {
    [LOOK_UP] = "SELECT state, document_id, size = ?3 AND mtime = ?4 FROM main.files "
                "WHERE root = ?1 AND path = ?2",
    [RECORD] = "INSERT INTO main.files (root, path, size, mtime, state, reason, document_id) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
               "ON CONFLICT (root, path) DO UPDATE SET size = excluded.size, "
               "mtime = excluded.mtime, state = excluded.state, reason = excluded.reason, "
               "document_id = excluded.document_id",
    [INSERT_TRACE] = "store/trace.sql",
    [INSERT_DOCUMENT] = "store/document.sql",
    [INSERT_TEXT] = "INSERT INTO main.trace_text (id, prompt, metadata, response) "
                    "VALUES (last_insert_rowid(), ?1, ?2, ?3)",
    [SAME_DOCUMENT] = "store/same_document.sql",
    [HAS_TRACE] = "SELECT 1 FROM main.traces WHERE document_id = ?1",
    /* Not while a duplicate of its file stands for it. */
    [DELETE_TRACE] = "DELETE FROM main.traces WHERE document_id = ?1 AND NOT EXISTS "
                     "(SELECT 1 FROM main.files WHERE document_id = ?1 AND state = 'duplicate')",
    [DELETE_DOCUMENT] = "DELETE FROM main.documents WHERE id = ?1 "
                        "AND NOT EXISTS (SELECT 1 FROM main.traces WHERE document_id = ?1)",
};

int ledger_open(struct ledger *ledger, struct db *db)
{
    int code = DONE;
    *ledger = (struct ledger){.db = db};
    ledger->statements = calloc(1, sizeof *ledger->statements);
    if (!ledger->statements)
        return complain_of_memory();
    code = db_run(db, embedded_sql("store/scorer.sql"));
    for (int i = 0; i < STATEMENTS && code == DONE; i++) {
        const char *embedded = embedded_sql(texts[i]);
        code = db_prepare(db, embedded ? embedded : texts[i], &ledger->statements->at[i]);
    }
    if (code == DONE && !db->show_sql)
        code = db_integer(db, "SELECT id FROM main.scorers WHERE hash = lightning_scorer()",
                          &ledger->scorer);
    return code;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger->statements)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ledger->statements->at[i]);
    free(ledger->statements);
    ledger->statements = NULL;
    if (ledger->db->handle && !sqlite3_get_autocommit(ledger->db->handle))
        sqlite3_exec(ledger->db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- steps ---- */

static sqlite3_stmt *statement(const struct ledger *ledger, int which)
{
    return ledger->statements->at[which];
}

/* Steps a statement that gives no rows, and makes it ready for the next time. */
static int run(struct ledger *ledger, int which)
{
    sqlite3_step(statement(ledger, which));
    return sqlite3_reset(statement(ledger, which));
}

static enum outcome outcome_of(const char *state)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (state && strcmp(outcome_names[i], state) == 0)
            return i;
    return OUTCOMES;
}

/* What the ledger says of a file. */
struct entry {
    enum outcome state; /* OUTCOMES: it was never met */
    bool same_facts;
    sqlite3_int64 document; /* 0: none */
};

static int look_up(struct ledger *ledger, sqlite3_value *const facts[4], struct entry *entry)
{
    sqlite3_stmt *stmt = statement(ledger, LOOK_UP);
    *entry = (struct entry){.state = OUTCOMES};
    for (int i = 0; i < 4; i++)
        sqlite3_bind_value(stmt, i + 1, facts[i]);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        entry->state = outcome_of((const char *)sqlite3_column_text(stmt, 0));
        entry->document = sqlite3_column_int64(stmt, 1);
        entry->same_facts = sqlite3_column_int(stmt, 2);
    }
    return sqlite3_reset(stmt);
}

bool ledger_knows(struct ledger *ledger, sqlite3_value *root, sqlite3_value *path,
                  sqlite3_value *size, sqlite3_value *mtime)
{
    sqlite3_value *const facts[] = {root, path, size, mtime};
    struct entry entry;
    /* An error shows when the file is settled, which looks it up again. */
    if (look_up(ledger, facts, &entry) != SQLITE_OK || !entry.same_facts)
        return false;
    ledger->known[entry.state]++;
    return true;
}

static int store_document(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 *id)
{
    sqlite3_stmt *stmt = statement(ledger, INSERT_DOCUMENT);
    *id = ledger->next_document++;
    sqlite3_bind_int64(stmt, 1, *id);
    sqlite3_bind_value(stmt, 2, sqlite3_column_value(row, HASH));
    sqlite3_bind_value(stmt, 3, sqlite3_column_value(row, DOCUMENT_SIZE));
    sqlite3_bind_value(stmt, 4, sqlite3_column_value(row, PACKED));
    if (ledger->dictionary)
        sqlite3_bind_int64(stmt, 5, ledger->dictionary);
    else
        sqlite3_bind_null(stmt, 5);
    ledger->batch_bytes += sqlite3_column_int64(row, DOCUMENT_SIZE);
    return run(ledger, INSERT_DOCUMENT);
}

static int store_text(struct ledger *ledger, sqlite3_stmt *row)
{
    sqlite3_stmt *stmt = statement(ledger, INSERT_TEXT);
    for (int i = PROMPT; i <= RESPONSE; i++) {
        sqlite3_bind_value(stmt, i - PROMPT + 1, sqlite3_column_value(row, i));
        ledger->text_bytes += sqlite3_column_bytes(row, i);
    }
    return run(ledger, INSERT_TEXT);
}

/* Removes a document, and the trace that came from it, unless another file stands for it too. */
static int remove_trace(struct ledger *ledger, sqlite3_int64 document)
{
    sqlite3_bind_int64(statement(ledger, DELETE_TRACE), 1, document);
    int rc = run(ledger, DELETE_TRACE);
    ledger->replacing = rc == SQLITE_OK && sqlite3_changes(ledger->db->handle) > 0;
    return rc;
}

static int remove_document(struct ledger *ledger, sqlite3_int64 document)
{
    sqlite3_bind_int64(statement(ledger, DELETE_DOCUMENT), 1, document);
    return run(ledger, DELETE_DOCUMENT);
}

static int record(struct ledger *ledger, sqlite3_stmt *row, enum outcome outcome,
                  sqlite3_value *reason, const char *plain_reason, sqlite3_int64 document)
{
    sqlite3_stmt *stmt = statement(ledger, RECORD);
    const char *state = outcome_names[outcome == REPLACED ? IMPORTED : outcome];
    for (int i = ROOT; i <= FILE_MTIME; i++)
        sqlite3_bind_value(stmt, i - ROOT + 1, sqlite3_column_value(row, i));
    sqlite3_bind_text(stmt, 5, state, -1, SQLITE_STATIC);
    if (plain_reason)
        sqlite3_bind_text(stmt, 6, plain_reason, -1, SQLITE_STATIC);
    else
        sqlite3_bind_value(stmt, 6, reason);
    if (document)
        sqlite3_bind_int64(stmt, 7, document);
    else
        sqlite3_bind_null(stmt, 7);
    return run(ledger, RECORD);
}

/* ---- settling ---- */

/* Whether the document came from this file; a duplicate's came from another. */
static bool owns_document(const struct entry *entry)
{
    return entry->document && entry->state != DUPLICATE;
}

/* A file that is no trace. The trace it held before it was broken stays, and stays this file's;
 * else its bytes are kept. */
static int settle_broken(struct ledger *ledger, sqlite3_stmt *row, const struct entry *before,
                         enum outcome *outcome)
{
    sqlite3_int64 document = 0;
    bool has_trace = false;
    int rc = SQLITE_OK;
    *outcome = outcome_of((const char *)sqlite3_column_text(row, FILE_STATE));
    if (owns_document(before)) {
        sqlite3_bind_int64(statement(ledger, HAS_TRACE), 1, before->document);
        has_trace = sqlite3_step(statement(ledger, HAS_TRACE)) == SQLITE_ROW;
        rc = sqlite3_reset(statement(ledger, HAS_TRACE));
    }
    if (has_trace)
        document = before->document;
    else if (*outcome == REJECTED && sqlite3_column_type(row, PACKED) == SQLITE_BLOB)
        rc = store_document(ledger, row, &document);
    if (rc == SQLITE_OK)
        rc = record(ledger, row, *outcome, sqlite3_column_value(row, FILE_ERROR), NULL, document);
    if (rc == SQLITE_OK && owns_document(before) && !has_trace)
        rc = remove_document(ledger, before->document);
    return rc;
}

/* A trace whose trace_id another document has. */
static int settle_known_id(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    sqlite3_stmt *stmt = statement(ledger, SAME_DOCUMENT);
    sqlite3_int64 document = 0;
    sqlite3_bind_value(stmt, 1, sqlite3_column_value(row, TRACE_ID));
    sqlite3_bind_value(stmt, 2, sqlite3_column_value(row, DOCUMENT));
    *outcome = CONFLICT;
    if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 1)) {
        *outcome = DUPLICATE;
        document = sqlite3_column_int64(stmt, 0);
    }
    int rc = sqlite3_reset(stmt);
    if (rc != SQLITE_OK)
        return rc;
    if (*outcome == DUPLICATE)
        return record(ledger, row, DUPLICATE, sqlite3_column_value(row, NOTE), NULL, document);
    rc = store_document(ledger, row, &document);
    return rc == SQLITE_OK ? record(ledger, row, CONFLICT, NULL,
                                    "its trace_id is that of another file, with other bytes; the "
                                    "first one stays",
                                    document)
                           : rc;
}

static int settle_trace(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    sqlite3_stmt *stmt = statement(ledger, INSERT_TRACE);
    sqlite3_int64 document;
    for (int i = 0; i <= RESPONSE_TEXT; i++)
        sqlite3_bind_value(stmt, i + 1, sqlite3_column_value(row, i));
    sqlite3_bind_int64(stmt, RESPONSE_TEXT + 2, ledger->next_document);
    sqlite3_bind_int64(stmt, RESPONSE_TEXT + 3, ledger->scorer);
    int rc = run(ledger, INSERT_TRACE);
    if (rc != SQLITE_OK)
        return rc;
    if (sqlite3_changes(ledger->db->handle) == 0)
        return settle_known_id(ledger, row, outcome);
    *outcome = ledger->replacing ? REPLACED : IMPORTED;
    if (ledger->keep_text)
        rc = store_text(ledger, row);
    if (rc == SQLITE_OK)
        rc = store_document(ledger, row, &document);
    if (rc == SQLITE_OK)
        rc = record(ledger, row, *outcome, sqlite3_column_value(row, NOTE), NULL, document);
    return rc;
}

/* Settles a file inside the open transaction. */
static int settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    sqlite3_value *facts[4];
    struct entry before;
    for (int i = 0; i < 4; i++)
        facts[i] = sqlite3_column_value(row, ROOT + i);
    int rc = look_up(ledger, facts, &before);
    if (rc != SQLITE_OK)
        return rc;
    ledger->replacing = false;
    *outcome = OUTCOMES;
    if (before.same_facts) {
        ledger->known[before.state]++;
        return SQLITE_OK;
    }
    if (sqlite3_column_type(row, FILE_STATE) != SQLITE_NULL)
        return settle_broken(ledger, row, &before, outcome);
    if (owns_document(&before))
        rc = remove_trace(ledger, before.document);
    if (rc == SQLITE_OK)
        rc = settle_trace(ledger, row, outcome);
    if (rc == SQLITE_OK && owns_document(&before))
        rc = remove_document(ledger, before.document);
    return rc;
}

int ledger_begin(struct ledger *ledger)
{
    if (!sqlite3_get_autocommit(ledger->db->handle))
        return DONE;
    ledger->batch_bytes = 0;
    int code = db_run(ledger->db, "BEGIN IMMEDIATE");
    if (code == DONE)
        code = db_integer(ledger->db, "SELECT coalesce(max(id), 0) + 1 FROM main.documents",
                          &ledger->next_document);
    return code;
}

int ledger_settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    int code = ledger_begin(ledger);
    if (code != DONE)
        return code;
    if (settle(ledger, row, outcome) != SQLITE_OK)
        return db_complain(ledger->db, (const char *)sqlite3_column_text(row, PATH));
    if (*outcome != OUTCOMES)
        ledger->counts[*outcome]++;
    if (ledger->batch_bytes >= BATCH_BYTES)
        code = db_run(ledger->db, "COMMIT");
    return code;
}

int ledger_finish(struct ledger *ledger)
{
    if (sqlite3_get_autocommit(ledger->db->handle))
        return DONE;
    return db_run(ledger->db, "COMMIT");
}
