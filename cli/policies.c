#include "policies.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first version that has the table. */
#define SINCE 2
/* Far more than people write. */
#define LARGEST (1 << 20)

/* A copy of a column; NULL for NULL. */
static int copy_column(sqlite3_stmt *row, int column, char **out)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    *out = text ? strdup(text) : NULL;
    return text && !*out ? complain_of_memory() : DONE;
}

/* The first row of a query about policies, its first columns copied to those `out` that are not NULL. */
static int look_up(struct db *db, sqlite3_stmt *stmt, char **const out[], int n)
{
    int code = DONE;
    if (db_next_row(db, stmt, &code))
        for (int i = 0; i < n && code == DONE; i++)
            if (out[i])
                code = copy_column(stmt, i, out[i]);
    sqlite3_finalize(stmt);
    return code;
}

int policy_of_scorer(struct db *db, sqlite3_int64 scorer, char **out)
{
    sqlite3_stmt *stmt = NULL;
    *out = NULL;
    if (!db->handle || db->version < SINCE)
        return DONE;
    int code = db_prepare(db,
                          "SELECT p.policy FROM main.scorers AS s "
                          "JOIN main.policies AS p ON p.id = s.policy_id WHERE s.id = ?1",
                          &stmt);
    if (code != DONE)
        return code;
    sqlite3_bind_int64(stmt, 1, scorer);
    return look_up(db, stmt, (char **const[]){out}, 1);
}

int policy_of_trace(struct db *db, const char *trace_id, char **out)
{
    sqlite3_stmt *stmt = NULL;
    *out = NULL;
    if (!db->handle || db->version < SINCE)
        return DONE;
    int code = db_prepare(db,
                          "SELECT p.policy FROM main.traces AS t "
                          "JOIN main.scorers AS s ON s.id = t.scorer_id "
                          "JOIN main.policies AS p ON p.id = s.policy_id WHERE t.trace_id = ?1",
                          &stmt);
    if (code != DONE)
        return code;
    if (sqlite3_bind_text(stmt, 1, trace_id, -1, SQLITE_STATIC) != SQLITE_OK) {
        sqlite3_finalize(stmt);
        return complain_of_memory();
    }
    return look_up(db, stmt, (char **const[]){out}, 1);
}

int policy_in_force(struct db *db, char **json, char **name)
{
    sqlite3_stmt *stmt = NULL;
    *name = NULL;
    if (json)
        *json = NULL;
    if (!db->handle || db->version < SINCE)
        return DONE;
    int code = db_prepare(db,
                          "SELECT name, policy FROM main.policies "
                          "WHERE kind = 'safety' AND in_force = 1",
                          &stmt);
    return code == DONE ? look_up(db, stmt, (char **const[]){name, json}, 2) : code;
}

int policy_read(const char *path, char **out)
{
    FILE *file = fopen(path, "re");
    size_t n = 0;
    *out = NULL;
    if (!file)
        return complain(UNUSABLE, "cannot read the policy %s: %s", path, strerror(errno));
    char *text = malloc(LARGEST + 1);
    if (text)
        n = fread(text, 1, LARGEST + 1, file);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (!text)
        return complain_of_memory();
    if (error)
        complain(UNUSABLE, "cannot read the policy %s: %s", path, strerror(error));
    else if (n > LARGEST)
        complain(UNUSABLE, "the policy %s is larger than 1 MiB", path);
    else if (memchr(text, '\0', n))
        complain(UNUSABLE, "the policy %s is no JSON: it has a NUL byte", path);
    else
        *out = text;
    if (!*out) {
        free(text);
        return UNUSABLE;
    }
    text[n] = '\0';
    return DONE;
}
