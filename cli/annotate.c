/*
 * annotate.c -- `lightning annotate`: scores by people, one by one or from a CSV file.
 *
 * A person (a source) has one score of a trace under a name: given again, the newer one stands, so that
 * a file may be read twice. A file is taken in whole or not at all.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "csv.h"
#include "db.h"
#include "embedded.h"
#include "nearest.h"
#include "text.h"
#include "trace_name.h"

/* Bad lines that are named. */
#define NAMED 10
/* The name of a score that is given none. */
#define OVERALL "overall"

enum column { TRACE_ID, NAME, VALUE, SOURCE, COMMENT, COLUMNS };

static const char *const column_names[COLUMNS] = {"trace_id", "name", "value", "source", "comment"};

struct annotation {
    const struct arguments *args;
    struct db *db;
    const char *path;  /* of the CSV file; NULL: one score */
    int bad;           /* lines so far */
    int at[COLUMNS];   /* which field of a row; -1: it has none */
    sqlite3_stmt *row; /* sql/annotate/row.sql */
};

/* ---- what is wrong ---- */

/* Says what is wrong with a line, unless many were named already. */
static void complain_of_line(struct annotation *a, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain_of_line(struct annotation *a, int line, const char *format, ...)
{
    char text[300];
    va_list args;
    if (a->bad++ >= NAMED)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (a->path)
        complain(UNUSABLE, "%s: line %d: %s", a->path, line, text);
    else
        complain(UNUSABLE, "%s", text);
}

static bool is_utf8(const char *text)
{
    size_t n = strlen(text);
    size_t size;
    for (; n > 0; text += size, n -= size)
        if (text_read(text, n, &size) == 0xfffd && size == 1)
            return false;
    return true;
}

/* Cuts the blanks at both ends, in place. */
static char *trim(char *text)
{
    static const char blanks[] = " \t\r\n";
    text += strspn(text, blanks);
    size_t n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

/* Reads a finite number, as people write one. */
static bool read_value(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return text[0] && text[strspn(text, "+-.0123456789eE")] == '\0' && !*end && isfinite(*out);
}

/* ---- taking in ---- */

static int add(struct annotation *a, int line, const char *const values[COLUMNS])
{
    double value;
    if (!read_value(values[VALUE], &value)) {
        complain_of_line(a, line, "the score \"%.60s\" is no number such as 0.8", values[VALUE]);
        return DONE;
    }
    int rc = sqlite3_bind_int(a->row, 1, line);
    for (int c = 0; c < COLUMNS && rc == SQLITE_OK; c++)
        rc = c == VALUE ? sqlite3_bind_double(a->row, c + 2, value)
                        : sqlite3_bind_text(a->row, c + 2, values[c], -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK) {
        sqlite3_step(a->row);
        rc = sqlite3_reset(a->row);
    }
    return rc == SQLITE_OK ? DONE : db_complain(a->db, NULL);
}

/* Names the traces that are not there, and the nearest that are. */
static int check_traces(struct annotation *a)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(a->db, embedded_sql("annotate/unknown.sql"), &stmt);
    while (stmt && db_next_row(a->db, stmt, &code)) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        char *near = NULL;
        if (a->bad < NAMED)
            code = trace_nearest(a->db, name, &near);
        complain_of_line(a, sqlite3_column_int(stmt, 0), "no trace is called %.100s%s%.100s%s",
                         name, near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
        free(near);
    }
    sqlite3_finalize(stmt);
    return code;
}

static int check_repeated(struct annotation *a)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(a->db, embedded_sql("annotate/repeated.sql"), &stmt);
    while (stmt && db_next_row(a->db, stmt, &code))
        complain_of_line(
            a, sqlite3_column_int(stmt, 0), "%.100s has another \"%.60s\" by %.60s on line %d",
            (const char *)sqlite3_column_text(stmt, 1), (const char *)sqlite3_column_text(stmt, 2),
            (const char *)sqlite3_column_text(stmt, 3), sqlite3_column_int(stmt, 4));
    sqlite3_finalize(stmt);
    return code;
}

