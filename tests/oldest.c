/*
 * oldest -- uses a traces.db as a program with another SQLite would: checks it, reads all of every
 * table and view, puts a trace into the inbox. Linked with an old amalgamation by oldest-sqlite.sh.
 *
 * usage: oldest traces.db VERSION    (fails unless linked with SQLite of this version)
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;

static void die(const char *doing)
{
    fprintf(stderr, "oldest: %s: %s\n", doing, sqlite3_errmsg(db));
    exit(1);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        die(sql);
    return stmt;
}

/* Runs a statement, reading every column of every row; returns the number of rows. */
static long run(const char *sql)
{
    sqlite3_stmt *stmt = prepare(sql);
    long rows = 0;
    int rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++)
            sqlite3_column_blob(stmt, i);
        rows++;
    }
    if (rc != SQLITE_DONE)
        die(sql);
    sqlite3_finalize(stmt);
    return rows;
}

/* The query gives one row, whose first column is `expected`. */
static void expect(const char *sql, const char *expected)
{
    sqlite3_stmt *stmt = prepare(sql);
    const unsigned char *got;

    if (sqlite3_step(stmt) != SQLITE_ROW)
        die(sql);
    got = sqlite3_column_text(stmt, 0);
    if (!got || strcmp((const char *)got, expected) != 0) {
        fprintf(stderr, "oldest: %s: expected %s, got %s\n", sql, expected,
                got ? (const char *)got : "NULL");
        exit(1);
    }
    sqlite3_finalize(stmt);
}

static void read_tables_and_views(void)
{
    sqlite3_stmt *names = prepare(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name");
    int rc;

    while ((rc = sqlite3_step(names)) == SQLITE_ROW) {
        const unsigned char *type = sqlite3_column_text(names, 0);
        const unsigned char *name = sqlite3_column_text(names, 1);
        char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", name);
        if (!type || !name || !sql)
            die("listing the tables");
        printf("%s %s: %ld rows\n", type, name, run(sql));
        sqlite3_free(sql);
    }
    if (rc != SQLITE_DONE)
        die("listing the tables");
    sqlite3_finalize(names);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: oldest traces.db VERSION\n");
        return 2;
    }
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        die(argv[1]);
    expect("SELECT sqlite_version()", argv[2]);
    expect("PRAGMA integrity_check", "ok");
    expect("SELECT count(*) FROM pragma_foreign_key_check", "0");
    read_tables_and_views();
    run("INSERT INTO inbox (document) VALUES ('{\"trace_id\": \"oldest\"}')");
    expect("SELECT count(*) FROM inbox WHERE document LIKE '%oldest%' AND reason IS NULL", "1");
    expect("PRAGMA integrity_check", "ok");
    if (sqlite3_close(db) != SQLITE_OK)
        die("closing");
    return 0;
}
