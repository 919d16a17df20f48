/*
 * export.c -- lightning export --as legacy DIR: the files as they were imported, byte for byte, each at
 * DIR/YYYYMMDD/NAME with the time it had.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "db.h"
#include "embedded.h"
#include "filters.h"
#include "report.h"

/* The columns of sql/export/legacy.sql. */
enum { ROOT, PATH, MTIME, DOCUMENT };

struct export
{
    struct db *db;
    const char *directory;
    int fd;      /* of the directory */
    char day[9]; /* the day's folder that is open */
    int day_fd;  /* -1: none */
    sqlite3_int64 written;
    sqlite3_int64 refused; /* names that would lead out of the folder */
};

static void bind_text(sqlite3_stmt *stmt, const char *name, const char *value)
{
    int i = sqlite3_bind_parameter_index(stmt, name);
    if (i > 0 && value)
        sqlite3_bind_text(stmt, i, value, -1, SQLITE_STATIC);
}

/* Whether a path is YYYYMMDD/NAME: a file that came from elsewhere must not lead out of DIR. */
static bool is_safe(const char *path, size_t n)
{
    if (n < 10 || strlen(path) != n || strspn(path, "0123456789") != 8 || path[8] != '/')
        return false;
    const char *name = path + 9;
    return !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int open_day(struct export *export, const char *path)
{
    if (export->day_fd >= 0 && strncmp(export->day, path, 8) == 0)
        return DONE;
    if (export->day_fd >= 0)
        close(export->day_fd);
    memcpy(export->day, path, 8);
    export->day[8] = '\0';
    export->day_fd = -1;
    if (mkdirat(export->fd, export->day, 0700) != 0 && errno != EEXIST)
        return complain(UNUSABLE, "%s/%s: cannot be made: %s", export->directory, export->day,
                        strerror(errno));
    export->day_fd =
        openat(export->fd, export->day, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (export->day_fd < 0)
        return complain(UNUSABLE, "%s/%s: cannot be opened: %s", export->directory, export->day,
                        strerror(errno));
    return DONE;
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno != EINTR)
            return -1;
        if (written > 0) {
            bytes += written;
            n -= (size_t)written;
        }
    }
    return 0;
}

/* Writes one file with its time; what is there already is left as it is. */
static int write_file(struct export *export, sqlite3_stmt *row)
{
    const char *path = (const char *)sqlite3_column_text(row, PATH);
    const void *bytes = sqlite3_column_blob(row, DOCUMENT);
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    if (!path || !is_safe(path, (size_t)sqlite3_column_bytes(row, PATH)))
        return complain(UNUSABLE, "%s: is no YYYYMMDD/NAME, so it is not written",
                        path ? path : "?");
    int code = open_day(export, path);
    if (code != DONE)
        return code;
    int fd = openat(export->day_fd, path + 9, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return complain(UNUSABLE, "%s/%s: cannot be made: %s", export->directory, path,
                        strerror(errno));
    int rc = write_all(fd, bytes, (size_t)sqlite3_column_bytes(row, DOCUMENT));
    if (rc == 0 && sqlite3_column_type(row, MTIME) == SQLITE_INTEGER) {
        sqlite3_int64 mtime = sqlite3_column_int64(row, MTIME);
        times[1].tv_sec = mtime / 1000000000 - (mtime % 1000000000 < 0);
        times[1].tv_nsec = mtime % 1000000000 + (mtime % 1000000000 < 0 ? 1000000000 : 0);
        rc = futimens(fd, times);
    }
    if (close(fd) != 0 || rc != 0) {
        complain(UNUSABLE, "%s/%s: cannot be written: %s", export->directory, path,
                 strerror(errno));
        unlinkat(export->day_fd, path + 9, 0); /* half of it would pass for the whole */
        return UNUSABLE;
    }
    export->written++;
    return DONE;
}

static int refuse_clashes(struct db *db, const char *root)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, embedded_sql("export/clash.sql"), &stmt);
    if (code == DONE && stmt) {
        bind_text(stmt, ":root", root);
        int rc = sqlite3_step(stmt);
        if (rc != SQLITE_ROW && rc != SQLITE_DONE)
            code = db_complain(db, NULL);
        else if (rc == SQLITE_ROW)
            code = complain(UNUSABLE, "%s: stands in %s and in %s: choose one with --root",
                            (const char *)sqlite3_column_text(stmt, 0),
                            (const char *)sqlite3_column_text(stmt, 1),
                            (const char *)sqlite3_column_text(stmt, 2));
    }
    sqlite3_finalize(stmt);
    return code;
}

