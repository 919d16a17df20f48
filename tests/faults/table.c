/*
 * table.c -- legacy_traces() under all that a program may do to a statement that reads it. After each
 * case no thread and no descriptor is left, and the connection still answers.
 *
 * usage: table EXTENSION FOLDER    (the folder holds FILES traces in 20241206)
 */
#include <dirent.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* More than are read ahead at a time. */
#define FILES 700

/* Each time an extension is loaded it notes, in a global, where SQLite's functions are: sqlite3ext.h has
 * it so. It is the same place each time. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:sqlite3_lightning_init\n";
}

static const char *extension;
static const char *folder;
static const char *about; /* the case in hand */
static int checks;
static int failures;

static void check(bool so, const char *what, long long found, long long wanted)
{
    checks++;
    if (so)
        return;
    failures++;
    printf("FAILED: %s: %s: %lld, not %lld\n", about, what, found, wanted);
}

static void equal(const char *what, long long found, long long wanted)
{
    check(found == wanted, what, found, wanted);
}

#define EQUAL(found, wanted) equal(#found, found, wanted)

static void begin_case(const char *sentence)
{
    about = sentence;
}

/* ---- what is left behind ---- */

static int entries_of(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static int descriptors(void)
{
    return entries_of("/proc/self/fd");
}

/* Threads besides those that there were at the beginning: a sanitizer has one of its own. A thread that
 * was joined may take a moment to leave the list. */
static int own_threads;

static int threads(void)
{
    int n = 0;
    for (int i = 0; i < 200; i++) {
        n = entries_of("/proc/self/task") - own_threads;
        if (n == 0)
            break;
        usleep(1000);
    }
    return n;
}

static void *nothing(void *unused)
{
    return unused;
}

static void count_own_threads(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, nothing, NULL);
    pthread_join(thread, NULL);
    usleep(20000);
    own_threads = entries_of("/proc/self/task");
}

static bool is_mapped(const char *path)
{
    char line[4096];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        found |= strstr(line, path) != NULL;
    fclose(maps);
    return found;
}

/* ---- a connection ---- */

static int rows_until; /* after so many rows, trip() does what it is to */
static enum { TRIP_ERROR, TRIP_INTERRUPT } trip_what;

static void trip(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    if (--rows_until == 0 && trip_what == TRIP_ERROR)
        sqlite3_result_error(context, "tripped", -1);
    else if (rows_until == 0)
        sqlite3_interrupt(sqlite3_context_db_handle(context));
    else
        sqlite3_result_value(context, argv[0]);
}

static sqlite3 *open_it(void)
{
    sqlite3 *db = NULL;
    char *error = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_enable_load_extension(db, 1) != SQLITE_OK ||
        sqlite3_load_extension(db, extension, NULL, &error) != SQLITE_OK) {
        fprintf(stderr, "table: %s\n", error ? error : sqlite3_errmsg(db));
        exit(1);
    }
    sqlite3_create_function(db, "trip", 1, SQLITE_UTF8, NULL, trip, NULL, NULL);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fprintf(stderr, "table: %s: %s\n", sql, sqlite3_errmsg(db));
        exit(1);
    }
    int folders = sqlite3_bind_parameter_count(stmt);
    for (int i = 1; i <= folders; i++)
        sqlite3_bind_text(stmt, i, folder, -1, SQLITE_STATIC);
    return stmt;
}

/* Takes up to `most` rows; *rc gets what the last step gave. */
static int take(sqlite3_stmt *stmt, int most, int *rc)
{
    int n = 0;
    *rc = SQLITE_ROW;
    while (n < most && (*rc = sqlite3_step(stmt)) == SQLITE_ROW)
        n++;
    return n;
}

static long long answer(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = prepare(db, sql);
    long long value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
    sqlite3_finalize(stmt);
    return value;
}

static const char scored[] = "SELECT path, combined_reward, document FROM legacy_traces(?1)";
static const char packed[] = "SELECT path, packed, size FROM legacy_traces(?1)";

/* ---- the cases ---- */

