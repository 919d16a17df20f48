#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"
#include "schema.h"
#include "script.h"

#define BUSY_MS 30000

int db_complain(const struct db *db, const char *doing)
{
    complain(UNUSABLE, "%s%s%s%s%s", db->path ? db->path : "", db->path ? ": " : "",
             doing ? doing : "", doing ? ": " : "", sqlite3_errmsg(db->handle));
    if (!db->writable && db->version > 0 && db->version < schema_latest())
        complain(UNUSABLE,
                 "%s: is of version %d; `lightning sql --db %s --write ''` brings it up to %d",
                 db->path, db->version, db->path, schema_latest());
    return UNUSABLE;
}

int db_run(struct db *db, const char *sql)
{
    if (db->show_sql) {
        script_show(sql);
        return DONE;
    }
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return db_complain(db, NULL);
    return DONE;
}

int db_prepare(struct db *db, const char *sql, sqlite3_stmt **out)
{
    *out = NULL;
    if (db->show_sql) {
        script_show(sql);
        return DONE;
    }
    if (sqlite3_prepare_v2(db->handle, sql, -1, out, NULL) != SQLITE_OK)
        return db_complain(db, NULL);
    return DONE;
}

bool db_next_row(const struct db *db, sqlite3_stmt *stmt, int *code)
{
    int rc = *code == DONE ? sqlite3_step(stmt) : SQLITE_DONE;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        *code = db_complain(db, NULL);
    return rc == SQLITE_ROW;
}

int db_integer(struct db *db, const char *sql, sqlite3_int64 *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, sql, &stmt);

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    else if (stmt)
        code = db_complain(db, NULL);
    sqlite3_finalize(stmt);
    return code;
}

/* Whether a file lies in a folder where files may be made. */
static bool folder_is_writable(const struct db *db)
{
    char *copy = strdup(db->filename);
    bool writable = copy && access(dirname(copy), W_OK | X_OK) == 0;

    free(copy);
    return writable;
}

/* The size of the file's companion, such as "-wal"; -1 when there is none. */
static off_t companion_size(const struct db *db, const char *suffix)
{
    char *name = sqlite3_mprintf("%s%s", db->filename, suffix);
    struct stat status;
    off_t size = name && stat(name, &status) == 0 ? status.st_size : -1;

    sqlite3_free(name);
    return size;
}