static int open_directory(struct export *export)
{
    if (mkdir(export->directory, 0700) != 0 && errno != EEXIST)
        return complain(UNUSABLE, "%s: cannot be made: %s", export->directory, strerror(errno));
    export->fd = open(export->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (export->fd < 0)
        return complain(UNUSABLE, "%s: cannot be opened: %s", export->directory, strerror(errno));
    return DONE;
}

static int write_files(struct export *export, sqlite3_stmt *row)
{
    int code = open_directory(export);
    int rc = SQLITE_DONE;
    while (code == DONE && (rc = sqlite3_step(row)) == SQLITE_ROW)
        code = write_file(export, row);
    if (code == DONE && rc != SQLITE_DONE)
        code = db_complain(export->db, "reading the documents");
    if (export->day_fd >= 0)
        close(export->day_fd);
    if (export->fd >= 0)
        close(export->fd);
    return code;
}

static int export_legacy(struct export *export, const struct filters *filters, const char *root)
{
    sqlite3_stmt *row = NULL;
    bool all = !filters->start_date[0] && !filters->end_date[0] && !filters->component &&
               !filters->model && !filters->where;
    int code = refuse_clashes(export->db, root);
    if (code == DONE && filters->where)
        code = observations_view(export->db, NULL, filters->where);
    if (code == DONE)
        code = db_prepare(export->db, embedded_sql("export/legacy.sql"), &row);
    if (code == DONE && row) {
        bind_text(row, ":root", root);
        bind_text(row, ":start_date", filters->start_date[0] ? filters->start_date : NULL);
        bind_text(row, ":end_date", filters->end_date[0] ? filters->end_date : NULL);
        bind_text(row, ":component", filters->component);
        bind_text(row, ":model", filters->model);
        sqlite3_bind_int(row, sqlite3_bind_parameter_index(row, ":all"), all);
        code = write_files(export, row);
        if (code == DONE)
            printf("%lld file%s written to %s\n", export->written, plural(export->written),
                   export->directory);
        if (code == DONE && root && export->written == 0)
            code = complain(NEEDS_A_LOOK, "%s: nothing in %s was imported from there", root,
                            export->db->path);
        if (code == DONE && export->refused)
            code = NEEDS_A_LOOK;
    }
    sqlite3_finalize(row);
    return code;
}

static int run(const struct arguments *args)
{
    const char *shape = option_value(args, "as");
    struct filters filters;
    struct db db;
    struct export export = {.db = &db, .directory = args->operands[0], .fd = -1, .day_fd = -1};
    if (!shape || strcmp(shape, "legacy") != 0)
        return complain(WRONG_USAGE, "export needs --as legacy");
    int code = filters_read(args, &filters);
    if (code != DONE)
        return code;
    const char *given = option_value(args, "root");
    char *root = given ? realpath(given, NULL) : NULL;
    code = db_open(&db, args, DB_WRITE_IF_POSSIBLE);
    if (code == DONE)
        code = db_take_in(&db);
    if (code == DONE || code == NEEDS_A_LOOK) {
        /* The folder may be gone by now: then its name must be the ledger's. */
        int exported = export_legacy(&export, &filters, root ? root : given);
        code = exported == DONE ? code : exported;
    }
    free(root);
    return db_close(&db, code);
}

static const struct option_spec options[] = {
    {"as", "SHAPE", "what is written: legacy, the traces folder as it was imported"},
    {"root", "DIR", "only files that were imported from this folder"},
    {NULL, NULL, NULL},
};

const struct command command_export = {
    .name = "export",
    .summary = "write the files as they were imported, byte for byte",
    .operands = "DIR",
    .options = {options, filter_options},
    .run = run,
};
