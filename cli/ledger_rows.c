#include "ledger_rows.h"

#include <stdlib.h>
#include <string.h>

#include "embedded.h"

const char *const outcome_names[OUTCOMES] = {
    "imported", "duplicate", "conflict", "rejected", "incomplete", "skipped", "replaced",
};

struct ledger_statements {
    sqlite3_stmt *at[STATEMENTS];
};

/* Those that name a file are in sql/store. */
static const char *const texts[STATEMENTS] = {
    [LOOK_UP] = "SELECT state, document_id, held_id, size, mtime, recheck, reason "
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
    /* What is packed alike is alike; unpacking costs most. */
    [SAME_BYTES] =
        "SELECT 1 FROM main.documents AS d WHERE d.id = ?1 AND d.hash = ?2 AND "
        "(d.bytes = ?3 AND d.dictionary_id IS ?4 OR "
        "unpack(d.bytes, (SELECT bytes FROM main.dictionaries WHERE id = d.dictionary_id)) "
        "IS unpack(?3, (SELECT bytes FROM main.dictionaries WHERE id = ?4)))",
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
    [INBOX_HOLDS] = "SELECT 1 FROM main.inbox_documents WHERE document_id = ?1",
    [DELETE_TRACE] = "DELETE FROM main.traces WHERE document_id = ?1",
    [DELETE_DOCUMENT] =
        "DELETE FROM main.documents WHERE id = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM main.traces WHERE document_id = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM main.files WHERE document_id = ?1 AND state <> 'imported')",
    [MEET_CONFLICT] = "INSERT INTO temp.conflicts_met (root, path, new, known) "
                      "VALUES (?1, ?2, ?3, NOT ?3) ON CONFLICT (root, path) DO UPDATE SET "
                      "new = new + excluded.new, known = known + excluded.known",
    [NOTE_GONE] = "INSERT OR IGNORE INTO temp.gone (trace_id) VALUES (?1)",
};

/* What ledger_resolve() goes by, however much it is: the conflicts met and how often, and the traces whose
 * files hold what is another's now. */
static const char temp_sql[] =
    "CREATE TEMP TABLE conflicts_met (root, path, new, known, PRIMARY KEY (root, path)) "
    "WITHOUT ROWID; CREATE TEMP TABLE gone (trace_id PRIMARY KEY) WITHOUT ROWID";

int ledger_rows_open(struct ledger *ledger)
{
    int code = db_run(ledger->db, temp_sql);
    ledger->statements = calloc(1, sizeof *ledger->statements);
    if (!ledger->statements)
        return complain_of_memory();
    for (int i = 0; i < STATEMENTS && code == DONE; i++) {
        const char *embedded = embedded_sql(texts[i]);
        code = db_prepare(ledger->db, embedded ? embedded : texts[i], &ledger->statements->at[i]);
    }
    return code;
}

void ledger_rows_close(struct ledger *ledger)
{
    if (!ledger->statements)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ledger->statements->at[i]);
    free(ledger->statements);
    ledger->statements = NULL;
}

/* ---- steps ---- */

sqlite3_stmt *ledger_statement(const struct ledger *ledger, enum ledger_statement which)
{
    return ledger->statements->at[which];
}

void ledger_bind(struct ledger *ledger, enum ledger_statement which, int parameter,
                 sqlite3_value *value)
{
    if (sqlite3_bind_value(ledger_statement(ledger, which), parameter, value) != SQLITE_OK)
        ledger->unbound = true;
}

/* With a value that there was no memory for a statement would run too, with NULL. */
int ledger_step(struct ledger *ledger, enum ledger_statement which)
{
    bool unbound = ledger->unbound;
    ledger->unbound = false;
    return unbound ? SQLITE_NOMEM : sqlite3_step(ledger_statement(ledger, which));
}

int ledger_reset(struct ledger *ledger, enum ledger_statement which, int rc)
{
    int reset = sqlite3_reset(ledger_statement(ledger, which));
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? reset : rc;
}

int ledger_run(struct ledger *ledger, enum ledger_statement which)
{
    return ledger_reset(ledger, which, ledger_step(ledger, which));
}

/* ---- files ---- */

enum outcome outcome_of(const char *state)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (state && strcmp(outcome_names[i], state) == 0)
            return (enum outcome)i;
    return OUTCOMES;
}

/* Whether both are this integer. */
static bool same_integer(sqlite3_stmt *stmt, int column, sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_INTEGER &&
           sqlite3_column_type(stmt, column) == SQLITE_INTEGER &&
           sqlite3_column_int64(stmt, column) == sqlite3_value_int64(value);
}

/* The columns of LOOK_UP. */
enum {
    ENTRY_STATE,
    ENTRY_DOCUMENT,
    ENTRY_HELD,
    ENTRY_SIZE,
    ENTRY_MTIME,
    ENTRY_RECHECK,
    ENTRY_REASON
};

