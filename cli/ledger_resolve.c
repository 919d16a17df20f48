/*
 * ledger_resolve.c -- ends conflicts, once all files are settled: by then a trace that stood in the way
 * may be gone, or the file that brought it.
 *
 * A conflict's own bytes are stored, so nothing is read again. All of it is one transaction.
 */
#include "ledger_rows.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* A conflict while what it was in conflict with is stored no more. */
#define LOOSE                                                                                      \
    "FROM main.files AS f WHERE f.state = 'conflict' AND f.state <> 'imported' "                   \
    "AND NOT EXISTS (SELECT 1 FROM main.traces WHERE document_id = f.held_id)"

/* A conflict, and the file that brought the trace that stays. */
static const char held_sql[] =
    "SELECT f.root, f.path, f.document_id, h.root, h.path, h.document_id "
    "FROM main.files AS h CROSS JOIN temp.held AS f ON f.held_id = h.document_id "
    "WHERE h.state = 'imported' ORDER BY f.root, f.path";
static const char make_held_sql[] =
    "CREATE TEMP TABLE held AS SELECT root, path, document_id, held_id FROM main.files "
    "WHERE state = 'conflict' AND state <> 'imported'; "
    "CREATE INDEX temp.held_by_document ON held (held_id)";

/* The stored document as ledger_store_trace() takes it, then its packed bytes and its note. */
static const char document_sql[] =
    "SELECT r.trace_id, r.component, "
    "substr(?2, 1, 4) || '-' || substr(?2, 5, 2) || '-' || substr(?2, 7, 2), "
    "r.timestamp_start, r.timestamp_end, r.session_id, r.user_id, r.model, r.latency_ms, "
    "r.prompt_tokens, r.completion_tokens, r.finish_reason, r.blocked, r.error_class, r.reward, "
    "r.reward_safety, r.reward_empathy, r.reward_length, r.reward_latency, r.combined_reward, "
    "r.error, r.response_text, d.bytes, d.dictionary_id, r.note, r.prompt, r.metadata, r.response "
    "FROM main.documents AS d, read_trace(unpack(d.bytes, "
    "(SELECT y.bytes FROM main.dictionaries AS y WHERE y.id = d.dictionary_id)), NULL, ?3, ?4, ?5) "
    "AS r "
    "WHERE d.id = ?1 AND r.trace_id IS NOT NULL";

enum { STORED_BYTES = RESPONSE_TEXT + 1, STORED_DICTIONARY, STORED_NOTE, STORED_TEXTS };

/* A row of both queries begins so. */
enum { FILE_ROOT, FILE_PATH, FILE_DOCUMENT, HOLDER_ROOT, HOLDER_PATH, HOLDER_DOCUMENT };

struct resolution {
    struct ledger *ledger;
    sqlite3_stmt *document;
    sqlite3_stmt *update; /* of the ledger: root, path, state, reason, document, held */
    sqlite3_stmt *met;
    sqlite3_stmt *copies; /* of a document */
    sqlite3_stmt *demote_copies;
    sqlite3_stmt *stored;
};

static const char first_reason[] =
    "its trace_id is that of another trace, with other bytes; the first one stays";
static const char gone_reason[] =
    "gone; its trace_id is that of a file that is there, with other bytes";

static int open_resolution(struct resolution *r)
{
    struct db *db = r->ledger->db;
    int code = db_prepare(db, document_sql, &r->document);
    if (code == DONE)
        code = db_prepare(db,
                          "UPDATE main.files SET state = ?3, reason = ?4, document_id = ?5, "
                          "held_id = nullif(?6, 0) WHERE root = ?1 AND path = ?2",
                          &r->update);
    if (code == DONE)
        code = db_prepare(
            db, "SELECT new, known FROM temp.conflicts_met WHERE root = ?1 AND path = ?2", &r->met);
    if (code == DONE)
        code = db_prepare(db,
                          "SELECT root, path FROM main.files WHERE document_id = ?1 "
                          "AND state = 'duplicate' AND state <> 'imported'",
                          &r->copies);
    if (code == DONE)
        code = db_prepare(db,
                          "UPDATE main.files SET state = 'conflict', held_id = ?2 "
                          "WHERE document_id = ?1 AND state = 'duplicate' AND state <> 'imported'",
                          &r->demote_copies);
    if (code == DONE)
        code = db_prepare(db,
                          "SELECT 1 FROM main.traces WHERE document_id = ?1 AND NOT EXISTS "
                          "(SELECT 1 FROM main.inbox_documents WHERE document_id = ?1)",
                          &r->stored);
    return code;
}