static void stops_early(sqlite3 *db)
{
    static const int rows[] = {1, 2, 3, 15, 16, 17, 18, 31, 64, 65, 127, 200, FILES - 1, FILES};
    static const char *const sqls[] = {scored, packed, "SELECT path FROM legacy_traces(?1)",
                                       "SELECT size, mtime FROM legacy_traces(?1)"};
    int rc;
    begin_case("a statement that is left after some rows");
    int before = descriptors();
    for (size_t s = 0; s < sizeof sqls / sizeof *sqls; s++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            sqlite3_stmt *stmt = prepare(db, sqls[s]);
            EQUAL(take(stmt, rows[i], &rc), rows[i]);
            /* Begun again, it gives all rows; then it is left in the middle once more. */
            sqlite3_reset(stmt);
            EQUAL(take(stmt, FILES + 1, &rc), FILES);
            EQUAL(rc, SQLITE_DONE);
            sqlite3_reset(stmt);
            take(stmt, rows[i], &rc);
            sqlite3_finalize(stmt);
            EQUAL(descriptors(), before);
            EQUAL(threads(), 0);
        }
    begin_case("LIMIT");
    EQUAL(
        answer(db, "SELECT count(*) FROM (SELECT combined_reward FROM legacy_traces(?1) LIMIT 1)"),
        1);
    EQUAL(
        answer(db, "SELECT count(*) FROM (SELECT combined_reward FROM legacy_traces(?1) LIMIT 70)"),
        70);
    EQUAL(
        answer(db,
               "SELECT count(*) FROM (SELECT packed FROM legacy_traces(?1) LIMIT 100 OFFSET 650)"),
        FILES - 650);
    EQUAL(answer(db, "SELECT count(*) FROM (SELECT packed FROM legacy_traces(?1) LIMIT 0)"), 0);
    EQUAL(descriptors(), before);
    EQUAL(threads(), 0);
}

static void joins(sqlite3 *db)
{
    begin_case("joined with itself");
    int before = descriptors();
    EQUAL(answer(db, "SELECT count(*) FROM legacy_traces(?1) AS a JOIN legacy_traces(?1) AS b "
                     "WHERE a.path = b.path"),
          FILES);
    EQUAL(answer(db, "SELECT count(*) FROM (SELECT * FROM legacy_traces(?1) LIMIT 20) AS a "
                     "JOIN legacy_traces(?1) AS b ON a.trace_id = b.trace_id"),
          20);
    EQUAL(answer(db,
                 "SELECT count(*) FROM legacy_traces(?1) AS a, legacy_traces(?1) AS b, "
                 "legacy_traces(?1) AS c WHERE a.path LIKE '%/7.json' AND b.rowid = a.rowid AND "
                 "c.path = b.path AND c.combined_reward IS NOT NULL"),
          1);
    EQUAL(answer(db,
                 "SELECT count(*) FROM legacy_traces(?1) AS a WHERE length(a.path) = 15 AND EXISTS "
                 "(SELECT 1 FROM legacy_traces(?1) AS b WHERE b.trace_id = a.trace_id)"),
          9);
    EQUAL(answer(db, "SELECT count(*) FROM legacy_traces(?1) AS a LEFT JOIN legacy_traces(?1) AS b "
                     "ON a.path = b.path AND b.path LIKE '%/3.json' WHERE b.path IS NULL"),
          FILES - 1);
    EQUAL(answer(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30) "
                     "SELECT sum((SELECT count(trace_id) FROM legacy_traces(?1))) FROM n"),
          30 * FILES);
    EQUAL(descriptors(), before);
    EQUAL(threads(), 0);
}

