/*
 * take_in.c -- lightning_take_in(): turns what waits in the inbox into traces.
 *
 * Documents are scored by the policy in force in the file, as import scores them: taking in is no
 * pure function but a command, and by hand it must not give other scores than `lightning` does.
 *
 * A document that is a trace leaves the inbox; one that is none, or whose trace_id is already there
 * with other bytes, stays with its reason. Returns how many left. Each batch is a transaction of
 * its own, so it is refused inside one.
 */
#include "connection.h"

#include "ext_sql.h"

/* Rows of one transaction: long enough to be fast, short enough for other writers. */
#define BATCH 500

/* A day of the calendar, or NULL: by reckoning, date() makes 1 March of 29 February 2023. */
#define REAL_DAY(text)                                                                             \
    "CASE WHEN date(" text ", '+0 days') = " text " AND " text " > '0001' THEN " text " END"

/* A waiting document, read: the columns in the order that sql/store/trace.sql takes them, then those
 * that the rest needs. A trace without a date of its own belongs to the day it was received. */
static const char waiting_sql[] =
    "SELECT r.trace_id, r.component, "
    "coalesce(" REAL_DAY("r.day") ", " REAL_DAY(
        "substr(i.received_at, 1, 10)") "), "
                                        "r.timestamp_start, r.timestamp_end, r.session_id, "
                                        "r.user_id, r.model, r.latency_ms, "
                                        "r.prompt_tokens, r.completion_tokens, r.finish_reason, "
                                        "r.blocked, r.error_class, r.reward, "
                                        "r.reward_safety, r.reward_empathy, r.reward_length, "
                                        "r.reward_latency, r.combined_reward, "
                                        "r.error, r.response_text, r.file_error, i.id, "
                                        "r.document_hash, "
                                        "r.document_size, r.packed "
                                        "FROM main.inbox AS i, read_trace(i.document, ?1, NULL, "
                                        "NULL, "
                                        "(SELECT policy FROM main.policies WHERE kind = 'safety' "
                                        "AND in_force = 1)) AS r "
                                        "WHERE i.reason IS NULL ORDER BY i.id LIMIT ?2";

enum {
    TRACE_ID,
    DAY = 2,
    FILE_ERROR = 22, /* so many columns of a trace come first */
    INBOX_ID,
    HASH,
    SIZE,
    PACKED
};

/* Prepared for one call: functions keep no statements. */
struct take_in {
    sqlite3 *db;
    sqlite3_stmt *waiting;
    sqlite3_stmt *insert_trace;
    sqlite3_stmt *insert_document;
    sqlite3_stmt *same_document;
    sqlite3_stmt *remove_document;
    sqlite3_stmt *remove;
    sqlite3_stmt *keep;
    sqlite3_stmt *remember;
    sqlite3_int64 dictionary; /* 0: none */
    sqlite3_int64 scorer;
    sqlite3_int64 next_document;
    sqlite3_int64 taken;
};

static int prepare_all(struct take_in *t)
{
    const struct {
        const char *sql;
        sqlite3_stmt **stmt;
    } statements[] = {
        {waiting_sql, &t->waiting},
        {sql_store_trace, &t->insert_trace},
        {sql_store_document, &t->insert_document},
        {sql_store_same_document, &t->same_document},
        {"DELETE FROM main.documents WHERE id = ?1", &t->remove_document},
        {"DELETE FROM main.inbox WHERE id = ?1", &t->remove},
        {"UPDATE main.inbox SET reason = ?2 WHERE id = ?1", &t->keep},
        {"INSERT OR IGNORE INTO main.inbox_documents VALUES (?1)", &t->remember},
    };
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof statements / sizeof *statements; i++)
        rc = sqlite3_prepare_v2(t->db, statements[i].sql, -1, statements[i].stmt, NULL);
    return rc;
}

static void finalize_all(struct take_in *t)
{
    sqlite3_finalize(t->waiting);
    sqlite3_finalize(t->insert_trace);
    sqlite3_finalize(t->insert_document);
    sqlite3_finalize(t->same_document);
    sqlite3_finalize(t->remove_document);
    sqlite3_finalize(t->remove);
    sqlite3_finalize(t->keep);
    sqlite3_finalize(t->remember);
}

/* Steps a statement that gives no rows, and makes it ready for the next time. */
static int run(sqlite3_stmt *stmt)
{
    sqlite3_step(stmt);
    return sqlite3_reset(stmt);
}

/* The first column of a query's first row; 0 when there is none. */
static int query_integer(sqlite3 *db, const char *sql, sqlite3_int64 *out)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    *out = 0;
    if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    int finalized = sqlite3_finalize(stmt);
    return rc == SQLITE_OK ? finalized : rc;
}