static int make_file(const struct db *db)
{
    /* SQLite gives -wal and -shm the permissions of the file itself. */
    int fd = open(db->filename, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 && errno != EEXIST)
        return complain(UNUSABLE, "%s: cannot be made: %s", db->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return DONE;
}

/* Why a database that looks well does not let itself be read. */
static int complain_of_opening(const struct db *db, int rc)
{
    if ((rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY) &&
        (!folder_is_writable(db) || companion_size(db, "-shm") >= 0))
        return complain(
            UNUSABLE,
            "%s: cannot be %s where it is: SQLite must write %s-shm beside it and may not: "
            "copy it (with its -wal, if any) to a folder of your own",
            db->path, db->writable ? "written" : "read", db->path);
    return db_complain(db, "cannot be opened");
}

static int run_opening(struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? DONE : complain_of_opening(db, rc);
}

/* ---- files beside which nothing may be written ---- */

static int look_at_file(const struct db *db, sqlite3_int64 *size, sqlite3_int64 *mtime)
{
    struct stat status;

    if (stat(db->filename, &status) != 0)
        return complain(UNUSABLE, "%s: cannot be read: %s", db->path, strerror(errno));
    *size = status.st_size;
    *mtime = (sqlite3_int64)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    return DONE;
}

/* In WAL mode even a reader needs a -shm beside the file, unless SQLite is told that nobody writes. */
static int freeze(struct db *db)
{
    db->frozen = !db->writable && !folder_is_writable(db) && companion_size(db, "-wal") <= 0 &&
                 companion_size(db, "-shm") < 0 && companion_size(db, "-journal") <= 0;
    return db->frozen ? look_at_file(db, &db->frozen_size, &db->frozen_mtime) : DONE;
}

static int check_frozen(const struct db *db)
{
    sqlite3_int64 size = 0, mtime = 0;
    int code = look_at_file(db, &size, &mtime);

    if (code == DONE &&
        (size != db->frozen_size || mtime != db->frozen_mtime || companion_size(db, "-wal") > 0))
        code = complain(UNUSABLE,
                        "%s: was written while it was read, so what was read may be wrong: "
                        "run it again",
                        db->path);
    return code;
}

/* The file's name as a URI that says that the file does not change. NULL when out of memory. */
static char *frozen_uri(const struct db *db)
{
    sqlite3_str *uri = sqlite3_str_new(NULL);

    sqlite3_str_appendall(uri, "file:");
    for (const char *at = db->filename; *at; at++)
        sqlite3_str_appendf(uri, strchr("%?#", *at) ? "%%%02x" : "%c", (unsigned char)*at);
    sqlite3_str_appendall(uri, "?immutable=1");
    return sqlite3_str_finish(uri);
}

/* ---- opening ---- */

/* Opens the connection and sets what every connection has. */
static int connect_to(struct db *db, int flags)
{
    char *error = NULL;
    char *uri = db->frozen ? frozen_uri(db) : NULL;
    /* Each connection is one thread's: mutexes would cost an import a tenth of its time. */
    int rc = db->frozen && !uri
                 ? SQLITE_NOMEM
                 : sqlite3_open_v2(uri ? uri : db->filename, &db->handle,
                                   flags | SQLITE_OPEN_NOMUTEX | (uri ? SQLITE_OPEN_URI : 0), NULL);

    sqlite3_free(uri);
    if (!db->handle)
        return complain_of_memory();
    if (rc != SQLITE_OK)
        return complain_of_opening(db, rc);
    if (db->writable && sqlite3_db_readonly(db->handle, "main") == 1)
        return complain(UNUSABLE, "%s: cannot be written: you may only read it", db->path);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    /* A file may come from anywhere: what it stores must not call functions that reach further. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (sqlite3_lightning_init(db->handle, &error, NULL) != SQLITE_OK) {
        complain(UNUSABLE, "the extension cannot be started: %s",
                 error ? error : sqlite3_errmsg(db->handle));
        sqlite3_free(error);
        return UNUSABLE;
    }
    return run_opening(db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
}

/* What the file says it is, now that its -wal counts too. */
static int identify(struct db *db, bool *blank)
{
    sqlite3_int64 id = 0, version = 0, tables = 0, utf16 = 0;
    /* One transaction: another process may be making the tables. */
    int code = run_opening(db, "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1");

    if (code == DONE)
        code = db_integer(db, "PRAGMA application_id", &id);
    if (code == DONE)
        code = db_integer(db, "PRAGMA user_version", &version);
    if (code == DONE)
        code = db_integer(db, "SELECT count(*) FROM sqlite_master", &tables);
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL);
    if (code != DONE)
        return code;
    *blank = id == 0 && version == 0 && tables == 0;
    if (*blank)
        return DONE;
    code = db_integer(db, "SELECT encoding <> 'UTF-8' FROM pragma_encoding", &utf16);
    if (code == DONE && utf16)
        return complain(UNUSABLE, "%s: keeps its text as UTF-16; lightning's files are UTF-8",
                        db->path);
    if (code == DONE)
        code = check_identity(db->path, id, version, schema_latest());
    if (code == DONE)
        db->version = (int)version;
    return code;
}

static int complain_of_nothing(const struct db *db, bool missing)
{
    return complain(UNUSABLE,
                    missing
                        ? "%s: there is no such file: make it with `lightning import DIR --db %s`, "
                          "or name another with --db"
                        : "%s: is empty: fill it with `lightning import DIR --db %s`",
                    db->path, db->path);
}

/* The tables of a blank file may be in its -wal, and be another program's. A connection that may
 * write would move them into the file when it closes: one that may not looks first. */
static int look_at_blank(const struct db *db)
{
    struct db reader = *db;
    bool blank;
    int code;

    reader.writable = false;
    code = connect_to(&reader, SQLITE_OPEN_READONLY);
    if (code == DONE)
        code = identify(&reader, &blank);
    sqlite3_close(reader.handle);
    return code;
}

static int open_file(struct db *db, enum db_mode mode)
{
    enum probed found = PROBED_MISSING;
    bool blank = false;
    int code = probe_file(db->filename, db->path, &found);

    if (code != DONE)
        return code;
    if (found == PROBED_MISSING && mode == DB_CREATE)
        code = make_file(db);
    else if (found == PROBED_MISSING || (found == PROBED_EMPTY && mode != DB_CREATE))
        code = complain_of_nothing(db, found == PROBED_MISSING);
    if (code != DONE)
        return code;
    if (mode == DB_WRITE_IF_POSSIBLE)
        db->writable = access(db->filename, W_OK) == 0 && folder_is_writable(db);
    else
        db->writable = mode != DB_READ;
    db->tidy = !db->writable && companion_size(db, "-wal") <= 0;
    code = freeze(db);
    /* What a rollback journal holds only one that may write can put back; then there is no -wal. */
    if (code == DONE && found == PROBED_BLANK && db->writable &&
        companion_size(db, "-journal") <= 0)
        code = look_at_blank(db);
    if (code == DONE)
        code = connect_to(db, db->writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    if (code == DONE)
        code = identify(db, &blank);
    if (code == DONE && blank && mode == DB_CREATE)
        code = schema_create(db);
    else if (code == DONE && blank)
        code = complain_of_nothing(db, false);
    if (code == DONE && blank)
        code = identify(db, &blank);
    if (code == DONE && db->writable)
        code = schema_migrate(db);
    return code;
}

char *db_filename(const char *path)
{
    /* SQLite puts -wal and -shm where a link leads to. */
    char *real = realpath(path, NULL);
    char *name = real ? sqlite3_mprintf("%s", real)
                      : sqlite3_mprintf("%s%s", path[0] == '/' ? "" : "./", path);

    free(real);
    return name;
}

/* What --show-sql prints where a file would be opened. */
static int show_opening(const struct db *db, enum db_mode mode)
{
    struct stat status;

    if (mode == DB_CREATE && (stat(db->filename, &status) != 0 || status.st_size == 0))
        schema_show();
    if (mode == DB_CREATE || mode == DB_WRITE)
        puts("PRAGMA foreign_keys = ON;");
    return DONE;
}

int db_open(struct db *db, const struct arguments *args, enum db_mode mode)
{
    *db = (struct db){.show_sql = args->show_sql};
    if (mode != DB_MEMORY)
        db->path = args->db;
    db->filename = db->path ? db_filename(db->path) : sqlite3_mprintf(":memory:");
    if (!db->filename)
        return complain_of_memory();
    if (db->show_sql)
        return show_opening(db, mode);
    if (mode != DB_MEMORY)
        return open_file(db, mode);
    db->writable = true;
    return connect_to(db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

/* A read-only connection makes a -wal and a -shm and cannot remove them: only one that may write
 * does, when it is the last to close. */
static void remove_companions(const struct db *db)
{
    sqlite3 *handle = NULL;

    if (companion_size(db, "-wal") != 0 || access(db->filename, W_OK) != 0 ||
        !folder_is_writable(db))
        return;
    if (sqlite3_open_v2(db->filename, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        sqlite3_exec(handle, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL);
    sqlite3_close(handle);
}

int db_close(struct db *db, int code)
{
    if (sqlite3_close(db->handle) != SQLITE_OK) {
        code = db_complain(db, "cannot be closed");
        sqlite3_close_v2(db->handle);
    } else if (db->handle && db->tidy) {
        remove_companions(db);
    }
    if (db->handle && db->frozen && code != UNUSABLE && check_frozen(db) != DONE)
        code = UNUSABLE;
    sqlite3_free(db->filename);
    db->handle = NULL;
    db->filename = NULL;
    return code;
}

int db_take_in(struct db *db)
{
    const char *refused = "SELECT count(*) FROM main.inbox WHERE reason IS NOT NULL";
    sqlite3_int64 waiting = 0, before = 0, after = 0, taken = 0;
    int code;

    if (db->show_sql)
        return db_run(db, "SELECT lightning_take_in()");
    code = db_integer(db, "SELECT count(*) FROM main.inbox WHERE reason IS NULL", &waiting);
    if (code != DONE || waiting == 0)
        return code;
    if (!db->writable)
        return complain(NEEDS_A_LOOK, "%s: cannot be written: %lld in its inbox %s not counted",
                        db->path, waiting, waiting == 1 ? "is" : "are");
    code = db_integer(db, refused, &before);
    if (code == DONE)
        code = db_integer(db, "SELECT lightning_take_in()", &taken);
    if (code == DONE)
        code = db_integer(db, refused, &after);
    if (code == DONE && after > before)
        code = complain(
            NEEDS_A_LOOK,
            "%s: %lld in its inbox could not be taken in: see SELECT id, reason FROM inbox",
            db->path, after - before);
    return code;
}
