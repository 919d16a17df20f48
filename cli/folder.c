#include "folder.h"

#include <stddef.h>

int folder_bind(const struct folder *folder, sqlite3_stmt *stmt)
{
    int rc = sqlite3_bind_text(stmt, 1, folder->directory, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 3, folder->session_key, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 4, folder->user_key, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 5, folder->policy, -1, SQLITE_STATIC);
    return rc;
}

int folder_count(struct folder *folder)
{
    sqlite3_stmt *stmt = NULL;
    if (folder->total >= 0)
        return DONE;
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

int folder_has_news(struct folder *folder, bool *news)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(&folder->db,
                          "SELECT 1 FROM legacy_traces(?1) WHERE no_trace IS NULL "
                          "AND NOT seen(root, path, size, mtime, no_trace) LIMIT 1",
                          &stmt);
    if (code == DONE)
        sqlite3_bind_text(stmt, 1, folder->directory, -1, SQLITE_STATIC);
    *news = db_next_row(&folder->db, stmt, &code);
    sqlite3_finalize(stmt);
    return code;
}