static void fails_and_is_interrupted(sqlite3 *db)
{
    static const int rows[] = {1, 2, 16, 17, 64, 65, 150, FILES};
    static const char *const sqls[] = {
        "SELECT trip(path), packed FROM legacy_traces(?1)",
        "SELECT sum(trip(latency_ms)) FROM legacy_traces(?1)",
        "SELECT path, combined_reward FROM legacy_traces(?1) WHERE trip(rowid) > 0 ORDER BY 2",
        "CREATE TEMP TABLE copy AS SELECT *, packed FROM legacy_traces(?1) WHERE trip(1)",
    };
    begin_case("an error in the outer statement, or an interrupt");
    int before = descriptors();
    for (int what = TRIP_ERROR; what <= TRIP_INTERRUPT; what++)
        for (size_t s = 0; s < sizeof sqls / sizeof *sqls; s++)
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                int rc;
                int wanted = what == TRIP_ERROR ? SQLITE_ERROR : SQLITE_INTERRUPT;
                sqlite3_stmt *stmt = prepare(db, sqls[s]);
                trip_what = what == TRIP_ERROR ? TRIP_ERROR : TRIP_INTERRUPT;
                rows_until = rows[i];
                take(stmt, FILES + 1, &rc);
                EQUAL(rc, wanted);
                sqlite3_finalize(stmt);
                EQUAL(descriptors(), before);
                EQUAL(threads(), 0);
            }
    rows_until = 0;
    EQUAL(answer(db, "SELECT count(trace_id) FROM legacy_traces(?1)"), FILES);
}

static void *interrupt_soon(void *db)
{
    struct timespec pause = {.tv_nsec = 3000000};
    nanosleep(&pause, NULL);
    sqlite3_interrupt(db);
    return NULL;
}

static void is_interrupted_by_a_thread(sqlite3 *db)
{
    begin_case("an interrupt by another thread");
    int before = descriptors();
    for (int i = 0; i < 10; i++) {
        pthread_t other;
        sqlite3_stmt *stmt = prepare(
            db, "SELECT count(a.packed) FROM legacy_traces(?1) AS a JOIN legacy_traces(?1) AS b");
        pthread_create(&other, NULL, interrupt_soon, db);
        EQUAL(sqlite3_step(stmt), SQLITE_INTERRUPT);
        pthread_join(other, NULL);
        sqlite3_finalize(stmt);
        EQUAL(descriptors(), before);
        EQUAL(threads(), 0);
    }
}

static void cannot_begin(sqlite3 *db)
{
    static const char *const sqls[] = {
        "SELECT * FROM legacy_traces('/no/such/folder')",
        "SELECT * FROM legacy_traces('/dev/null')",
        "SELECT * FROM legacy_traces",
        "SELECT * FROM legacy_traces('')",
        "SELECT * FROM legacy_traces(NULL)",
    };
    begin_case("a folder that cannot be opened");
    int before = descriptors();
    for (size_t i = 0; i < sizeof sqls / sizeof *sqls; i++) {
        sqlite3_stmt *stmt = prepare(db, sqls[i]);
        int rc = sqlite3_step(stmt);
        check(rc != SQLITE_ROW && rc != SQLITE_DONE, sqls[i], rc, SQLITE_ERROR);
        sqlite3_finalize(stmt);
    }
    EQUAL(descriptors(), before);
    EQUAL(threads(), 0);
}

/* With every limit from none left to enough it either works or says so. */
static void runs_out_of_descriptors(sqlite3 *db)
{
    struct rlimit limit;
    int works = 0;
    begin_case("too few descriptors");
    int before = descriptors();
    getrlimit(RLIMIT_NOFILE, &limit);
    struct rlimit low = limit;
    for (int more = 0; more < 10; more++) {
        int rc;
        sqlite3_stmt *stmt = prepare(db, packed);
        /* `before` counts ".", ".." and the descriptor that lists them, too. */
        low.rlim_cur = (rlim_t)(before - 3 + more);
        setrlimit(RLIMIT_NOFILE, &low);
        int n = take(stmt, FILES + 1, &rc);
        setrlimit(RLIMIT_NOFILE, &limit);
        check(rc == SQLITE_DONE ? n == FILES : rc == SQLITE_CANTOPEN, "rows, or their end", rc,
              SQLITE_CANTOPEN);
        check(rc == SQLITE_DONE || strstr(sqlite3_errmsg(db), "Too many open files"),
              sqlite3_errmsg(db), rc, SQLITE_CANTOPEN);
        works += rc == SQLITE_DONE;
        sqlite3_finalize(stmt);
        EQUAL(descriptors(), before);
        EQUAL(threads(), 0);
    }
    check(works > 0 && works < 10, "limits it works with", works, 5);
}

