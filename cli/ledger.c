#include "ledger.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "embedded.h"

/* A transaction is committed when its documents reach this: long enough to be fast, short enough for
 * other writers and for the -wal. */
#define BATCH_BYTES (8 << 20)

const char *const outcome_names[OUTCOMES] = {
    "imported", "duplicate", "conflict", "rejected", "incomplete", "skipped", "replaced",
};

enum {
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
    DELETE_TRACE,
    DELETE_DOCUMENT,
    STATEMENTS
};

struct ledger_statements {
    sqlite3_stmt *at[STATEMENTS];
};

/* Those that name a file are in sql/store. */
static const char *const texts[STATEMENTS] = {
    /* A conflict lasts while the other trace does: it is looked at every time. */
    [LOOK_UP] = "SELECT state, document_id, held_id, "
                "size = ?3 AND mtime = ?4 AND NOT recheck AND state <> 'conflict' "
                "FROM main.files WHERE root = ?1 AND path = ?2",
    [RECORD] =
        "INSERT INTO main.files (root, path, size, mtime, recheck, state, reason, document_id, "
        "held_id) "
        "VALUES (?1, ?2, ?3, ?4, coalesce(?4 > ?5, 0), ?6, ?7, nullif(?8, 0), nullif(?9, 0)) "
        "ON CONFLICT (root, path) DO UPDATE SET size = excluded.size, "
        "mtime = excluded.mtime, recheck = excluded.recheck, state = excluded.state, "
        "reason = excluded.reason, document_id = excluded.document_id, "
        "held_id = excluded.held_id",
    [TOUCH] = "UPDATE main.files SET size = ?3, mtime = ?4, recheck = coalesce(?4 > ?5, 0) "
              "WHERE root = ?1 AND path = ?2",
    [SAME_BYTES] =
        "SELECT 1 FROM main.documents AS d WHERE d.id = ?1 AND d.hash = ?2 AND "
        "unpack(d.bytes, (SELECT bytes FROM main.dictionaries WHERE id = d.dictionary_id)) "
        "IS unpack(?3, (SELECT bytes FROM main.dictionaries WHERE id = ?4))",
    [INSERT_TRACE] = "store/trace.sql",
    [INSERT_DOCUMENT] = "store/document.sql",
    [INSERT_TEXT] = "INSERT INTO main.trace_text (id, prompt, metadata, response) "
                    "VALUES (last_insert_rowid(), ?1, ?2, ?3)",
    [SAME_DOCUMENT] = "store/same_document.sql",
    [TRACE_OF] = "SELECT trace_id FROM main.traces WHERE document_id = ?1",
    /* The term on 'imported' lets the index be used. */
    [HAND_OVER] = "UPDATE main.files SET state = 'imported' WHERE (root, path) = "
                  "(SELECT root, path FROM main.files WHERE document_id = ?1 "
                  "AND state = 'duplicate' AND state <> 'imported' ORDER BY root, path LIMIT 1)",
    [DELETE_TRACE] = "DELETE FROM main.traces WHERE document_id = ?1",
    [DELETE_DOCUMENT] = "DELETE FROM main.documents WHERE id = ?1 "
                        "AND NOT EXISTS (SELECT 1 FROM main.traces WHERE document_id = ?1)",
};

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
    int code = DONE;
    *ledger = (struct ledger){.db = db, .recheck_from = now() - STEP_NS};
    ledger->statements = calloc(1, sizeof *ledger->statements);
    if (!ledger->statements)
        return complain_of_memory();
    code = db_run(db, bulk_sql);
    if (code == DONE)
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
    sqlite3_free(ledger->replaced);
    if (ledger->db->handle && !sqlite3_get_autocommit(ledger->db->handle))
        sqlite3_exec(ledger->db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- steps ---- */

static sqlite3_stmt *statement(const struct ledger *ledger, int which)
{
    return ledger->statements->at[which];
}

static void bind(struct ledger *ledger, int which, int parameter, sqlite3_value *value)
{
    if (sqlite3_bind_value(statement(ledger, which), parameter, value) != SQLITE_OK)
        ledger->unbound = true;
}

/* With a value that there was no memory for a statement would run too, with NULL. */
static int step(struct ledger *ledger, int which)
{
    bool unbound = ledger->unbound;
    ledger->unbound = false;
    return unbound ? SQLITE_NOMEM : sqlite3_step(statement(ledger, which));
}

/* Makes a statement ready for the next time; `rc` is what its last step gave. */
static int finish(struct ledger *ledger, int which, int rc)
{
    int reset = sqlite3_reset(statement(ledger, which));
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? reset : rc;
}

/* Runs a statement that gives no rows. */
static int run(struct ledger *ledger, int which)
{
    return finish(ledger, which, step(ledger, which));
}

static enum outcome outcome_of(const char *state)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (state && strcmp(outcome_names[i], state) == 0)
            return (enum outcome)i;
    return OUTCOMES;
}

