#include "ledger.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "embedded.h"
#include "ledger_rows.h"

/* A transaction is committed when its documents reach this: long enough to be fast, short enough for
 * other writers and for the -wal. */
#define BATCH_BYTES (8 << 20)

/* Commits between the batches need not wait for the disk: after a power cut the file is whole, and the
 * ledger tells which files to read again. A -wal of 64 MB is folded into the file at a time, since
 * the pages of the indexes are written again and again. */
static const char bulk_sql[] = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8192; "
                               "PRAGMA cache_size = -16000";

/* Files change their mtime in steps: one that was written within this time before it was read, in
 * nanoseconds, may be written again in the same step. The coarsest steps are those of FAT. */
#define STEP_NS (2 * INT64_C(1000000000))

/* In nanoseconds since 1970. */
static sqlite3_int64 now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (sqlite3_int64)time.tv_sec * 1000000000 + time.tv_nsec;
}

int ledger_open(struct ledger *ledger, struct db *db)
{
    *ledger = (struct ledger){.db = db, .recheck_from = now() - STEP_NS};
    int code = db_run(db, bulk_sql);
    if (code == DONE)
        code = db_run(db, embedded_sql("store/scorer.sql"));
    if (code == DONE)
        code = ledger_rows_open(ledger);
    if (code == DONE)
        code = ledger_walk_open(ledger);
    if (code == DONE && !db->show_sql)
        code = db_integer(db, embedded_sql("store/scorer_in_force.sql"), &ledger->scorer);
    return code;
}

