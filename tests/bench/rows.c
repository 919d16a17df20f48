/*
 * rows.c -- the least that SQLite can take for what lightning does with it.
 *
 *     rows insert FROM TO SCHEMA PRAGMAS MB    write the rows of FROM into a new file TO
 *     rows last FROM TO SCHEMA PRAGMAS MB      the same; the indexes are made after the rows
 *     rows scan FILE SQL                       step a SELECT and read every value
 *
 * insert: FROM is a finished file. Its rows are taken into memory first, which is not counted; then
 * a file is made with SCHEMA (a file of SQL) and PRAGMAS, and trace by trace the rows of
 * all tables are written, a transaction for each MB megabytes of original documents (0: one for
 * all), until the file is closed and synced.
 *
 * Each prints the seconds it took.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_COLUMNS 64
/* Among the columns of documents. */
#define DOCUMENT_SIZE 3

struct table {
    const char *name;
    int columns;
    size_t rows;
    size_t room;
    sqlite3_value **values; /* [rows * columns] */
    sqlite3_stmt *insert;
};

/* Those that others refer to first: then SQLite has no broken reference to keep account of. */
static struct table tables[] = {
    {.name = "scorers"},   {.name = "dictionaries"}, {.name = "dictionary_samples"},
    {.name = "documents"}, {.name = "traces"},       {.name = "files"},
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))
#define DOCUMENTS 3

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(sqlite3 *db, bool fine, const char *doing)
{
    if (fine)
        return;
    fprintf(stderr, "rows: %s: %s\n", doing, sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static sqlite3 *open_file(const char *name, int flags)
{
    sqlite3 *db = NULL;

    check(db, sqlite3_open_v2(name, &db, flags, NULL) == SQLITE_OK, name);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;

    check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, sql);
    return stmt;
}

/* ---- insert ---- */

static void load(sqlite3 *db, struct table *table)
{
    char sql[64];
    sqlite3_stmt *stmt;

    snprintf(sql, sizeof(sql), "SELECT * FROM %s", table->name);
    stmt = prepare(db, sql);
    table->columns = sqlite3_column_count(stmt);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (table->rows == table->room) {
            table->room = 2 * table->room + 1024;
            table->values = realloc(table->values,
                                    table->room * (size_t)table->columns * sizeof(sqlite3_value *));
            check(db, table->values, "out of memory");
        }
        for (int i = 0; i < table->columns; i++)
            table->values[table->rows * (size_t)table->columns + (size_t)i] =
                sqlite3_value_dup(sqlite3_column_value(stmt, i));
        table->rows++;
    }
    sqlite3_finalize(stmt);
}

static void prepare_insert(sqlite3 *db, struct table *table)
{
    char sql[64 + 2 * MOST_COLUMNS];
    int n = snprintf(sql, 64, "INSERT INTO %s VALUES (?", table->name);

    for (int i = 1; i < table->columns && i < MOST_COLUMNS; i++)
        n += sprintf(sql + n, ",?");
    sprintf(sql + n, ")");
    table->insert = prepare(db, sql);
}

static void insert_row(sqlite3 *db, const struct table *table, size_t row)
{
    sqlite3_value **values = &table->values[row * (size_t)table->columns];

    for (int i = 0; i < table->columns; i++)
        sqlite3_bind_value(table->insert, i + 1, values[i]);
    sqlite3_step(table->insert);
    check(db, sqlite3_reset(table->insert) == SQLITE_OK, table->name);
}

static void insert_all(sqlite3 *db, sqlite3_int64 batch)
{
    const struct table *documents = &tables[DOCUMENTS];
    size_t most = 0;
    sqlite3_int64 bytes = 0;

    for (size_t t = 0; t < TABLES; t++) {
        prepare_insert(db, &tables[t]);
        most = tables[t].rows > most ? tables[t].rows : most;
    }
    run(db, "BEGIN IMMEDIATE");
    for (size_t row = 0; row < most; row++) {
        for (size_t t = 0; t < TABLES; t++)
            if (row < tables[t].rows)
                insert_row(db, &tables[t], row);
        if (row < documents->rows)
            bytes += sqlite3_value_int64(
                documents->values[row * (size_t)documents->columns + DOCUMENT_SIZE]);
        if (batch > 0 && bytes >= batch) {
            run(db, "COMMIT; BEGIN IMMEDIATE");
            bytes = 0;
        }
    }
    run(db, "COMMIT");
    for (size_t t = 0; t < TABLES; t++)
        sqlite3_finalize(tables[t].insert);
}