static void close_resolution(struct resolution *r)
{
    sqlite3_finalize(r->document);
    sqlite3_finalize(r->update);
    sqlite3_finalize(r->met);
    sqlite3_finalize(r->copies);
    sqlite3_finalize(r->demote_copies);
    sqlite3_finalize(r->stored);
}

static int update(struct resolution *r, sqlite3_stmt *file, int root, const struct verdict *verdict)
{
    sqlite3_bind_value(r->update, 1, sqlite3_column_value(file, root));
    sqlite3_bind_value(r->update, 2, sqlite3_column_value(file, root + 1));
    sqlite3_bind_text(r->update, 3, outcome_names[verdict->outcome], -1, SQLITE_STATIC);
    sqlite3_bind_text(r->update, 4, verdict->reason, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(r->update, 5, verdict->document);
    sqlite3_bind_int64(r->update, 6, verdict->held);
    sqlite3_step(r->update);
    return sqlite3_reset(r->update);
}

/* Counts a conflict as what it is now. */
static int count(struct resolution *r, sqlite3_stmt *file, enum outcome outcome)
{
    struct ledger *ledger = r->ledger;
    sqlite3_bind_value(r->met, 1, sqlite3_column_value(file, FILE_ROOT));
    sqlite3_bind_value(r->met, 2, sqlite3_column_value(file, FILE_PATH));
    if (sqlite3_step(r->met) == SQLITE_ROW) {
        sqlite3_int64 new = sqlite3_column_int64(r->met, 0);
        sqlite3_int64 known = sqlite3_column_int64(r->met, 1);
        ledger->counts[CONFLICT] -= new;
        ledger->known[CONFLICT] -= known;
        ledger->counts[outcome] += new + known;
    } else {
        ledger->resolved++;
    }
    return sqlite3_reset(r->met);
}

/* Reads the file's document. SQLITE_ROW, or SQLITE_DONE when it is no trace: then somebody changed
 * it. */
static int read_document(struct resolution *r, sqlite3_stmt *file)
{
    const char *path = (const char *)sqlite3_column_text(file, FILE_PATH);
    sqlite3_bind_value(r->document, 1, sqlite3_column_value(file, FILE_DOCUMENT));
    sqlite3_bind_text(r->document, 2, path, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(r->document, 3, r->ledger->session_key, -1, SQLITE_STATIC);
    sqlite3_bind_text(r->document, 4, r->ledger->user_key, -1, SQLITE_STATIC);
    sqlite3_bind_text(r->document, 5, r->ledger->policy, -1, SQLITE_STATIC);
    return sqlite3_step(r->document);
}

/* The document's trace_id is stored already. */
static int settle_stored(struct resolution *r, sqlite3_stmt *file)
{
    sqlite3_int64 own = sqlite3_column_int64(file, FILE_DOCUMENT);
    struct verdict verdict = {.document = own};
    const char *note = (const char *)sqlite3_column_text(r->document, STORED_NOTE);
    int rc = ledger_compare(r->ledger, sqlite3_column_value(r->document, TRACE_ID),
                            sqlite3_column_value(r->document, STORED_BYTES),
                            sqlite3_column_int64(r->document, STORED_DICTIONARY), &verdict.outcome,
                            &verdict.held);
    if (rc != SQLITE_OK)
        return rc;
    if (verdict.outcome != DUPLICATE) {
        verdict.outcome = CONFLICT;
        verdict.reason = first_reason;
        return update(r, file, FILE_ROOT, &verdict);
    }
    verdict = (struct verdict){DUPLICATE, note, verdict.held, 0};
    rc = update(r, file, FILE_ROOT, &verdict);
    if (rc == SQLITE_OK)
        rc = ledger_remove_document(r->ledger, own);
    return rc == SQLITE_OK ? count(r, file, DUPLICATE) : rc;
}

/* Has the file's trace take the place that is free, or says how it stands to who was faster. */
static int settle_loose(struct resolution *r, sqlite3_stmt *file, const char *reason)
{
    sqlite3_int64 own = sqlite3_column_int64(file, FILE_DOCUMENT);
    bool is_new = false;
    int rc = read_document(r, file);
    if (rc == SQLITE_ROW) {
        rc = ledger_store_trace(r->ledger, r->document, STORED_TEXTS, own, &is_new);
        if (!reason)
            reason = (const char *)sqlite3_column_text(r->document, STORED_NOTE);
        if (rc == SQLITE_OK && is_new)
            rc = update(r, file, FILE_ROOT, &(struct verdict){IMPORTED, reason, own, 0});
        if (rc == SQLITE_OK && is_new)
            rc = count(r, file, IMPORTED);
        if (rc == SQLITE_OK && !is_new)
            rc = settle_stored(r, file);
    }
    int reset = sqlite3_reset(r->document);
    return rc == SQLITE_OK || rc == SQLITE_DONE ? reset : rc;
}

static int settle_all_loose(struct resolution *r)
{
    struct ledger *ledger = r->ledger;
    sqlite3_stmt *file = NULL;
    sqlite3_int64 loose = 0;
    int code = db_integer(ledger->db, "SELECT count(*) " LOOSE, &loose);
    if (code != DONE || loose == 0)
        return code;
    code = ledger_begin(ledger);
    if (code == DONE)
        code = db_prepare(ledger->db,
                          "SELECT f.root, f.path, f.document_id " LOOSE " ORDER BY +f.root, f.path",
                          &file);
    while (db_next_row(ledger->db, file, &code))
        if (settle_loose(r, file, NULL) != SQLITE_OK)
            code = db_complain(ledger->db, NULL);
    sqlite3_finalize(file);
    return code;
}

/* ---- files that are gone ---- */

/* Whether there is nothing where the file was. */
static bool is_gone(sqlite3_stmt *row, int root)
{
    struct stat status;
    char *name = sqlite3_mprintf("%s/%s", sqlite3_column_text(row, root),
                                 sqlite3_column_text(row, root + 1));
    bool gone = name && lstat(name, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
    sqlite3_free(name);
    return gone;
}

static int has_copies(struct resolution *r, sqlite3_stmt *row, bool *there)
{
    *there = false;
    sqlite3_bind_value(r->copies, 1, sqlite3_column_value(row, HOLDER_DOCUMENT));
    while (!*there && sqlite3_step(r->copies) == SQLITE_ROW)
        *there = !is_gone(r->copies, 0);
    return sqlite3_reset(r->copies);
}

/* Whether the trace is stored that the row tells of, and the inbox did not bring it too. A row before
 * may have changed that. */
static int is_stored(struct resolution *r, sqlite3_stmt *row, bool *stored)
{
    sqlite3_bind_value(r->stored, 1, sqlite3_column_value(row, HOLDER_DOCUMENT));
    *stored = sqlite3_step(r->stored) == SQLITE_ROW;
    return sqlite3_reset(r->stored);
}

/* Whether the file is to have the trace in the place of the one that brought it. */
static int may_take_over(struct resolution *r, sqlite3_stmt *row, bool *may)
{
    bool has = false;
    *may = !is_gone(row, FILE_ROOT) && is_gone(row, HOLDER_ROOT);
    int rc = *may ? is_stored(r, row, may) : SQLITE_OK;
    if (rc == SQLITE_OK && *may)
        rc = has_copies(r, row, &has);
    *may &= !has;
    return rc;
}

/* The trace becomes that of a file that is there; those that are gone keep their bytes. */
static int take_over(struct resolution *r, sqlite3_stmt *row)
{
    struct ledger *ledger = r->ledger;
    sqlite3_int64 own = sqlite3_column_int64(row, FILE_DOCUMENT);
    sqlite3_int64 old = sqlite3_column_int64(row, HOLDER_DOCUMENT);
    char *reason = sqlite3_mprintf("in the place of %s/%s, which is gone",
                                   sqlite3_column_text(row, HOLDER_ROOT),
                                   sqlite3_column_text(row, HOLDER_PATH));
    int rc = reason ? SQLITE_OK : SQLITE_NOMEM;
    sqlite3_bind_int64(r->demote_copies, 1, old);
    sqlite3_bind_int64(r->demote_copies, 2, own);
    if (rc == SQLITE_OK) {
        sqlite3_step(r->demote_copies);
        rc = sqlite3_reset(r->demote_copies);
    }
    if (rc == SQLITE_OK)
        rc = update(r, row, HOLDER_ROOT, &(struct verdict){CONFLICT, gone_reason, old, own});
    if (rc == SQLITE_OK)
        rc = ledger_remove_trace(ledger, old);
    if (rc == SQLITE_OK)
        rc = settle_loose(r, row, reason);
    sqlite3_free(reason);
    return rc;
}

/* Goes through the traces that stay although their files are gone, while others claim them; *found tells
 * whether there was one. Without `change` it stops there. */
static int settle_gone(struct resolution *r, bool change, bool *found)
{
    struct db *db = r->ledger->db;
    sqlite3_stmt *row = NULL;
    int code = db_run(db, make_held_sql);
    *found = false;
    if (code == DONE)
        code = db_prepare(db, held_sql, &row);
    while ((change || !*found) && db_next_row(db, row, &code)) {
        bool may = false;
        int rc = may_take_over(r, row, &may);
        if (rc == SQLITE_OK && may && change)
            rc = take_over(r, row);
        if (rc != SQLITE_OK)
            code = db_complain(db, NULL);
        *found |= may;
    }
    sqlite3_finalize(row);
    if (code == DONE)
        code = db_run(db, "DROP TABLE temp.held");
    return code;
}

static int settle_all_gone(struct resolution *r)
{
    bool found = false;
    int code = settle_gone(r, false, &found);
    if (code == DONE && found)
        code = ledger_begin(r->ledger);
    if (code == DONE && found)
        code = settle_gone(r, true, &found);
    return code;
}

int ledger_resolve(struct ledger *ledger)
{
    struct resolution r = {.ledger = ledger};
    bool met = ledger->counts[CONFLICT] + ledger->known[CONFLICT] > 0;
    int code = DONE;
    if (ledger->db->show_sql || (!met && ledger->removed == 0))
        return DONE;
    ledger_walk_leave(ledger);
    code = open_resolution(&r);
    if (code == DONE)
        code = settle_all_loose(&r);
    if (code == DONE && met)
        code = settle_all_gone(&r);
    if (code == DONE)
        code = settle_all_loose(&r);
    if (code == DONE)
        code = db_integer(ledger->db,
                          "SELECT count(*) FROM temp.gone AS g WHERE NOT EXISTS "
                          "(SELECT 1 FROM main.traces WHERE trace_id = g.trace_id)",
                          &ledger->gone);
    close_resolution(&r);
    return code;
}

int ledger_new_conflicts(struct ledger *ledger, sqlite3_stmt **out)
{
    return db_prepare(ledger->db,
                      "SELECT m.root, m.path, f.reason FROM temp.conflicts_met AS m "
                      "JOIN main.files AS f ON f.root = m.root AND f.path = m.path "
                      "WHERE m.new > 0 AND f.state = 'conflict' ORDER BY m.root, m.path",
                      out);
}
