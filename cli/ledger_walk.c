/*
 * ledger_walk.c -- goes through the rows of a root beside the folder's own order, so that a file that
 * is as it was costs one step and no search.
 *
 * A folder gives its files by the bytes of their names, and the table is in the order of path's: that
 * is the same but for names beside the days' folders ("20241206-old" comes after "20241206/a.json" in
 * the one and before it in the other) and for paths that are no text. Those are looked up each by
 * itself.
 */
#include "ledger_rows.h"

#include <stdlib.h>
#include <string.h>

/* Rows of files that are gone are passed over, so many one by one before it searches. */
#define PASS_OVER 8

struct ledger_walk {
    sqlite3_stmt *rows;
    char *root;       /* of the rows; NULL: it is in no root */
    bool at_row;      /* else behind the last one */
    size_t last_size; /* of the path that was looked for last */
    char last[512];
};

/* As few columns as tell that a file is as it was: each takes time. A blob is greater than any text. */
static const char rows_sql[] = "SELECT path, state, size, mtime, recheck "
                               "FROM main.files WHERE root = ?1 AND path >= ?2 AND path < x'' "
                               "ORDER BY path";
enum { ROW_PATH, ROW_STATE, ROW_SIZE, ROW_MTIME, ROW_RECHECK };

int ledger_walk_open(struct ledger *ledger)
{
    ledger->walk = calloc(1, sizeof *ledger->walk);
    if (!ledger->walk)
        return complain_of_memory();
    return db_prepare(ledger->db, rows_sql, &ledger->walk->rows);
}

void ledger_walk_leave(struct ledger *ledger)
{
    struct ledger_walk *walk = ledger->walk;
    if (!walk)
        return;
    sqlite3_reset(walk->rows);
    sqlite3_free(walk->root);
    walk->root = NULL;
}

void ledger_walk_close(struct ledger *ledger)
{
    if (!ledger->walk)
        return;
    ledger_walk_leave(ledger);
    sqlite3_finalize(ledger->walk->rows);
    free(ledger->walk);
    ledger->walk = NULL;
}

/* As BINARY compares. */
static int compare(const char *a, size_t n, const char *b, size_t m)
{
    int order = memcmp(a, b, n < m ? n : m);
    return order != 0 ? order : (n > m) - (n < m);
}

/* How the path of the row it stands on compares with this one. */
static int compare_row(const struct ledger_walk *walk, const char *path, size_t n)
{
    const char *own = (const char *)sqlite3_column_blob(walk->rows, ROW_PATH);
    size_t size = (size_t)sqlite3_column_bytes(walk->rows, ROW_PATH);
    return own ? compare(own, size, path, n) : -1;
}

static int next_row(struct ledger_walk *walk)
{
    int rc = sqlite3_step(walk->rows);
    walk->at_row = rc == SQLITE_ROW;
    if (!walk->at_row)
        sqlite3_reset(walk->rows);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Goes to the first row at the path or behind it. */
static int search(struct ledger_walk *walk, sqlite3_value *const facts[FACTS])
{
    sqlite3_reset(walk->rows);
    int rc = sqlite3_bind_value(walk->rows, 1, facts[FACT_ROOT]);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(walk->rows, 2, facts[FACT_PATH]);
    return rc == SQLITE_OK ? next_row(walk) : rc;
}

static int enter(struct ledger_walk *walk, sqlite3_value *const facts[FACTS])
{
    const char *root = (const char *)sqlite3_value_text(facts[FACT_ROOT]);
    sqlite3_free(walk->root);
    walk->root = root ? sqlite3_mprintf("%s", root) : NULL;
    return walk->root ? search(walk, facts) : SQLITE_NOMEM;
}

static bool is_in(const struct ledger_walk *walk, sqlite3_value *root)
{
    const char *text = (const char *)sqlite3_value_text(root);
    return walk->root && text && strcmp(walk->root, text) == 0;
}

/* Whether the row it stands on tells that the file is as it was. Size and mtime are both NULL, or none. */
static bool is_as_before(const struct ledger_walk *walk, sqlite3_value *const facts[FACTS])
{
    sqlite3_stmt *rows = walk->rows;
    return sqlite3_value_type(facts[FACT_NO_TRACE]) == SQLITE_NULL &&
           sqlite3_value_type(facts[FACT_MTIME]) == SQLITE_INTEGER &&
           sqlite3_column_type(rows, ROW_MTIME) == SQLITE_INTEGER &&
           sqlite3_column_int64(rows, ROW_MTIME) == sqlite3_value_int64(facts[FACT_MTIME]) &&
           sqlite3_column_int64(rows, ROW_SIZE) == sqlite3_value_int64(facts[FACT_SIZE]) &&
           sqlite3_column_int(rows, ROW_RECHECK) == 0;
}

int ledger_walk_find(struct ledger *ledger, sqlite3_value *const facts[FACTS],
                     struct ledger_entry *entry)
{
    struct ledger_walk *walk = ledger->walk;
    const char *path = (const char *)sqlite3_value_blob(facts[FACT_PATH]);
    size_t n = (size_t)sqlite3_value_bytes(facts[FACT_PATH]);
    bool text = sqlite3_value_type(facts[FACT_PATH]) == SQLITE_TEXT;
    int order = -1;
    int rc = SQLITE_OK;
    if (!path || !text || n > sizeof walk->last)
        return ledger_look_up(ledger, facts, entry);
    if (!is_in(walk, facts[FACT_ROOT]))
        rc = enter(walk, facts);
    else if (compare(path, n, walk->last, walk->last_size) <= 0)
        return ledger_look_up(ledger, facts, entry);
    memcpy(walk->last, path, n);
    walk->last_size = n;
    for (int passed = 0; rc == SQLITE_OK && walk->at_row; passed++) {
        order = compare_row(walk, path, n);
        if (order >= 0)
            break;
        rc = passed < PASS_OVER ? next_row(walk) : search(walk, facts);
    }
    *entry = (struct ledger_entry){.state = OUTCOMES};
    if (rc != SQLITE_OK || !walk->at_row || order != 0)
        return rc;
    if (!is_as_before(walk, facts))
        return ledger_look_up(ledger, facts, entry);
    entry->state = outcome_of((const char *)sqlite3_column_text(walk->rows, ROW_STATE));
    entry->as_before = entry->state != SKIPPED;
    return entry->state == OUTCOMES ? SQLITE_NOMEM : SQLITE_OK;
}