static void create(sqlite3 *db, const char *schema, const char *pragmas)
{
    static char text[1 << 18];
    FILE *file = fopen(schema, "r");

    check(db, file && fread(text, 1, sizeof(text) - 1, file) > 0, "cannot read the schema");
    fclose(file);
    run(db, text);
    run(db, pragmas);
}

/* The statements that make the indexes again, which are dropped. */
static char *drop_indexes(sqlite3 *db)
{
    static const char sql[] =
        "SELECT group_concat('DROP INDEX ' || name, ';'), group_concat(sql, ';') "
        "FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    sqlite3_stmt *stmt = prepare(db, sql);
    char *drop, *make;

    check(db, sqlite3_step(stmt) == SQLITE_ROW, sql);
    drop = strdup((const char *)sqlite3_column_text(stmt, 0));
    make = strdup((const char *)sqlite3_column_text(stmt, 1));
    check(db, drop && make, "out of memory");
    sqlite3_finalize(stmt);
    run(db, drop);
    free(drop);
    return make;
}

static void sync_file(sqlite3 *db, const char *name)
{
    int fd = open(name, O_RDWR);

    check(db, fd >= 0 && fsync(fd) == 0, "cannot sync");
    close(fd);
}

static void insert(char **argv, bool indexes_last)
{
    sqlite3 *db = open_file(argv[2], SQLITE_OPEN_READONLY);
    sqlite3_int64 batch = atoll(argv[6]) << 20;
    char *indexes = NULL;
    double begin;

    for (size_t t = 0; t < TABLES; t++)
        load(db, &tables[t]);
    sqlite3_close(db);
    begin = now();
    db = open_file(argv[3], SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    create(db, argv[4], argv[5]);
    if (indexes_last)
        indexes = drop_indexes(db);
    insert_all(db, batch);
    if (indexes)
        run(db, indexes);
    free(indexes);
    /* Closing moves what is in the -wal into the file. */
    check(db, sqlite3_close(db) == SQLITE_OK, "cannot close");
    sync_file(NULL, argv[3]);
    printf("seconds %.6f\n", now() - begin);
}

/* ---- scan ---- */

static void scan(const char *name, const char *sql)
{
    double begin = now();
    sqlite3 *db = open_file(name, SQLITE_OPEN_READONLY);
    sqlite3_stmt *stmt = prepare(db, sql);
    int columns = sqlite3_column_count(stmt);
    long long rows = 0, bytes = 0;
    double sum = 0;

    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++) {
            int type = sqlite3_column_type(stmt, i);

            if (type == SQLITE_INTEGER || type == SQLITE_FLOAT)
                sum += sqlite3_column_double(stmt, i);
            else if (type != SQLITE_NULL && sqlite3_column_text(stmt, i))
                bytes += sqlite3_column_bytes(stmt, i);
        }
        rows++;
    }
    check(db, sqlite3_finalize(stmt) == SQLITE_OK, sql);
    sqlite3_close(db);
    printf("%lld rows, %lld bytes of text, numbers that add up to %g\n", rows, bytes, sum);
    printf("seconds %.6f\n", now() - begin);
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "insert") == 0) {
        insert(argv, false);
    } else if (argc == 7 && strcmp(argv[1], "last") == 0) {
        insert(argv, true);
    } else if (argc == 4 && strcmp(argv[1], "scan") == 0) {
        scan(argv[2], argv[3]);
    } else {
        fputs("usage: rows insert|last FROM TO SCHEMA PRAGMAS MB\n       rows scan FILE SQL\n",
              stderr);
        return 2;
    }
    return 0;
}