static int read_entry(sqlite3_stmt *stmt, sqlite3_value *const facts[FACTS],
                      struct ledger_entry *entry)
{
    const char *no_trace = (const char *)sqlite3_value_text(facts[FACT_NO_TRACE]);
    entry->state = outcome_of((const char *)sqlite3_column_text(stmt, ENTRY_STATE));
    if (entry->state == OUTCOMES)
        return SQLITE_NOMEM; /* or a state that the table does not allow */
    entry->document = sqlite3_column_int64(stmt, ENTRY_DOCUMENT);
    entry->held = sqlite3_column_int64(stmt, ENTRY_HELD);
    if (no_trace) {
        const char *reason = (const char *)sqlite3_column_text(stmt, ENTRY_REASON);
        entry->as_before = entry->state == SKIPPED && reason && strcmp(reason, no_trace) == 0;
    } else {
        entry->as_before = entry->state != SKIPPED &&
                           same_integer(stmt, ENTRY_SIZE, facts[FACT_SIZE]) &&
                           same_integer(stmt, ENTRY_MTIME, facts[FACT_MTIME]) &&
                           sqlite3_column_int(stmt, ENTRY_RECHECK) == 0;
    }
    return SQLITE_ROW;
}

int ledger_look_up(struct ledger *ledger, sqlite3_value *const facts[FACTS],
                   struct ledger_entry *entry)
{
    *entry = (struct ledger_entry){.state = OUTCOMES};
    ledger_bind(ledger, LOOK_UP, 1, facts[FACT_ROOT]);
    ledger_bind(ledger, LOOK_UP, 2, facts[FACT_PATH]);
    int rc = ledger_step(ledger, LOOK_UP);
    if (rc == SQLITE_ROW)
        rc = read_entry(ledger_statement(ledger, LOOK_UP), facts, entry);
    return ledger_reset(ledger, LOOK_UP, rc);
}

/* Binds the file's root, path and facts, and the mtime from which on it must be read again. */
static void bind_facts(struct ledger *ledger, enum ledger_statement which, sqlite3_stmt *row)
{
    for (int i = ROOT; i <= FILE_MTIME; i++)
        ledger_bind(ledger, which, i - ROOT + 1, sqlite3_column_value(row, i));
    sqlite3_bind_int64(ledger_statement(ledger, which), 5, ledger->recheck_from);
}

int ledger_record(struct ledger *ledger, sqlite3_stmt *row, const struct verdict *verdict)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, RECORD);
    enum outcome state = verdict->outcome == REPLACED ? IMPORTED : verdict->outcome;
    bind_facts(ledger, RECORD, row);
    /* What cannot be a trace, such as this database itself, may change as it likes. */
    if (state == SKIPPED) {
        sqlite3_bind_null(stmt, 3);
        sqlite3_bind_null(stmt, 4);
    }
    sqlite3_bind_text(stmt, 6, outcome_names[state], -1, SQLITE_STATIC);
    if (sqlite3_bind_text(stmt, 7, verdict->reason, -1, SQLITE_TRANSIENT) != SQLITE_OK)
        ledger->unbound = true;
    sqlite3_bind_int64(stmt, 8, verdict->document);
    sqlite3_bind_int64(stmt, 9, verdict->held);
    return ledger_run(ledger, RECORD);
}

int ledger_touch(struct ledger *ledger, sqlite3_stmt *row)
{
    bind_facts(ledger, TOUCH, row);
    return ledger_run(ledger, TOUCH);
}

int ledger_note_gone(struct ledger *ledger)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, NOTE_GONE);
    if (sqlite3_bind_text(stmt, 1, ledger->replaced, -1, SQLITE_TRANSIENT) != SQLITE_OK)
        ledger->unbound = true;
    return ledger_run(ledger, NOTE_GONE);
}

int ledger_meet_conflict(struct ledger *ledger, sqlite3_value *root, sqlite3_value *path,
                         bool is_new)
{
    ledger_bind(ledger, MEET_CONFLICT, 1, root);
    ledger_bind(ledger, MEET_CONFLICT, 2, path);
    sqlite3_bind_int(ledger_statement(ledger, MEET_CONFLICT), 3, is_new);
    return ledger_run(ledger, MEET_CONFLICT);
}

/* ---- documents and traces ---- */

static void bind_dictionary(sqlite3_stmt *stmt, int parameter, sqlite3_int64 dictionary)
{
    if (dictionary)
        sqlite3_bind_int64(stmt, parameter, dictionary);
    else
        sqlite3_bind_null(stmt, parameter);
}

int ledger_store_document(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 *id)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, INSERT_DOCUMENT);
    *id = ledger->next_document++;
    sqlite3_bind_int64(stmt, 1, *id);
    ledger_bind(ledger, INSERT_DOCUMENT, 2, sqlite3_column_value(row, HASH));
    ledger_bind(ledger, INSERT_DOCUMENT, 3, sqlite3_column_value(row, DOCUMENT_SIZE));
    ledger_bind(ledger, INSERT_DOCUMENT, 4, sqlite3_column_value(row, PACKED));
    bind_dictionary(stmt, 5, ledger->dictionary);
    ledger->batch_bytes += sqlite3_column_int64(row, DOCUMENT_SIZE);
    return ledger_run(ledger, INSERT_DOCUMENT);
}