/* Stores what was given, if all of it is good. */
static int store(struct annotation *a)
{
    int code = db_run(a->db, "BEGIN IMMEDIATE");
    if (code == DONE)
        code = check_traces(a);
    if (code == DONE)
        code = check_repeated(a);
    if (code == DONE && a->bad > NAMED)
        complain(UNUSABLE, "%s: and %d more", a->path, a->bad - NAMED);
    if (code == DONE && a->bad > 0)
        code = a->path ? complain(UNUSABLE, "%s: nothing was taken in", a->path) : UNUSABLE;
    if (code == DONE)
        code = db_run(a->db, embedded_sql("annotate/store.sql"));
    if (code == DONE)
        code = db_run(a->db, "COMMIT");
    else if (a->db->handle && !sqlite3_get_autocommit(a->db->handle))
        sqlite3_exec(a->db->handle, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

static int print_counts(struct annotation *a, const char *trace)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(a->db, embedded_sql("annotate/counts.sql"), &stmt);
    if (stmt && db_next_row(a->db, stmt, &code)) {
        sqlite3_int64 all = sqlite3_column_int64(stmt, 0);
        sqlite3_int64 fresh = sqlite3_column_int64(stmt, 1);
        sqlite3_int64 changed = sqlite3_column_int64(stmt, 2);
        if (a->path)
            printf("%s: %lld score%s: %lld new, %lld changed, %lld there already\n", a->path, all,
                   all == 1 ? "" : "s", fresh, changed, all - fresh - changed);
        else
            printf("%s: %s\n", trace, fresh ? "scored" : changed ? "score changed" : "as it was");
    }
    sqlite3_finalize(stmt);
    return code;
}

/* ---- a file ---- */

/* Reads all of a file; *out is to be freed in any case. */
static int read_file(const char *path, char **out, size_t *n)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    size_t cap = 0;
    size_t got = 0;
    *n = 0;
    if (!file)
        return complain(UNUSABLE, "cannot read %s: %s", path, strerror(errno));
    do {
        *n += got;
        if (cap - *n < 2) {
            char *longer = realloc(*out, cap + cap / 2 + 65536);
            if (!longer)
                break;
            *out = longer;
            cap += cap / 2 + 65536;
        }
    } while ((got = fread(*out + *n, 1, cap - *n - 1, file)) > 0);
    int code = DONE;
    if (cap - *n < 2)
        code = complain_of_memory();
    else if (ferror(file))
        code = complain(UNUSABLE, "cannot read %s: %s", path, strerror(errno));
    else
        (*out)[*n] = '\0';
    if (file != stdin)
        fclose(file);
    return code;
}

/* What is given for all lines where the file has no such column. */
static const char *default_of(const struct annotation *a, enum column column)
{
    if (column == NAME)
        return option_value(a->args, "name") ? option_value(a->args, "name") : OVERALL;
    return column == SOURCE ? option_value(a->args, "by") : option_value(a->args, "comment");
}

static void name_unread_column(const struct annotation *a, const char *name)
{
    struct nearest near = nearest_to(name);
    for (int c = 0; c < COLUMNS; c++)
        nearest_offer(&near, column_names[c]);
    complain(DONE, "%s: the column \"%s\" is not read%s%s%s", a->path, name,
             near.name ? ": is it meant for " : "", near.name ? near.name : "",
             near.name ? "?" : "");
}

static int read_header(struct annotation *a, struct csv *csv)
{
    if (csv_next(csv) != 1)
        return complain(UNUSABLE, "%s: %s", a->path,
                        csv->wrong ? csv->wrong : "is empty: it needs a header");
    for (int c = 0; c < COLUMNS; c++)
        a->at[c] = -1;
    for (int i = 0; i < csv->n; i++) {
        char *name = trim(csv->fields[i]);
        int c = 0;
        while (c < COLUMNS && sqlite3_stricmp(name, column_names[c]) != 0)
            c++;
        if (c < COLUMNS && a->at[c] >= 0)
            return complain(UNUSABLE, "%s: two columns are called %s", a->path, name);
        if (c < COLUMNS)
            a->at[c] = i;
    }
    if (a->at[TRACE_ID] < 0 || a->at[VALUE] < 0)
        return complain(UNUSABLE,
                        "%s: line %d: no column %s: the first line names the columns, such as "
                        "trace_id,name,value,source,comment",
                        a->path, csv->line, a->at[TRACE_ID] < 0 ? "trace_id" : "value");
    if (a->at[SOURCE] < 0 && !default_of(a, SOURCE))
        return complain(UNUSABLE, "%s: no column source: say who judged with --by", a->path);
    for (int i = 0; i < csv->n; i++) {
        int c = 0;
        while (c < COLUMNS && a->at[c] != i)
            c++;
        if (c == COLUMNS)
            name_unread_column(a, trim(csv->fields[i]));
    }
    return DONE;
}

static int read_row(struct annotation *a, struct csv *csv, int columns)
{
    const char *values[COLUMNS];
    if (csv->n != columns) {
        complain_of_line(a, csv->line, "has %d fields, the header %d", csv->n, columns);
        return DONE;
    }
    for (int c = 0; c < COLUMNS; c++) {
        if (a->at[c] < 0) {
            values[c] = default_of(a, (enum column)c);
            continue;
        }
        values[c] = c == COMMENT ? csv->fields[a->at[c]] : trim(csv->fields[a->at[c]]);
        if (c == COMMENT && !values[c][0])
            values[c] = NULL;
        else if (!values[c][0])
            complain_of_line(a, csv->line, "no %s", column_names[c]);
        else if (!is_utf8(values[c]))
            complain_of_line(a, csv->line, "the %s is not UTF-8", column_names[c]);
        else
            continue;
        if (values[c])
            return DONE;
    }
    return add(a, csv->line, values);
}