static int look_up(struct ledger *ledger, sqlite3_value *const facts[4], struct ledger_entry *entry)
{
    sqlite3_stmt *stmt = statement(ledger, LOOK_UP);
    *entry = (struct ledger_entry){.state = OUTCOMES};
    for (int i = 0; i < 4; i++)
        bind(ledger, LOOK_UP, i + 1, facts[i]);
    int rc = step(ledger, LOOK_UP);
    if (rc == SQLITE_ROW) {
        entry->state = outcome_of((const char *)sqlite3_column_text(stmt, 0));
        entry->document = sqlite3_column_int64(stmt, 1);
        entry->held = sqlite3_column_int64(stmt, 2);
        entry->same_facts = sqlite3_column_int(stmt, 3);
        if (entry->state == OUTCOMES)
            rc = SQLITE_NOMEM; /* or a state that the table does not allow */
    }
    return finish(ledger, LOOK_UP, rc);
}

int ledger_knows(struct ledger *ledger, sqlite3_value *root, sqlite3_value *path,
                 sqlite3_value *size, sqlite3_value *mtime)
{
    sqlite3_value *const facts[] = {root, path, size, mtime};
    /* One transaction for many look-ups: each by itself would lock the file and look at its -wal. */
    if (sqlite3_get_autocommit(ledger->db->handle) && db_run(ledger->db, "BEGIN") != DONE)
        return -1;
    if (look_up(ledger, facts, &ledger->before) != SQLITE_OK)
        return -1;
    /* In a transaction that writes, no other importer can come between this and the settling. */
    ledger->looked_up = ledger->writing;
    if (!ledger->before.same_facts)
        return 0;
    ledger->known[ledger->before.state]++;
    return 1;
}

static void bind_dictionary(const struct ledger *ledger, sqlite3_stmt *stmt, int parameter)
{
    if (ledger->dictionary)
        sqlite3_bind_int64(stmt, parameter, ledger->dictionary);
    else
        sqlite3_bind_null(stmt, parameter);
}

static int store_document(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 *id)
{
    sqlite3_stmt *stmt = statement(ledger, INSERT_DOCUMENT);
    *id = ledger->next_document++;
    sqlite3_bind_int64(stmt, 1, *id);
    bind(ledger, INSERT_DOCUMENT, 2, sqlite3_column_value(row, HASH));
    bind(ledger, INSERT_DOCUMENT, 3, sqlite3_column_value(row, DOCUMENT_SIZE));
    bind(ledger, INSERT_DOCUMENT, 4, sqlite3_column_value(row, PACKED));
    bind_dictionary(ledger, stmt, 5);
    ledger->batch_bytes += sqlite3_column_int64(row, DOCUMENT_SIZE);
    return run(ledger, INSERT_DOCUMENT);
}