/* Reads what a batch needs to know, inside its transaction, and binds the newest dictionary. */
static int begin_batch(struct take_in *t)
{
    sqlite3_stmt *newest = NULL;
    int rc = sqlite3_exec(t->db, sql_store_scorer, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = query_integer(t->db, sql_store_scorer_in_force, &t->scorer);
    if (rc == SQLITE_OK)
        rc = query_integer(t->db, sql_store_next_document, &t->next_document);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(t->db,
                                "SELECT id, bytes FROM main.dictionaries ORDER BY id DESC LIMIT 1",
                                -1, &newest, NULL);
    if (rc != SQLITE_OK)
        return rc;
    t->dictionary = 0;
    if (sqlite3_step(newest) == SQLITE_ROW) {
        t->dictionary = sqlite3_column_int64(newest, 0);
        sqlite3_bind_value(t->waiting, 1, sqlite3_column_value(newest, 1));
    }
    sqlite3_bind_int(t->waiting, 2, BATCH);
    return sqlite3_finalize(newest);
}

static int store_document(struct take_in *t)
{
    sqlite3_bind_int64(t->insert_document, 1, t->next_document);
    for (int i = HASH; i <= PACKED; i++)
        sqlite3_bind_value(t->insert_document, 2 + i - HASH, sqlite3_column_value(t->waiting, i));
    if (t->dictionary)
        sqlite3_bind_int64(t->insert_document, 5, t->dictionary);
    return run(t->insert_document);
}

static int leave_inbox(struct take_in *t, const char *reason)
{
    sqlite3_stmt *stmt = reason ? t->keep : t->remove;
    sqlite3_bind_value(stmt, 1, sqlite3_column_value(t->waiting, INBOX_ID));
    if (reason)
        sqlite3_bind_text(stmt, 2, reason, -1, SQLITE_TRANSIENT);
    else
        t->taken++;
    return run(stmt);
}

/* The trace_id is already there: with the same bytes, this one is a duplicate and may go; but whoever
 * wrote it may count on it, whatever becomes of the file that brought it first. */
static int settle_known(struct take_in *t)
{
    sqlite3_bind_value(t->same_document, 1, sqlite3_column_value(t->waiting, TRACE_ID));
    sqlite3_bind_value(t->same_document, 2, sqlite3_column_value(t->waiting, PACKED));
    if (t->dictionary)
        sqlite3_bind_int64(t->same_document, 3, t->dictionary);
    int rc = sqlite3_step(t->same_document);
    bool same = rc == SQLITE_ROW && sqlite3_column_int(t->same_document, 1);
    if (same)
        sqlite3_bind_value(t->remember, 1, sqlite3_column_value(t->same_document, 0));
    rc = sqlite3_reset(t->same_document);
    if (rc == SQLITE_OK && same)
        rc = run(t->remember);
    if (rc != SQLITE_OK)
        return rc;
    return leave_inbox(t, same ? NULL : "conflict: this trace_id is stored with other bytes");
}

/* Inserts the trace whose document is stored. *kept: that document is a stored trace's now. */
static int store_trace(struct take_in *t, bool *kept)
{
    *kept = false;
    for (int i = 0; i < FILE_ERROR; i++)
        sqlite3_bind_value(t->insert_trace, i + 1, sqlite3_column_value(t->waiting, i));
    sqlite3_bind_int64(t->insert_trace, FILE_ERROR + 1, t->next_document);
    sqlite3_bind_int64(t->insert_trace, FILE_ERROR + 2, t->scorer);
    int rc = run(t->insert_trace);
    /* Such as a received_at that is no date: it must not keep the others waiting. */
    if (rc == SQLITE_CONSTRAINT)
        return leave_inbox(t, sqlite3_errmsg(t->db));
    if (rc != SQLITE_OK)
        return rc;
    *kept = sqlite3_changes(t->db) > 0;
    return *kept ? leave_inbox(t, NULL) : settle_known(t);
}

static int take_one(struct take_in *t)
{
    const char *file_error = (const char *)sqlite3_column_text(t->waiting, FILE_ERROR);
    bool kept = false;
    if (file_error)
        return leave_inbox(t, file_error);
    if (sqlite3_column_type(t->waiting, DAY) == SQLITE_NULL)
        return leave_inbox(t, "no day: neither timestamp_end nor received_at begins with a day of "
                              "the calendar, YYYY-MM-DD");
    int rc = store_document(t);
    if (rc == SQLITE_OK)
        rc = store_trace(t, &kept);
    if (rc != SQLITE_OK || kept) {
        t->next_document++;
        return rc;
    }
    sqlite3_bind_int64(t->remove_document, 1, t->next_document);
    return run(t->remove_document);
}

/* Takes one batch in; *more tells whether it was full. */
static int take_batch(struct take_in *t, bool *more)
{
    int rows = 0;
    int rc = sqlite3_exec(t->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = begin_batch(t);
    while (rc == SQLITE_OK && sqlite3_step(t->waiting) == SQLITE_ROW) {
        rc = take_one(t);
        rows++;
    }
    int reset = sqlite3_reset(t->waiting);
    if (rc == SQLITE_OK)
        rc = reset;
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(t->db, "COMMIT", NULL, NULL, NULL);
    *more = rows == BATCH;
    return rc;
}

static void lightning_take_in(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct take_in t = {.db = sqlite3_context_db_handle(context)};
    bool more = true;
    (void)argc;
    (void)argv;
    if (!sqlite3_get_autocommit(t.db)) {
        result_errorf(context, "lightning_take_in(): not inside a transaction: COMMIT first");
        return;
    }
    sqlite3_int64 version = 0;
    int rc = query_integer(t.db, "PRAGMA main.user_version", &version);
    if (rc == SQLITE_OK && version == 1) {
        result_errorf(context,
                      "lightning_take_in(): the file is of version 1: `lightning sql "
                      "--write ''` brings it up to date, sql/migrations/ says how by hand");
        return;
    }
    if (rc == SQLITE_OK)
        rc = prepare_all(&t);
    while (rc == SQLITE_OK && more)
        rc = take_batch(&t, &more);
    if (rc == SQLITE_OK) {
        sqlite3_result_int64(context, t.taken);
    } else {
        result_errorf(context, "lightning_take_in(): %s", sqlite3_errmsg(t.db));
        sqlite3_result_error_code(context, rc);
    }
    finalize_all(&t);
    if (!sqlite3_get_autocommit(t.db))
        sqlite3_exec(t.db, "ROLLBACK", NULL, NULL, NULL);
}

int register_take_in(sqlite3 *db, struct connection *c)
{
    return connection_function(db, c, "lightning_take_in", 0, SQLITE_DIRECTONLY, lightning_take_in);
}
