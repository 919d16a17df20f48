/*
 * sql.c -- `lightning sql`: statements, with the extension.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "db.h"
#include "output.h"
#include "script.h"

/* Reads the statements on stdin into *out, to be freed in any case. Returns an exit code. */
static int read_stdin(char **out)
{
    size_t room = 0;
    ssize_t n = getdelim(out, &room, '\0', stdin);

    if (ferror(stdin))
        return complain(UNUSABLE, "the SQL on stdin cannot be read");
    if (n > 0 && (*out)[n - 1] == '\0')
        return complain(WRONG_USAGE, "the SQL on stdin has a NUL byte");
    if (n <= 0) {
        free(*out);
        *out = strdup("");
    }
    return *out ? DONE : complain_of_memory();
}

/* The line on which `at` stands, counted from 1. */
static int line_of(const char *text, const char *at)
{
    int line = 1;

    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

/* Says what is wrong with the statement at `sql`, and where. */
static int complain_of_statement(const struct db *db, const char *text, const char *sql, int rc)
{
    const char *message = sqlite3_errmsg(db->handle);
    int offset = -1;

#if SQLITE_VERSION_NUMBER >= 3038000
    offset = sqlite3_error_offset(db->handle);
#endif
    if (offset > 0)
        sql += offset;
    if (rc == SQLITE_READONLY && !db->writable)
        return complain(WRONG_USAGE, "line %d: %s: writing needs --write", line_of(text, sql),
                        message);
    return complain(rc == SQLITE_ERROR ? WRONG_USAGE : UNUSABLE, "line %d: %s", line_of(text, sql),
                    message);
}

/* VACUUM INTO writes a file of its own, which a read-only connection does not prevent. */
static bool is_vacuum(const char *sql)
{
    return sqlite3_strnicmp(sql, "vacuum", 6) == 0;
}

static int run_statements(struct db *db, const char *text, struct output *out)
{
    const char *sql = text;

    while (*(sql = script_skip(sql)) && !out->error) {
        sqlite3_stmt *stmt = NULL;
        const char *tail = sql;
        int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, &tail);

        if (rc == SQLITE_OK && !db->writable && is_vacuum(sql)) {
            sqlite3_finalize(stmt);
            return complain(WRONG_USAGE,
                            "line %d: VACUUM needs --write; `lightning backup` copies a file",
                            line_of(text, sql));
        }
        if (rc == SQLITE_OK)
            rc = output_rows(out, stmt, NULL);
        if (rc != SQLITE_OK) {
            int code = complain_of_statement(db, text, sql, rc);

            sqlite3_finalize(stmt);
            return code;
        }
        sqlite3_finalize(stmt);
        sql = tail;
    }
    if (!sqlite3_get_autocommit(db->handle) && db->writable)
        return complain(WRONG_USAGE, "the transaction has no COMMIT: nothing of it is kept");
    return DONE;
}

static int sql_command(const struct arguments *args)
{
    char *from_stdin = NULL;
    const char *text;
    struct output out;
    struct db db;
    int code = output_start(&out, args);

    if (code != DONE)
        return code;
    if (args->n_operands == 0)
        code = read_stdin(&from_stdin);
    if (code == DONE) {
        text = from_stdin ? from_stdin : args->operands[0];
        code = db_open(&db, args, option_given(args, "write") ? DB_WRITE : DB_READ);
        if (code == DONE && db.show_sql)
            script_show(text);
        else if (code == DONE)
            code = run_statements(&db, text, &out);
        code = db_close(&db, code);
        code = output_finish(&out, code);
    }
    free(from_stdin);
    return code;
}

static const struct option_spec sql_options[] = {
    {"write", NULL, "open the file for writing too"},
    {NULL, NULL, NULL},
};

const struct command command_sql = {
    .name = "sql",
    .summary = "run SQL, from stdin if none is given, with the extension's functions",
    .operands = "[SQL]",
    .options = {sql_options, format_options},
    .run = sql_command,
};