static int store_text(struct ledger *ledger, sqlite3_stmt *row)
{
    for (int i = PROMPT; i <= RESPONSE; i++) {
        bind(ledger, INSERT_TEXT, i - PROMPT + 1, sqlite3_column_value(row, i));
        ledger->text_bytes += sqlite3_column_bytes(row, i);
    }
    return run(ledger, INSERT_TEXT);
}

/* Keeps the name of the trace that is about to go. */
static int keep_name(struct ledger *ledger, sqlite3_int64 document)
{
    sqlite3_stmt *stmt = statement(ledger, TRACE_OF);
    sqlite3_bind_int64(stmt, 1, document);
    int rc = step(ledger, TRACE_OF);
    if (rc == SQLITE_ROW) {
        ledger->replaced = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
        if (!ledger->replaced)
            rc = SQLITE_NOMEM;
    }
    return finish(ledger, TRACE_OF, rc);
}

/* Removes the trace that came from a document, unless another file holds it too: then it becomes that
 * one's. */
static int remove_trace(struct ledger *ledger, sqlite3_int64 document)
{
    sqlite3_bind_int64(statement(ledger, HAND_OVER), 1, document);
    int rc = run(ledger, HAND_OVER);
    if (rc != SQLITE_OK || sqlite3_changes(ledger->db->handle) > 0)
        return rc;
    rc = keep_name(ledger, document);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_bind_int64(statement(ledger, DELETE_TRACE), 1, document);
    return run(ledger, DELETE_TRACE);
}

/* Removes a document that is no trace's; 0 is none. */
static int remove_document(struct ledger *ledger, sqlite3_int64 document)
{
    if (!document)
        return SQLITE_OK;
    sqlite3_bind_int64(statement(ledger, DELETE_DOCUMENT), 1, document);
    return run(ledger, DELETE_DOCUMENT);
}

/* Binds the file's root, path and facts, and the mtime from which on it must be read again. */
static void bind_facts(struct ledger *ledger, int which, sqlite3_stmt *row)
{
    for (int i = ROOT; i <= FILE_MTIME; i++)
        bind(ledger, which, i - ROOT + 1, sqlite3_column_value(row, i));
    sqlite3_bind_int64(statement(ledger, which), 5, ledger->recheck_from);
}

/* What the ledger is to say of a file. */
struct verdict {
    enum outcome outcome;
    const char *reason; /* NULL: none */
    sqlite3_int64 document;
    sqlite3_int64 held;
};

static int record(struct ledger *ledger, sqlite3_stmt *row, const struct verdict *verdict)
{
    sqlite3_stmt *stmt = statement(ledger, RECORD);
    enum outcome state = verdict->outcome == REPLACED ? IMPORTED : verdict->outcome;
    bind_facts(ledger, RECORD, row);
    sqlite3_bind_text(stmt, 6, outcome_names[state], -1, SQLITE_STATIC);
    if (sqlite3_bind_text(stmt, 7, verdict->reason, -1, SQLITE_TRANSIENT) != SQLITE_OK)
        ledger->unbound = true;
    sqlite3_bind_int64(stmt, 8, verdict->document);
    sqlite3_bind_int64(stmt, 9, verdict->held);
    return run(ledger, RECORD);
}

/* Records a file that holds a trace; says so when that stands in the place of another. */
static int record_trace(struct ledger *ledger, sqlite3_stmt *row, enum outcome outcome,
                        const char *reason, sqlite3_int64 document)
{
    struct verdict verdict = {.outcome = outcome, .reason = reason, .document = document};
    const char *id = (const char *)sqlite3_column_text(row, TRACE_ID);
    char *longer = NULL;
    if (ledger->replaced && outcome == REPLACED && id && strcmp(id, ledger->replaced) == 0)
        longer = sqlite3_mprintf("rewritten%s%s", reason ? "; " : "", reason ? reason : "");
    else if (ledger->replaced)
        longer = sqlite3_mprintf("rewritten: it held %s before%s%s", ledger->replaced,
                                 reason ? "; " : "", reason ? reason : "");
    if (ledger->replaced && !longer)
        return SQLITE_NOMEM;
    if (ledger->replaced && outcome != REPLACED)
        ledger->gone++;
    if (longer)
        verdict.reason = longer;
    int rc = record(ledger, row, &verdict);
    sqlite3_free(longer);
    return rc;
}

