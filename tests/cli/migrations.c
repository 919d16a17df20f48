/*
 * migrations.c -- opens a file as the command line does, with migrations of its own, for
 * migrations.sh: the program itself may have none yet.
 *
 * usage: migrations FILE read|write|create
 *
 * LATEST says how many there are: compiled with 1 it is the old program, with 4 the new one.
 */
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "embedded.h"
#include "schema.h"

#define FILE_OF(name, text)                                                                        \
    {                                                                                              \
        name, (const unsigned char *)(text), sizeof(text) - 1                                      \
    }

const struct embedded_file sql_files[] = {
#if LATEST >= 2
    FILE_OF("migrations/0002-colour.sql", "-- needs no comment\n"
                                          "ALTER TABLE parent ADD COLUMN colour TEXT;\n"
                                          "UPDATE parent SET colour = 'red';\n"),
#endif
#if LATEST >= 4
    /* What only works with foreign keys off, or all children would be gone. */
    FILE_OF("migrations/0004-rebuild.sql",
            "CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT, colour TEXT NOT NULL);\n"
            "INSERT INTO new_parent SELECT id, name, colour FROM parent;\n"
            "DROP TABLE parent;\n"
            "ALTER TABLE new_parent RENAME TO parent;\n"),
#endif
#if LATEST == 5
    FILE_OF("migrations/0005-broken.sql", "UPDATE parent SET colour = 'blue';\nSELECT nonsense;\n"),
#endif
#if LATEST == 6
    FILE_OF("migrations/0006-orphans.sql", "DELETE FROM parent;\n"),
#endif
#if LATEST == 7
    FILE_OF("migrations/0007-commits.sql", "UPDATE parent SET colour = 'blue';\nCOMMIT;\n"),
#endif
    FILE_OF("schema.sql",
            "PRAGMA journal_mode = WAL;\n"
            "BEGIN IMMEDIATE;\n"
            "PRAGMA application_id = 1818847086;\n"
            "PRAGMA user_version = 1;\n"
            "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);\n"
            "CREATE TABLE child (parent_id NOT NULL REFERENCES parent (id) ON DELETE CASCADE);\n"
            "INSERT INTO parent (name) VALUES ('a'), ('b');\n"
            "INSERT INTO child VALUES (1), (1), (2);\n"
            "COMMIT;\n"),
};
const size_t n_sql_files = sizeof(sql_files) / sizeof(sql_files[0]);

int sqlite3_lightning_init(sqlite3 *handle, char **error, const sqlite3_api_routines *api)
{
    (void)handle;
    (void)error;
    (void)api;
    return SQLITE_OK;
}

int main(int argc, char **argv)
{
    struct arguments args = {.db = argc > 1 ? argv[1] : ""};
    enum db_mode mode = DB_READ;
    sqlite3_int64 foreign_keys = 0;
    sqlite3_stmt *stmt = NULL;
    struct db db;
    int code;

    if (argc > 2 && strcmp(argv[2], "write") == 0)
        mode = DB_WRITE;
    else if (argc > 2 && strcmp(argv[2], "create") == 0)
        mode = DB_CREATE;
    code = db_open(&db, &args, mode);
    if (code == DONE)
        code = db_integer(&db, "PRAGMA foreign_keys", &foreign_keys);
    if (code == DONE)
        printf("version %d, foreign keys %lld\n", db.version, foreign_keys);
    if (code == DONE && argc > 3)
        code = db_prepare(&db, argv[3], &stmt);
    sqlite3_finalize(stmt);
    return db_close(&db, code);
}