static void is_closed_while_reading(void)
{
    int rc;
    begin_case("closed while it is read");
    int before = descriptors();
    sqlite3 *db = open_it();
    sqlite3_stmt *stmt = prepare(db, packed);
    EQUAL(take(stmt, 100, &rc), 100);
    EQUAL(sqlite3_close(db), SQLITE_BUSY);
    EQUAL(take(stmt, 100, &rc), 100);
    EQUAL(sqlite3_close_v2(db), SQLITE_OK);
    EQUAL(take(stmt, FILES, &rc), FILES - 200);
    sqlite3_finalize(stmt);
    EQUAL(descriptors(), before);
    EQUAL(threads(), 0);
}

static void is_unloaded(void)
{
    int rc;
    begin_case("loaded and unloaded");
    int before = descriptors();
    for (int i = 0; i < 30; i++) {
        sqlite3 *db = open_it();
        sqlite3_stmt *stmt = prepare(db, i % 2 ? packed : scored);
        check(is_mapped("lightning.so"), "mapped while it is loaded", 0, 1);
        take(stmt, i * 10, &rc);
        sqlite3_finalize(stmt);
        EQUAL(sqlite3_close(db), SQLITE_OK);
        check(!is_mapped("lightning.so"), "mapped after it was unloaded", 1, 0);
        EQUAL(descriptors(), before);
        EQUAL(threads(), 0);
    }
    EQUAL(sqlite3_memory_used(), 0);
}

static void *count_rows(void *out)
{
    sqlite3 *db = open_it();
    for (int i = 0; i < 5; i++)
        *(long long *)out += answer(db, "SELECT count(packed) FROM legacy_traces(?1)");
    sqlite3_close(db);
    return NULL;
}

static void is_read_by_several_threads(void)
{
    pthread_t readers[4];
    long long counts[4] = {0};
    begin_case("several connections in several threads");
    int before = descriptors();
    for (int i = 0; i < 4; i++)
        pthread_create(&readers[i], NULL, count_rows, &counts[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(readers[i], NULL);
    for (int i = 0; i < 4; i++)
        EQUAL(counts[i], 5 * FILES);
    EQUAL(descriptors(), before);
    EQUAL(threads(), 0);
}

/* Last: it empties the folder. */
static void loses_its_folder(sqlite3 *db)
{
    char path[4096];
    int rc;
    begin_case("a folder that is emptied while it is read");
    int before = descriptors();
    sqlite3_stmt *stmt = prepare(db, "SELECT file_error, file_state FROM legacy_traces(?1)");
    int n = take(stmt, 20, &rc);
    for (int i = 1; i <= FILES; i++) {
        snprintf(path, sizeof path, "%s/20241206/%d.json", folder, i);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/20241206", folder);
    rmdir(path);
    int vanished = 0;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *error = (const char *)sqlite3_column_text(stmt, 0);
        vanished += error && strcmp(error, "vanished while the folder was read") == 0;
        n++;
    }
    EQUAL(rc, SQLITE_DONE);
    EQUAL(n, FILES);
    check(vanished > 0, "files that vanished", vanished, FILES - 20);
    sqlite3_finalize(stmt);
    EQUAL(descriptors(), before);
    EQUAL(threads(), 0);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    extension = argv[1];
    folder = argv[2];
    count_own_threads();
    sqlite3 *db = open_it();
    stops_early(db);
    joins(db);
    fails_and_is_interrupted(db);
    is_interrupted_by_a_thread(db);
    cannot_begin(db);
    runs_out_of_descriptors(db);
    sqlite3_close(db);
    is_closed_while_reading();
    is_unloaded();
    is_read_by_several_threads();
    db = open_it();
    loses_its_folder(db);
    sqlite3_close(db);
    printf("table: %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