/* ---- settling ---- */

/* The document of the trace that the file brought, which is not a duplicate's; or 0. */
static sqlite3_int64 trace_document_of(const struct ledger_entry *entry)
{
    return entry->state == IMPORTED ? entry->document : entry->held;
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
        rc = store_document(ledger, row, &verdict.document);
    else if (!verdict.document)
        verdict.document = verdict.held;
    if (rc == SQLITE_OK)
        rc = record(ledger, row, &verdict);
    if (rc == SQLITE_OK && has_bytes)
        rc = remove_document(ledger, other_document_of(before));
    return rc;
}

/* How the row's trace stands to the stored one of its trace_id: *outcome gets DUPLICATE (then
 * *document gets that one's), CONFLICT, or OUTCOMES when none with a document is stored. */
static int compare_with_stored(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome,
                               sqlite3_int64 *document)
{
    sqlite3_stmt *stmt = statement(ledger, SAME_DOCUMENT);
    bind(ledger, SAME_DOCUMENT, 1, sqlite3_column_value(row, TRACE_ID));
    bind(ledger, SAME_DOCUMENT, 2, sqlite3_column_value(row, PACKED));
    bind_dictionary(ledger, stmt, 3);
    *outcome = OUTCOMES;
    int rc = step(ledger, SAME_DOCUMENT);
    if (rc == SQLITE_ROW) {
        *outcome = sqlite3_column_int(stmt, 1) ? DUPLICATE : CONFLICT;
        *document = sqlite3_column_int64(stmt, 0);
    }
    return finish(ledger, SAME_DOCUMENT, rc);
}

/* A trace whose trace_id is there already. The document, which is stored, is not needed when it is the
 * same. */
static int settle_known_id(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 document,
                           enum outcome *outcome)
{
    sqlite3_int64 first = 0;
    int rc = compare_with_stored(ledger, row, outcome, &first);
    if (rc != SQLITE_OK)
        return rc;
    if (*outcome != DUPLICATE) {
        *outcome = CONFLICT;
        return record_trace(
            ledger, row, CONFLICT,
            "its trace_id is that of another file, with other bytes; the first one stays",
            document);
    }
    rc = remove_document(ledger, document);
    return rc == SQLITE_OK ? record_trace(ledger, row, DUPLICATE,
                                          (const char *)sqlite3_column_text(row, NOTE), first)
                           : rc;
}

/* The document goes before its trace: the other way round, SQLite would search the traces for those
 * that wait for it. */
static int settle_trace(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    sqlite3_stmt *stmt = statement(ledger, INSERT_TRACE);
    sqlite3_int64 document;
    int rc = store_document(ledger, row, &document);
    if (rc != SQLITE_OK)
        return rc;
    for (int i = 0; i <= RESPONSE_TEXT; i++)
        bind(ledger, INSERT_TRACE, i + 1, sqlite3_column_value(row, i));
    sqlite3_bind_int64(stmt, RESPONSE_TEXT + 2, document);
    sqlite3_bind_int64(stmt, RESPONSE_TEXT + 3, ledger->scorer);
    rc = run(ledger, INSERT_TRACE);
    if (rc != SQLITE_OK)
        return rc;
    if (sqlite3_changes(ledger->db->handle) == 0)
        return settle_known_id(ledger, row, document, outcome);
    *outcome = ledger->replaced ? REPLACED : IMPORTED;
    if (ledger->keep_text)
        rc = store_text(ledger, row);
    if (rc == SQLITE_OK)
        rc = record_trace(ledger, row, *outcome, (const char *)sqlite3_column_text(row, NOTE),
                          document);
    return rc;
}