void ledger_close(struct ledger *ledger)
{
    ledger_walk_close(ledger);
    ledger_rows_close(ledger);
    sqlite3_free(ledger->replaced);
    ledger->replaced = NULL;
    if (ledger->db && ledger->db->handle && !sqlite3_get_autocommit(ledger->db->handle))
        sqlite3_exec(ledger->db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int ledger_has(struct ledger *ledger, sqlite3_value *facts[FACTS])
{
    /* One transaction for many look-ups: each by itself would lock the file and look at its -wal. */
    if (sqlite3_get_autocommit(ledger->db->handle) && db_run(ledger->db, "BEGIN") != DONE)
        return -1;
    if (ledger_walk_find(ledger, facts, &ledger->before) != SQLITE_OK)
        return -1;
    /* In a transaction that writes, no other importer can come between this and the settling. */
    ledger->looked_up = ledger->writing;
    return ledger->before.as_before;
}

int ledger_knows(struct ledger *ledger, sqlite3_value *facts[FACTS])
{
    int has = ledger_has(ledger, facts);
    if (has <= 0)
        return has;
    ledger->known[ledger->before.state]++;
    if (ledger->before.state == CONFLICT &&
        ledger_meet_conflict(ledger, facts[FACT_ROOT], facts[FACT_PATH], false) != SQLITE_OK)
        return -1;
    return 1;
}

/* Records a file that holds a trace; says so when that stands in the place of another. */
static int record_trace(struct ledger *ledger, sqlite3_stmt *row, struct verdict verdict)
{
    const char *id = (const char *)sqlite3_column_text(row, TRACE_ID);
    const char *reason = verdict.reason;
    char *longer = NULL;
    if (ledger->replaced && verdict.outcome == REPLACED && id && strcmp(id, ledger->replaced) == 0)
        longer = sqlite3_mprintf("rewritten%s%s", reason ? "; " : "", reason ? reason : "");
    else if (ledger->replaced)
        longer = sqlite3_mprintf("rewritten: it held %s before%s%s", ledger->replaced,
                                 reason ? "; " : "", reason ? reason : "");
    if (ledger->replaced && !longer)
        return SQLITE_NOMEM;
    if (longer)
        verdict.reason = longer;
    int rc = ledger_record(ledger, row, &verdict);
    if (rc == SQLITE_OK && ledger->replaced && verdict.outcome != REPLACED)
        rc = ledger_note_gone(ledger);
    sqlite3_free(longer);
    return rc;
}

/* The document of the trace that the file brought, which is not a duplicate's; or 0. */
static sqlite3_int64 trace_document_of(const struct ledger_entry *entry)
{
    if (entry->state == IMPORTED)
        return entry->document;
    return entry->state == CONFLICT ? 0 : entry->held;
}

/* The document that is this file's and no trace's: a conflict's, or a broken file's; or 0. */
static sqlite3_int64 other_document_of(const struct ledger_entry *entry)
{
    return entry->state == IMPORTED || entry->state == DUPLICATE ? 0 : entry->document;
}

/* A file that is no trace. Its bytes are kept, or those it had when it could be read last; the trace it
 * held before it was broken stays, and stays this file's. */
static int settle_broken(struct ledger *ledger, sqlite3_stmt *row,
                         const struct ledger_entry *before, enum outcome *outcome)
{
    struct verdict verdict = {
        .outcome = outcome_of((const char *)sqlite3_column_text(row, FILE_STATE)),
        .reason = (const char *)sqlite3_column_text(row, FILE_ERROR),
        .document = other_document_of(before),
        .held = trace_document_of(before),
    };
    bool has_bytes = sqlite3_column_type(row, PACKED) == SQLITE_BLOB;
    int rc = SQLITE_OK;
    *outcome = verdict.outcome;
    if (*outcome == OUTCOMES)
        return SQLITE_NOMEM;
    if (has_bytes)
        rc = ledger_store_document(ledger, row, &verdict.document);
    else if (!verdict.document)
        verdict.document = verdict.held;
    if (rc == SQLITE_OK)
        rc = ledger_record(ledger, row, &verdict);
    if (rc == SQLITE_OK && has_bytes)
        rc = ledger_remove_document(ledger, other_document_of(before));
    return rc;
}

/* A trace whose trace_id is there already. The document, which is stored, is not needed when it is the
 * same. */
static int settle_known_id(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 document,
                           enum outcome *outcome)
{
    sqlite3_int64 first = 0;
    int rc = ledger_compare(ledger, sqlite3_column_value(row, TRACE_ID),
                            sqlite3_column_value(row, PACKED), ledger->dictionary, outcome, &first);
    if (rc != SQLITE_OK)
        return rc;
    if (*outcome != DUPLICATE) {
        *outcome = CONFLICT;
        rc = record_trace(ledger, row,
                          (struct verdict){CONFLICT,
                                           "its trace_id is that of another trace, with other "
                                           "bytes; the first one stays",
                                           document, first});
        return rc == SQLITE_OK ? ledger_meet_conflict(ledger, sqlite3_column_value(row, ROOT),
                                                      sqlite3_column_value(row, PATH), true)
                               : rc;
    }
    rc = ledger_remove_document(ledger, document);
    return rc == SQLITE_OK
               ? record_trace(ledger, row,
                              (struct verdict){DUPLICATE,
                                               (const char *)sqlite3_column_text(row, NOTE), first,
                                               0})
               : rc;
}

/* The document goes before its trace: the other way round, SQLite would search the traces for those
 * that wait for it. */
static int settle_trace(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    sqlite3_int64 document;
    bool is_new = false;
    int rc = ledger_store_document(ledger, row, &document);
    if (rc == SQLITE_OK)
        rc = ledger_store_trace(ledger, row, PROMPT, document, &is_new);
    if (rc != SQLITE_OK)
        return rc;
    if (!is_new)
        return settle_known_id(ledger, row, document, outcome);
    *outcome = ledger->replaced ? REPLACED : IMPORTED;
    return record_trace(
        ledger, row,
        (struct verdict){*outcome, (const char *)sqlite3_column_text(row, NOTE), document, 0});
}

/* A file that holds again what it held before it was broken, or could not be read: its trace stays as
 * it is, with all that was added to it. */
static int take_back(struct ledger *ledger, sqlite3_stmt *row, const struct ledger_entry *before)
{
    struct verdict verdict = {.outcome = IMPORTED,
                              .reason = (const char *)sqlite3_column_text(row, NOTE),
                              .document = before->held};
    int rc = ledger_record(ledger, row, &verdict);
    ledger->known[IMPORTED]++;
    return rc == SQLITE_OK ? ledger_remove_document(ledger, other_document_of(before)) : rc;
}

/* Whether the file holds what it held when it was last met, and so ends as it did. */
static int holds_the_same(struct ledger *ledger, sqlite3_stmt *row,
                          const struct ledger_entry *before, bool *same)
{
    bool was_trace =
        before->state == IMPORTED || before->state == DUPLICATE || before->state == CONFLICT;
    bool is_trace = sqlite3_column_type(row, FILE_STATE) == SQLITE_NULL;
    *same = false;
    if (!before->document || was_trace != is_trace)
        return SQLITE_OK;
    return ledger_holds(ledger, row, before->document, same);
}

static int settle_same(struct ledger *ledger, sqlite3_stmt *row, const struct ledger_entry *before)
{
    int rc = SQLITE_OK;
    ledger->known[before->state]++;
    if (before->state == CONFLICT)
        rc = ledger_meet_conflict(ledger, sqlite3_column_value(row, ROOT),
                                  sqlite3_column_value(row, PATH), false);
    return rc == SQLITE_OK && !before->as_before ? ledger_touch(ledger, row) : rc;
}

/* A file that is complete and holds something new. */
static int settle_changed(struct ledger *ledger, sqlite3_stmt *row,
                          const struct ledger_entry *before, enum outcome *outcome)
{
    sqlite3_int64 held = trace_document_of(before);
    bool same = false;
    int rc = SQLITE_OK;
    if (before->state != CONFLICT && before->held)
        rc = ledger_holds(ledger, row, before->held, &same);
    if (rc == SQLITE_OK && same)
        return take_back(ledger, row, before);
    if (rc == SQLITE_OK && held)
        rc = ledger_remove_trace(ledger, held);
    if (rc == SQLITE_OK)
        rc = settle_trace(ledger, row, outcome);
    if (rc == SQLITE_OK)
        rc = ledger_remove_document(ledger, held);
    if (rc == SQLITE_OK)
        rc = ledger_remove_document(ledger, other_document_of(before));
    return rc;
}

/* Settles a file inside the open transaction. */
static int settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    struct ledger_entry before = ledger->before;
    int rc = SQLITE_OK;
    if (!ledger->looked_up) {
        sqlite3_value *facts[FACTS];
        for (int i = 0; i < FACTS; i++)
            facts[i] = sqlite3_column_value(row, ROOT + i);
        rc = ledger_look_up(ledger, facts, &before);
        if (rc != SQLITE_OK)
            return rc;
    }
    bool same = before.as_before;
    sqlite3_free(ledger->replaced);
    ledger->replaced = NULL;
    *outcome = OUTCOMES;
    if (!same)
        rc = holds_the_same(ledger, row, &before, &same);
    if (rc != SQLITE_OK)
        return rc;
    if (same)
        return settle_same(ledger, row, &before);
    if (sqlite3_column_type(row, FILE_STATE) != SQLITE_NULL)
        return settle_broken(ledger, row, &before, outcome);
    return settle_changed(ledger, row, &before, outcome);
}

int ledger_commit(struct ledger *ledger)
{
    ledger->writing = false;
    /* A row that it still stood on would keep the snapshot, on which nothing could be written. */
    ledger_walk_leave(ledger);
    if (ledger->db->show_sql || sqlite3_get_autocommit(ledger->db->handle))
        return DONE;
    return db_run(ledger->db, "COMMIT");
}

int ledger_begin(struct ledger *ledger)
{
    if (ledger->writing)
        return DONE;
    /* Not on top of a transaction that has read: what it saw may be old by now. */
    int code = ledger_commit(ledger);
    if (code == DONE)
        code = db_run(ledger->db, "BEGIN IMMEDIATE");
    if (code != DONE)
        return code;
    ledger->writing = true;
    ledger->batch_bytes = 0;
    return db_integer(ledger->db, embedded_sql("store/next_document.sql"), &ledger->next_document);
}

int ledger_settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    int code = ledger_begin(ledger);
    if (code != DONE)
        return code;
    int rc = settle(ledger, row, outcome);
    if (rc == SQLITE_NOMEM)
        return complain_of_memory();
    if (rc != SQLITE_OK)
        return db_complain(ledger->db, (const char *)sqlite3_column_text(row, PATH));
    if (*outcome != OUTCOMES)
        ledger->counts[*outcome]++;
    if (ledger->batch_bytes >= BATCH_BYTES)
        code = ledger_commit(ledger);
    return code;
}

int ledger_finish(struct ledger *ledger)
{
    int code = ledger_commit(ledger);
    if (ledger->db->show_sql)
        return db_run(ledger->db, "PRAGMA synchronous = FULL");
    /* One commit that waits for the disk puts those before it there too. Setting the version to what
     * it is writes a page, so that there is something to commit. */
    if (code == DONE)
        code = db_run(ledger->db, "PRAGMA synchronous = FULL");
    if (code == DONE) {
        char *sql = sqlite3_mprintf("PRAGMA user_version = %d", ledger->db->version);
        code = sql ? db_run(ledger->db, sql) : complain_of_memory();
        sqlite3_free(sql);
    }
    return code;
}
