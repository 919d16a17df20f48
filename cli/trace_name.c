#include "trace_name.h"

#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "nearest.h"

int trace_nearest(struct db *db, const char *given, char **out)
{
    struct nearest near = nearest_to(given);
    sqlite3_stmt *stmt = NULL;
    *out = NULL;
    int code = db_prepare(db, embedded_sql("show/near.sql"), &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, given, -1, SQLITE_STATIC);
    while (db_next_row(db, stmt, &code)) {
        const char *before = near.name;
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        if (name)
            nearest_offer(&near, name);
        if (near.name == before)
            continue;
        free(*out);
        *out = strdup(near.name);
        near.name = *out;
        if (!*out) {
            code = complain_of_memory();
            break;
        }
    }
    sqlite3_finalize(stmt);
    return code;
}

static int complain_of_unknown(struct db *db, const char *given)
{
    char *near;
    int code = trace_nearest(db, given, &near);
    if (code == DONE && near)
        code = complain(UNUSABLE, "%s: no trace is called %s: did you mean %s?", db->path, given,
                        near);
    else if (code == DONE)
        code = complain(UNUSABLE, "%s: no trace is called %s or begins with it", db->path, given);
    free(near);
    return code;
}

int trace_find(struct db *db, const char *given, char **out)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, embedded_sql("show/find.sql"), &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, given, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        code = db_complain(db, given);
    else if (sqlite3_column_int(stmt, 1) == 0)
        code = complain_of_unknown(db, given);
    else if (sqlite3_column_int(stmt, 1) > 1)
        code = complain(WRONG_USAGE, "%s: several traces begin with %s: give more of the name",
                        db->path, given);
    else if (!(*out = strdup((const char *)sqlite3_column_text(stmt, 0))))
        code = complain_of_memory();
    sqlite3_finalize(stmt);
    return code;
}