static int store_text(struct ledger *ledger, sqlite3_stmt *row, int first)
{
    for (int i = 0; i < 3; i++) {
        ledger_bind(ledger, INSERT_TEXT, i + 1, sqlite3_column_value(row, first + i));
        ledger->text_bytes += sqlite3_column_bytes(row, first + i);
    }
    return ledger_run(ledger, INSERT_TEXT);
}

int ledger_store_trace(struct ledger *ledger, sqlite3_stmt *row, int first_text,
                       sqlite3_int64 document, bool *is_new)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, INSERT_TRACE);
    for (int i = 0; i <= RESPONSE_TEXT; i++)
        ledger_bind(ledger, INSERT_TRACE, i + 1, sqlite3_column_value(row, i));
    sqlite3_bind_int64(stmt, RESPONSE_TEXT + 2, document);
    sqlite3_bind_int64(stmt, RESPONSE_TEXT + 3, ledger->scorer);
    int rc = ledger_run(ledger, INSERT_TRACE);
    *is_new = rc == SQLITE_OK && sqlite3_changes(ledger->db->handle) > 0;
    return *is_new && ledger->keep_text ? store_text(ledger, row, first_text) : rc;
}

/* Keeps the name of the trace that is about to go. */
static int keep_name(struct ledger *ledger, sqlite3_int64 document)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, TRACE_OF);
    sqlite3_bind_int64(stmt, 1, document);
    int rc = ledger_step(ledger, TRACE_OF);
    if (rc == SQLITE_ROW) {
        sqlite3_free(ledger->replaced);
        ledger->replaced = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
        if (!ledger->replaced)
            rc = SQLITE_NOMEM;
    }
    return ledger_reset(ledger, TRACE_OF, rc);
}

static int inbox_holds(struct ledger *ledger, sqlite3_int64 document, bool *holds)
{
    sqlite3_bind_int64(ledger_statement(ledger, INBOX_HOLDS), 1, document);
    int rc = ledger_step(ledger, INBOX_HOLDS);
    *holds = rc == SQLITE_ROW;
    return ledger_reset(ledger, INBOX_HOLDS, rc);
}

int ledger_remove_trace(struct ledger *ledger, sqlite3_int64 document)
{
    bool stays = false;
    sqlite3_bind_int64(ledger_statement(ledger, HAND_OVER), 1, document);
    int rc = ledger_run(ledger, HAND_OVER);
    if (rc != SQLITE_OK || sqlite3_changes(ledger->db->handle) > 0)
        return rc;
    rc = inbox_holds(ledger, document, &stays);
    if (rc != SQLITE_OK || stays)
        return rc;
    rc = keep_name(ledger, document);
    if (rc != SQLITE_OK)
        return rc;
    ledger->removed++;
    sqlite3_bind_int64(ledger_statement(ledger, DELETE_TRACE), 1, document);
    return ledger_run(ledger, DELETE_TRACE);
}

int ledger_remove_document(struct ledger *ledger, sqlite3_int64 document)
{
    if (!document)
        return SQLITE_OK;
    sqlite3_bind_int64(ledger_statement(ledger, DELETE_DOCUMENT), 1, document);
    return ledger_run(ledger, DELETE_DOCUMENT);
}

int ledger_holds(struct ledger *ledger, sqlite3_stmt *row, sqlite3_int64 document, bool *same)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, SAME_BYTES);
    sqlite3_bind_int64(stmt, 1, document);
    ledger_bind(ledger, SAME_BYTES, 2, sqlite3_column_value(row, HASH));
    ledger_bind(ledger, SAME_BYTES, 3, sqlite3_column_value(row, PACKED));
    bind_dictionary(stmt, 4, ledger->dictionary);
    int rc = ledger_step(ledger, SAME_BYTES);
    *same = rc == SQLITE_ROW;
    return ledger_reset(ledger, SAME_BYTES, rc);
}

int ledger_compare(struct ledger *ledger, sqlite3_value *trace_id, sqlite3_value *packed,
                   sqlite3_int64 dictionary, enum outcome *outcome, sqlite3_int64 *document)
{
    sqlite3_stmt *stmt = ledger_statement(ledger, SAME_DOCUMENT);
    ledger_bind(ledger, SAME_DOCUMENT, 1, trace_id);
    ledger_bind(ledger, SAME_DOCUMENT, 2, packed);
    bind_dictionary(stmt, 3, dictionary);
    *outcome = OUTCOMES;
    int rc = ledger_step(ledger, SAME_DOCUMENT);
    if (rc == SQLITE_ROW) {
        *outcome = sqlite3_column_int(stmt, 1) ? DUPLICATE : CONFLICT;
        *document = sqlite3_column_int64(stmt, 0);
    }
    return ledger_reset(ledger, SAME_DOCUMENT, rc);
}
