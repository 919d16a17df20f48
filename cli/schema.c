#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "script.h"

#define FOLDER "migrations/"
#define BUSY_MS 30000

/* The number of migrations/NNNN-name.sql; 0 when the name is not of that form. */
static int number_of(const struct embedded_file *file)
{
    const char *digits = file->name + strlen(FOLDER);

    return strspn(digits, "0123456789") == 4 && digits[4] == '-' ? (int)strtol(digits, NULL, 10)
                                                                 : 0;
}

int schema_latest(void)
{
    const struct embedded_file *file;
    size_t at = 0;
    int latest = 1;

    while ((file = embedded_next(FOLDER, &at)) != NULL)
        if (number_of(file) > latest)
            latest = number_of(file);
    return latest;
}

void schema_show(void)
{
    const struct embedded_file *file;
    size_t at = 0;

    script_show(embedded_sql("schema.sql"));
    while ((file = embedded_next(FOLDER, &at)) != NULL) {
        puts("BEGIN IMMEDIATE;");
        script_show((const char *)file->text);
        printf("PRAGMA user_version = %d;\nCOMMIT;\n", number_of(file));
    }
}

/* Runs one statement. Changing to WAL answers SQLITE_BUSY at once, whatever the busy timeout, while
 * another process does the same. */
static int run_patiently(struct db *db, sqlite3_stmt *stmt)
{
    int waited = 0;
    int rc;

    for (;;) {
        do
            rc = sqlite3_step(stmt);
        while (rc == SQLITE_ROW);
        if (rc != SQLITE_BUSY || waited >= BUSY_MS || !sqlite3_get_autocommit(db->handle))
            return rc;
        sqlite3_reset(stmt);
        waited += 20;
        sqlite3_sleep(20);
    }
}

int schema_create(struct db *db)
{
    const char *sql = embedded_sql("schema.sql");
    bool checked = false;
    int rc = SQLITE_OK;

    if (!sql)
        return complain(UNUSABLE, "schema.sql is missing from this build");
    while (rc == SQLITE_OK && *(sql = script_skip(sql))) {
        sqlite3_stmt *stmt = NULL;

        rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, &sql);
        if (rc == SQLITE_OK && stmt && (rc = run_patiently(db, stmt)) == SQLITE_DONE)
            rc = SQLITE_OK;
        sqlite3_finalize(stmt);
        /* Now that nobody else can write: is it still empty? */
        if (rc == SQLITE_OK && !checked && !sqlite3_get_autocommit(db->handle)) {
            sqlite3_int64 id = 0;

            checked = true;
            if (db_integer(db, "PRAGMA application_id", &id) != DONE)
                return UNUSABLE;
            if (id == APPLICATION_ID)
                return db_run(db, "ROLLBACK");
        }
    }
    if (rc != SQLITE_OK)
        return db_complain(db, "making the tables");
    return DONE;
}

/* Runs one migration inside the transaction that the caller has begun. */
static int apply(struct db *db, const struct embedded_file *file, int number)
{
    sqlite3_int64 broken = 0;
    char set_version[64];
    int code = db_run(db, (const char *)file->text);

    if (code != DONE)
        return complain(UNUSABLE, "%s: is left at version %d: %s failed", db->path, db->version,
                        file->name);
    if (sqlite3_get_autocommit(db->handle))
        return complain(UNUSABLE, "%s: must not end its transaction", file->name);
    code = db_integer(db, "SELECT count(*) FROM pragma_foreign_key_check", &broken);
    if (code == DONE && broken > 0)
        code =
            complain(UNUSABLE, "%s: %s would leave %lld row%s without what %s to", db->path,
                     file->name, broken, plural(broken), broken == 1 ? "it refers" : "they refer");
    sqlite3_snprintf(sizeof(set_version), set_version, "PRAGMA user_version = %d", number);
    if (code == DONE)
        code = db_run(db, set_version);
    return code;
}

static int migrate_to(struct db *db, const struct embedded_file *file, int number)
{
    sqlite3_int64 version = 0;
    int code = db_run(db, "BEGIN IMMEDIATE");

    if (code != DONE)
        return code;
    /* Another process may have done it while this one waited. */
    code = db_integer(db, "PRAGMA user_version", &version);
    if (code == DONE && version < number)
        code = apply(db, file, number);
    if (code == DONE)
        code = db_run(db, "COMMIT");
    if (code == DONE)
        db->version = version > number ? (int)version : number;
    else if (!sqlite3_get_autocommit(db->handle))
        db_run(db, "ROLLBACK");
    return code;
}

int schema_migrate(struct db *db)
{
    const struct embedded_file *file;
    size_t at = 0;
    int code = DONE;

    if (db->version >= schema_latest())
        return DONE;
    /* Rebuilding a table that others refer to is only possible so: lang_altertable.html, 7. */
    code = db_run(db, "PRAGMA foreign_keys = OFF");
    while (code == DONE && (file = embedded_next(FOLDER, &at)) != NULL)
        if (number_of(file) > db->version)
            code = migrate_to(db, file, number_of(file));
    if (code == DONE)
        code = db_run(db, "PRAGMA foreign_keys = ON");
    return code;
}
