/*
 * loading.c -- what a program does with the extension that the shell does not: loading it twice, into
 * two connections, in two threads, closing with statements unfinished; and what is left of it after.
 *
 * usage: loading EXTENSION FOLDER FILE    (FILE: a traces.db to work on)
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

static const char *extension;
static const char *folder;
static const char *file;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "loading: %s: %s\n", what, why);
    exit(1);
}

static sqlite3 *connect_to(const char *name)
{
    sqlite3 *db;
    if (sqlite3_open(name, &db) != SQLITE_OK)
        fail(name, sqlite3_errmsg(db));
    /* One connection that closes as another opens locks the file for a moment. */
    sqlite3_busy_timeout(db, 30000);
    return db;
}

static void load(sqlite3 *db)
{
    char *error = NULL;
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    if (sqlite3_load_extension(db, extension, NULL, &error) != SQLITE_OK)
        fail("load", error);
}

/* The statement stands on its first row. */
static sqlite3_stmt *begin(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail(sql, sqlite3_errmsg(db));
    if (sqlite3_bind_parameter_count(stmt) > 0)
        sqlite3_bind_text(stmt, 1, folder, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        fail(sql, sqlite3_errmsg(db));
    return stmt;
}

static void expect(sqlite3 *db, const char *sql, const char *wanted)
{
    sqlite3_stmt *stmt = begin(db, sql);
    const char *found = (const char *)sqlite3_column_text(stmt, 0);
    if (!found || strcmp(found, wanted) != 0)
        fail(sql, found ? found : "NULL");
    sqlite3_finalize(stmt);
}

static void close_it(sqlite3 *db)
{
    if (sqlite3_close(db) != SQLITE_OK)
        fail("close", sqlite3_errmsg(db));
}

static const char count_folder[] = "SELECT count(trace_id) FROM legacy_traces(?1)";
static const char score[] = "SELECT reward_empathy('it makes sense, I hear you, I''m here') > 0.4";

/* One connection, loaded twice: the second time the functions are the first's over again. */
static void load_twice(void)
{
    sqlite3 *db = connect_to(":memory:");
    load(db);
    expect(db, score, "1");
    load(db);
    expect(db, score, "1");
    expect(db, count_folder, "35");
    close_it(db);
}

/* Two connections at a time: closing one leaves the other what it has. */
static void load_two(void)
{
    sqlite3 *one = connect_to(":memory:");
    sqlite3 *two = connect_to(file);
    load(one);
    load(two);
    expect(one, count_folder, "35");
    close_it(one);
    expect(two, "SELECT count(trace_document(trace_id)) FROM traces", "35");
    expect(two, score, "1");
    close_it(two);
}

/* Statements in the middle of their rows keep the connection open, and it closes when they are gone. */
static void close_early(void)
{
    sqlite3 *db = connect_to(file);
    load(db);
    sqlite3_stmt *rows = begin(db, "SELECT trace_id, combined_reward FROM legacy_traces(?1)");
    sqlite3_stmt *documents = begin(db, "SELECT trace_document(trace_id) FROM traces");
    sqlite3_stmt *findings =
        begin(db, "SELECT phrase FROM traces, empathy_findings(response_text)");
    if (sqlite3_close(db) != SQLITE_BUSY)
        fail("close", "there were statements, and it closed");
    if (sqlite3_close_v2(db) != SQLITE_OK)
        fail("close_v2", "it failed");
    if (sqlite3_step(rows) != SQLITE_ROW)
        fail("step", "the rows ended with the connection's closing");
    /* This one asks SQLite for another statement, which a closed connection refuses. */
    if (sqlite3_step(documents) == SQLITE_ROW)
        fail("step", "a closed connection made a statement");
    sqlite3_finalize(rows);
    sqlite3_finalize(findings);
    sqlite3_finalize(documents);
}

/* A connection that is interrupted in the middle of a folder, and goes on. */
static void interrupt(void)
{
    sqlite3 *db = connect_to(":memory:");
    load(db);
    sqlite3_stmt *rows = begin(db, "SELECT trace_id FROM legacy_traces(?1)");
    sqlite3_interrupt(db);
    if (sqlite3_step(rows) != SQLITE_INTERRUPT)
        fail("interrupt", "the rows went on");
    sqlite3_finalize(rows);
    expect(db, count_folder, "35");
    close_it(db);
}

static void *work(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10; i++) {
        sqlite3 *db = connect_to(i % 2 ? file : ":memory:");
        load(db);
        expect(db, count_folder, "35");
        expect(db, score, "1");
        close_it(db);
    }
    return NULL;
}

/* Threads with connections of their own. */
static void load_in_threads(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0)
            fail("threads", "one could not be started");
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

/* Whether the extension is still in the process. */
static int is_loaded(void)
{
    void *handle = dlopen(extension, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage", "loading EXTENSION FOLDER FILE");
    extension = argv[1];
    folder = argv[2];
    file = argv[3];
    load_twice();
    load_two();
    close_early();
    interrupt();
    load_in_threads();
    if (is_loaded())
        fail("unload", "all connections are closed, and the extension is still there");
    return 0;
}
