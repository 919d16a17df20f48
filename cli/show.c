/*
 * show.c -- lightning show TRACE: one trace as a person would read it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "db.h"
#include "embedded.h"
#include "policies.h"
#include "text.h"
#include "trace_name.h"

#define INDENT 2
/* Where the values of the list of facts begin, and why a reward is what it is. */
#define VALUES 14
#define REASONS 20
#define GAP 2

static void print_column(sqlite3_stmt *row, int column, int at, int indent)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (text)
        text_wrap(stdout, text, (size_t)sqlite3_column_bytes(row, column), at, indent,
                  text_columns());
    putchar('\n');
}

static void print_facts(sqlite3_stmt *row)
{
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        if (sqlite3_column_type(row, i) == SQLITE_NULL)
            continue;
        printf("%*s%-*s", INDENT, "", VALUES - INDENT, sqlite3_column_name(row, i));
        print_column(row, i, VALUES, VALUES);
    }
}

static void print_texts(sqlite3_stmt *row)
{
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        printf("\n%s\n%*s", sqlite3_column_name(row, i), INDENT, "");
        if (sqlite3_column_type(row, i) == SQLITE_NULL)
            printf("(none)\n");
        else if (sqlite3_column_bytes(row, i) == 0)
            printf("(empty)\n");
        else
            print_column(row, i, INDENT, INDENT);
    }
    printf("\nRewards\n");
}

static void print_reward(sqlite3_stmt *row)
{
    const char *why = (const char *)sqlite3_column_text(row, 2);
    printf("%*s%-*s", INDENT, "", VALUES - INDENT, (const char *)sqlite3_column_text(row, 0));
    if (sqlite3_column_type(row, 1) == SQLITE_NULL)
        fputs(why ? "-   " : "-", stdout);
    else
        printf("%.2f", sqlite3_column_double(row, 1));
    if (why)
        printf("%*s", GAP, "");
    print_column(row, 2, REASONS, REASONS);
}

static void print_raw(sqlite3_stmt *row)
{
    const void *text = sqlite3_column_blob(row, 0);
    if (text)
        fwrite(text, 1, (size_t)sqlite3_column_bytes(row, 0), stdout);
}

/* Runs a query about the trace ?1, with the policy ?2 if it asks for one. */
static int each_row(struct db *db, const char *sql, const char *trace, const char *policy,
                    void (*print)(sqlite3_stmt *row))
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, sql, &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, trace, -1, SQLITE_STATIC);
    if (sqlite3_bind_parameter_count(stmt) > 1)
        sqlite3_bind_text(stmt, 2, policy, -1, SQLITE_STATIC);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        print(stmt);
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        code = db_complain(db, trace);
    return code;
}

static int run(const struct arguments *args)
{
    struct db db;
    char *trace = NULL;
    char *policy = NULL;
    int code = db_open(&db, args, DB_READ);
    if (code == DONE)
        code = trace_find(&db, args->operands[0], &trace);
    if (code == DONE && !db.show_sql)
        code = policy_of_trace(&db, trace, &policy);
    if (code == DONE && option_given(args, "raw")) {
        code = each_row(&db, "SELECT trace_document(?1)", trace, policy, print_raw);
    } else if (code == DONE) {
        code = each_row(&db, embedded_sql("show/facts.sql"), trace, policy, print_facts);
        if (code == DONE)
            code = each_row(&db, embedded_sql("show/texts.sql"), trace, policy, print_texts);
        if (code == DONE)
            code = each_row(&db, embedded_sql("show/rewards.sql"), trace, policy, print_reward);
    }
    free(trace);
    free(policy);
    if (fflush(stdout) != 0 && code == DONE)
        code = complain(UNUSABLE, "the output could not be written");
    return db_close(&db, code);
}

static const struct option_spec options[] = {
    {"raw", NULL, "print the original document, byte for byte"},
    {NULL, NULL, NULL},
};

const struct command command_show = {
    .name = "show",
    .summary = "read one trace: prompt, reply, rewards and why",
    .operands = "TRACE",
    .options = {options},
    .run = run,
};