static int read_rows(struct annotation *a, char *text, size_t n)
{
    struct csv csv = csv_of(text, n);
    int got;
    if (memchr(text, '\0', n))
        return complain(UNUSABLE, "%s: has NUL bytes: is it UTF-16? save it as CSV in UTF-8",
                        a->path);
    int code = read_header(a, &csv);
    int columns = csv.n;
    while (code == DONE && (got = csv_next(&csv)) != 0) {
        if (got < 0)
            complain_of_line(a, csv.line, "%s", csv.wrong);
        else
            code = read_row(a, &csv, columns);
    }
    return code;
}

/* ---- the command ---- */

static int take_file(struct annotation *a)
{
    char *text = NULL;
    size_t n = 0;
    int code = read_file(a->path, &text, &n);
    if (code == DONE && text)
        code = read_rows(a, text, n);
    free(text);
    if (code == DONE)
        code = store(a);
    return code == DONE ? print_counts(a, NULL) : code;
}

static int take_one(struct annotation *a)
{
    const char *values[COLUMNS] = {
        [NAME] = default_of(a, NAME),
        [VALUE] = option_value(a->args, "score"),
        [SOURCE] = default_of(a, SOURCE),
        [COMMENT] = default_of(a, COMMENT),
    };
    char *trace = NULL;
    int code = trace_find(a->db, a->args->operands[0], &trace);
    if (a->db->show_sql)
        return code == DONE ? store(a) : code;
    values[TRACE_ID] = trace;
    if (code == DONE)
        code = add(a, 0, values);
    if (code == DONE)
        code = store(a);
    if (code == DONE)
        code = print_counts(a, trace);
    free(trace);
    return code;
}

static int check_usage(const struct arguments *args)
{
    const char *score = option_value(args, "score");
    const char *by = option_value(args, "by");
    const char *name = option_value(args, "name");
    double value;
    if (option_given(args, "csv")) {
        if (args->n_operands > 0 || score)
            return complain(WRONG_USAGE, "--csv has the traces and the scores: leave %s out",
                            score ? "--score" : "TRACE");
    } else if (args->n_operands == 0) {
        return complain(WRONG_USAGE,
                        "which trace? `lightning annotate TRACE --score 0.8 --by ana`, "
                        "or --csv FILE");
    } else if (!score || !by) {
        return complain(WRONG_USAGE, "%s",
                        score ? "say who judged: --by ana"
                              : "say what the trace deserves: --score 0.8");
    } else if (!read_value(score, &value)) {
        return complain(WRONG_USAGE, "--score %s is no number such as 0.8", score);
    }
    if ((by && !by[0]) || (name && !name[0]))
        return complain(WRONG_USAGE, "--%s is empty", by && !by[0] ? "by" : "name");
    return DONE;
}

static int run(const struct arguments *args)
{
    struct db db;
    struct annotation a = {.args = args, .db = &db, .path = option_value(args, "csv")};
    int code = check_usage(args);
    if (code != DONE)
        return code;
    code = db_open(&db, args, DB_WRITE);
    if (code == DONE)
        code = db_take_in(&db) == UNUSABLE ? UNUSABLE : DONE;
    if (code == DONE)
        code = db_run(&db, embedded_sql("annotate/given.sql"));
    if (code == DONE)
        code = db_prepare(&db, embedded_sql("annotate/row.sql"), &a.row);
    if (code == DONE && a.path && db.show_sql)
        code = store(&a);
    else if (code == DONE)
        code = a.path ? take_file(&a) : take_one(&a);
    sqlite3_finalize(a.row);
    return db_close(&db, code);
}

static const struct option_spec options[] = {
    {"score", "SCORE", "what the trace deserves: a number on whatever scale you use"},
    {"by", "SOURCE", "who judged"},
    {"name", "NAME", "what was judged, such as empathy (default: overall)"},
    {"comment", "TEXT", "why"},
    {"csv", "FILE",
     "take the scores from a file with the columns trace_id, name, value, source and "
     "comment; - is stdin"},
    {NULL, NULL, NULL},
};

const struct command command_annotate = {
    .name = "annotate",
    .summary = "keep what people think of a trace: a score, by whom, and why",
    .operands = "[TRACE]",
    .options = {options},
    .run = run,
};