/* Whether the file holds what this document does. */
static int holds(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 document, bool *same)
{
    sqlite3_stmt *stmt = statement(ledger, SAME_BYTES);
    sqlite3_bind_int64(stmt, 1, document);
    bind(ledger, SAME_BYTES, 2, sqlite3_column_value(row, HASH));
    bind(ledger, SAME_BYTES, 3, sqlite3_column_value(row, PACKED));
    bind_dictionary(ledger, stmt, 4);
    int rc = step(ledger, SAME_BYTES);
    *same = rc == SQLITE_ROW;
    return finish(ledger, SAME_BYTES, rc);
}

/* A file that holds again what it held before it was broken, or could not be read: its trace stays as
 * it is, with all that was added to it. */
static int take_back(struct ledger *ledger, sqlite3_stmt *row, const struct ledger_entry *before)
{
    struct verdict verdict = {.outcome = IMPORTED,
                              .reason = (const char *)sqlite3_column_text(row, NOTE),
                              .document = before->held};
    int rc = record(ledger, row, &verdict);
    ledger->known[IMPORTED]++;
    return rc == SQLITE_OK ? remove_document(ledger, other_document_of(before)) : rc;
}

/* Whether the file holds what it held when it was last met, and so ends as it did: a conflict only
 * while what it conflicts with is there. */
static int holds_the_same(struct ledger *ledger, sqlite3_stmt *row,
                          const struct ledger_entry *before, bool *same)
{
    bool was_trace =
        before->state == IMPORTED || before->state == DUPLICATE || before->state == CONFLICT;
    bool is_trace = sqlite3_column_type(row, FILE_STATE) == SQLITE_NULL;
    *same = false;
    if (!before->document || was_trace != is_trace)
        return SQLITE_OK;
    int rc = holds(ledger, row, before->document, same);
    if (rc == SQLITE_OK && *same && before->state == CONFLICT) {
        enum outcome now_it_is;
        sqlite3_int64 other;
        rc = compare_with_stored(ledger, row, &now_it_is, &other);
        *same = now_it_is == CONFLICT;
    }
    return rc;
}

/* Settles a file inside the open transaction. */
static int settle(struct ledger *ledger, sqlite3_stmt *row, enum outcome *outcome)
{
    struct ledger_entry before = ledger->before;
    int rc = SQLITE_OK;
    if (!ledger->looked_up) {
        sqlite3_value *facts[4];
        for (int i = 0; i < 4; i++)
            facts[i] = sqlite3_column_value(row, ROOT + i);
        rc = look_up(ledger, facts, &before);
        if (rc != SQLITE_OK)
            return rc;
    }
    bool same = before.same_facts;
    sqlite3_free(ledger->replaced);
    ledger->replaced = NULL;
    *outcome = OUTCOMES;
    if (!same)
        rc = holds_the_same(ledger, row, &before, &same);
    if (rc != SQLITE_OK)
        return rc;
    if (same) {
        ledger->known[before.state]++;
        if (before.same_facts)
            return SQLITE_OK;
        bind_facts(ledger, TOUCH, row);
        return run(ledger, TOUCH);
    }
    if (sqlite3_column_type(row, FILE_STATE) != SQLITE_NULL)
        return settle_broken(ledger, row, &before, outcome);
    sqlite3_int64 held = trace_document_of(&before);
    if (before.held)
        rc = holds(ledger, row, before.held, &same);
    if (rc == SQLITE_OK && same)
        return take_back(ledger, row, &before);
    if (rc == SQLITE_OK && held)
        rc = remove_trace(ledger, held);
    if (rc == SQLITE_OK)
        rc = settle_trace(ledger, row, outcome);
    if (rc == SQLITE_OK)
        rc = remove_document(ledger, held);
    if (rc == SQLITE_OK)
        rc = remove_document(ledger, other_document_of(&before));
    return rc;
}

int ledger_commit(struct ledger *ledger)
{
    ledger->writing = false;
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
