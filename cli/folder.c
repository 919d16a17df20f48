#include "folder.h"

#include <stddef.h>

int folder_bind(const struct folder *folder, sqlite3_stmt *stmt)
{
    int rc = sqlite3_bind_text(stmt, 1, folder->directory, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 3, folder->session_key, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 4, folder->user_key, -1, SQLITE_STATIC);
    return rc;
}

int folder_count(struct folder *folder)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(&folder->db, "SELECT count(*) FROM legacy_traces(?1)", &stmt);
    if (code == DONE) {
        sqlite3_bind_text(stmt, 1, folder->directory, -1, SQLITE_STATIC);
        if (sqlite3_step(stmt) == SQLITE_ROW)
            folder->total = sqlite3_column_int64(stmt, 0);
        else
            code = complain(UNUSABLE, "%s", sqlite3_errmsg(folder->db.handle));
    }
    sqlite3_finalize(stmt);
    return code;
}
