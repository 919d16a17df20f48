/*
 * show.c -- lightning show TRACE: one trace as a person would read it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "arguments.h"
#include "db.h"
#include "text.h"

#define INDENT 2
/* Where the values of the list of facts begin. */
#define VALUES 14

/* A trace_id, or the beginning of one, if no other begins so. */
static const char find_sql[] =
    "SELECT trace_id, count(*) FROM (SELECT trace_id FROM main.traces WHERE trace_id = ?1 "
    "UNION ALL SELECT trace_id FROM main.traces WHERE trace_id > ?1 "
    "AND substr(trace_id, 1, length(?1)) = ?1 "
    "AND NOT EXISTS (SELECT 1 FROM main.traces WHERE trace_id = ?1) LIMIT 2)";

/* Each column that is not NULL is a line, under its name. */
static const char facts_sql[] =
    "SELECT t.trace_id AS trace, t.component, "
    "coalesce(t.timestamp_start, '?') || ' to ' || coalesce(t.timestamp_end, '?') AS time, "
    "CAST(round(t.latency_ms) AS INTEGER) || ' ms' AS latency, t.model, "
    "coalesce(t.prompt_tokens, '?') || ' in the prompt, ' || coalesce(t.completion_tokens, '?') || "
    "' in the reply' AS tokens, "
    "t.finish_reason AS finish, CASE WHEN t.blocked THEN 'yes' END AS blocked, "
    "t.error_class || ': ' || t.error AS error, t.session_id AS session, t.user_id AS user, "
    "(SELECT group_concat(CAST(path AS TEXT), ', ') FROM main.files "
    "WHERE document_id = t.document_id) AS file, "
    "CAST(t.reward AS TEXT) AS recorded "
    "FROM main.traces AS t WHERE t.trace_id = ?1";

static const char texts_sql[] = "SELECT trace_prompt(trace_id) AS Prompt, response_text AS Reply "
                                "FROM main.traces WHERE trace_id = ?1";

/* A reward a row: its name, its value, why. */
static const char rewards_sql[] =
    "WITH t AS MATERIALIZED (SELECT *, trace_response(trace_id) AS response, "
    "document_value(trace_document(trace_id), '$.metadata') AS metadata "
    "FROM main.traces WHERE trace_id = ?1) "
    "SELECT 'combined', combined_reward, CASE WHEN reward_safety = 0 THEN '0 when safety is 0' "
    "ELSE '0.5 safety + 0.3 empathy + 0.1 length + 0.1 latency' END FROM t "
    "UNION ALL SELECT 'safety', reward_safety, (SELECT group_concat(rule || coalesce(' \"' || text "
    "|| '\"', ''), ', ') FROM safety_findings(t.response, t.metadata)) FROM t "
    "UNION ALL SELECT 'empathy', reward_empathy, (SELECT group_concat(dimension || ' \"' || text || "
    "'\"', ', ') FROM empathy_findings(t.response)) FROM t "
    "UNION ALL SELECT 'length', reward_length, length(response_text) || ' characters' FROM t "
    "UNION ALL SELECT 'latency', reward_latency, CAST(round(latency_ms) AS INTEGER) || ' ms' FROM t";

static int terminal_width(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40)
        return size.ws_col;
    return 80;
}

static void print_column(sqlite3_stmt *row, int column, int at, int indent)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (text)
        text_wrap(stdout, text, (size_t)sqlite3_column_bytes(row, column), at, indent,
                  terminal_width());
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
    const char *name = (const char *)sqlite3_column_text(row, 0);
    if (sqlite3_column_type(row, 1) == SQLITE_NULL)
        printf("%*s%-*s-     ", INDENT, "", VALUES - INDENT, name);
    else
        printf("%*s%-*s%.2f  ", INDENT, "", VALUES - INDENT, name, sqlite3_column_double(row, 1));
    print_column(row, 2, VALUES + 6, VALUES + 6);
}

static void print_raw(sqlite3_stmt *row)
{
    const void *text = sqlite3_column_blob(row, 0);
    if (text)
        fwrite(text, 1, (size_t)sqlite3_column_bytes(row, 0), stdout);
}

/* Runs a query about the trace; *rows (may be NULL) gets how many there were. */
static int each_row(struct db *db, const char *sql, const char *trace,
                    void (*print)(sqlite3_stmt *row))
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, sql, &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, trace, -1, SQLITE_STATIC);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        print(stmt);
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        code = db_complain(db, trace);
    return code;
}

/* Completes the name the user gave; *out is to be freed. */
static int find_trace(struct db *db, const char *given, char **out)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, find_sql, &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, given, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        code = db_complain(db, given);
    else if (sqlite3_column_int(stmt, 1) == 0)
        code = complain(UNUSABLE, "%s: has no trace that is called %s or begins so", db->path, given);
    else if (sqlite3_column_int(stmt, 1) > 1)
        code = complain(WRONG_USAGE, "%s: several traces begin with %s: give more of the name",
                        db->path, given);
    else if (!(*out = strdup((const char *)sqlite3_column_text(stmt, 0))))
        code = complain_of_memory();
    sqlite3_finalize(stmt);
    return code;
}

static int run(const struct arguments *args)
{
    struct db db;
    char *trace = NULL;
    int code = db_open(&db, args, DB_READ);
    if (code == DONE)
        code = find_trace(&db, args->operands[0], &trace);
    if (code == DONE && option_given(args, "raw")) {
        code = each_row(&db, "SELECT trace_document(?1)", trace, print_raw);
    } else if (code == DONE) {
        code = each_row(&db, facts_sql, trace, print_facts);
        if (code == DONE)
            code = each_row(&db, texts_sql, trace, print_texts);
        if (code == DONE)
            code = each_row(&db, rewards_sql, trace, print_reward);
    }
    free(trace);
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
