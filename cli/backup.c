/*
 * backup.c -- `lightning backup`: a copy of the file as it is at one moment, while others use it.
 *
 * The copy is made under a name of its own and takes the name that was asked for when it is whole
 * and on disk. Until then that name is held by an empty file, so that nobody else can take it.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "db.h"

/* ---- signals ---- */

/* Signals that end the program wait while there is something to clean up; SQLite asks after every
 * so many steps whether one has come. */
#define STEPS_BETWEEN_LOOKS 10000

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

static int signal_waits(void *unused)
{
    sigset_t pending;

    (void)unused;
    if (sigpending(&pending) != 0)
        return 0;
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
           sigismember(&pending, SIGHUP) == 1;
}

/* ---- the copy ---- */

static int sync_path(const char *name, int flags)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC | flags);
    int failed;

    if (fd < 0)
        return -1;
    failed = fsync(fd);
    close(fd);
    return failed;
}

static int sync_folder_of(const char *name)
{
    char *copy = strdup(name);
    int failed = copy ? sync_path(dirname(copy), O_DIRECTORY) : -1;

    free(copy);
    return failed;
}

/* VACUUM INTO leaves a rollback journal's format behind; the copy is used as the original was. */
static int make_wal(const char *name)
{
    sqlite3 *handle = NULL;
    int rc = sqlite3_open_v2(name, &handle, SQLITE_OPEN_READWRITE, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        complain(UNUSABLE, "%s: %s", name, handle ? sqlite3_errmsg(handle) : "out of memory");
    sqlite3_close(handle);
    return rc == SQLITE_OK ? DONE : UNUSABLE;
}

/* Fills `name`, an empty file, and sees it safely to disk. */
static int copy_to(struct db *db, const char *name)
{
    char *sql = sqlite3_mprintf("VACUUM main INTO %Q", name);
    int code;

    if (!sql)
        return complain_of_memory();
    sqlite3_progress_handler(db->handle, STEPS_BETWEEN_LOOKS, signal_waits, NULL);
    code = db_run(db, sql);
    sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    sqlite3_free(sql);
    if (code == DONE)
        code = make_wal(name);
    if (code == DONE && sync_path(name, 0) != 0)
        code = complain(UNUSABLE, "%s: cannot be written: %s", name, strerror(errno));
    return code;
}

/* Makes the copy beside `out`, which is held already, and puts it in its place. */
static int copy_and_rename(struct db *db, const char *out)
{
    char *filename = db_filename(out);
    char *name = filename ? sqlite3_mprintf("%s.XXXXXX", filename) : NULL;
    int fd = name ? mkstemp(name) : -1; /* made 0600 */
    int code;

    sqlite3_free(filename);
    if (fd < 0) {
        code = name ? complain(UNUSABLE, "%s: cannot be made: %s", name, strerror(errno))
                    : complain_of_memory();
        sqlite3_free(name);
        return code;
    }
    close(fd);
    code = copy_to(db, name);
    if (code == DONE && rename(name, out) != 0)
        code = complain(UNUSABLE, "%s: cannot be made: %s", out, strerror(errno));
    if (code == UNUSABLE)
        unlink(name);
    else if (sync_folder_of(out) != 0)
        code = complain(NEEDS_A_LOOK, "%s: is whole, but a crash now may lose it: %s", out,
                        strerror(errno));
    sqlite3_free(name);
    return code;
}

/* Returns WRONG_USAGE, having touched nothing, when there is such a file. */
static int hold_and_copy(struct db *db, const char *out)
{
    int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int code;

    if (fd < 0 && errno == EEXIST)
        return complain(WRONG_USAGE, "%s: is there already, and is left as it is", out);
    if (fd < 0)
        return complain(UNUSABLE, "%s: cannot be made: %s", out, strerror(errno));
    close(fd);
    code = copy_and_rename(db, out);
    if (code == UNUSABLE)
        unlink(out);
    return code;
}

static int show_backup(struct db *db, const char *out)
{
    char *sql =
        sqlite3_mprintf("VACUUM main INTO %Q;\n-- and in the copy: PRAGMA journal_mode = WAL", out);
    int code = sql ? db_run(db, sql) : complain_of_memory();

    sqlite3_free(sql);
    return code;
}

static int open_and_copy(const struct arguments *args)
{
    const char *out = args->operands[0];
    struct stat status = {0};
    struct db db;
    int code = db_open(&db, args, DB_READ);

    if (code == DONE && db.show_sql) {
        code = show_backup(&db, out);
    } else if (code == DONE) {
        code = hold_and_copy(&db, out);
        if ((code == DONE || code == NEEDS_A_LOOK) && stat(out, &status) == 0)
            printf("%s: copied to %s, %lld bytes\n", db.path, out, (long long)status.st_size);
    }
    return db_close(&db, code);
}

static int backup(const struct arguments *args)
{
    sigset_t ending, before;
    int code;

    ending_signals(&ending);
    sigprocmask(SIG_BLOCK, &ending, &before);
    code = open_and_copy(args);
    sigprocmask(SIG_SETMASK, &before, NULL); /* a signal that waited ends the program here */
    return code;
}

const struct command command_backup = {
    .name = "backup",
    .summary = "copy the file while it is in use",
    .operands = "OUT",
    .run = backup,
};
