#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "nearest.h"
#include "script.h"

#define FOLDER "reports/"
#define SUFFIX ".sql"

/* ---- the head ---- */

static bool line_begins(struct line line, const char *with)
{
    size_t n = strlen(with);

    return line.n >= n && memcmp(line.at, with, n) == 0;
}

static struct line line_after(struct line line, size_t n)
{
    return (struct line){line.at + n, line.n - n};
}

static void read_parameter(struct report *report, struct line line)
{
    struct report_parameter *parameter = &report->parameters[report->n_parameters];
    size_t n = 0;

    if (report->n_parameters == REPORT_PARAMETERS)
        return;
    while (n < line.n && line.at[n] != ' ')
        n++;
    parameter->name = (struct line){line.at, n};
    while (n < line.n && line.at[n] == ' ')
        n++;
    parameter->meaning = line_after(line, n);
    report->n_parameters++;
}

static void read_head(struct report *report)
{
    const char *at = report->sql;

    while (at[0] == '-' && at[1] == '-') {
        struct line line = {at, strcspn(at, "\n")};

        if (at == report->sql)
            report->title = line_after(line, line_begins(line, "-- ") ? 3 : 2);
        else if (line_begins(line, "-- :"))
            read_parameter(report, line_after(line, 4));
        at += line.n;
        at += *at == '\n';
    }
}

bool report_next(size_t *at, struct report *out)
{
    const struct embedded_file *file = embedded_next(FOLDER, at);
    const char *name;

    if (!file)
        return false;
    *out = (struct report){.sql = (const char *)file->text};
    name = file->name + strlen(FOLDER);
    snprintf(out->name, sizeof(out->name), "%.*s", (int)(strlen(name) - strlen(SUFFIX)), name);
    read_head(out);
    return true;
}

int report_find(const char *name, struct report *out)
{
    struct nearest near = nearest_to(name);
    char near_name[REPORT_NAME_SIZE];
    size_t at = 0;

    while (report_next(&at, out)) {
        if (strcmp(out->name, name) == 0)
            return DONE;
        nearest_offer(&near, out->name);
        if (near.name == out->name)
            near.name = strcpy(near_name, out->name);
    }
    if (near.name)
        return complain(WRONG_USAGE, "there is no report \"%s\": did you mean %s?", name,
                        near.name);
    return complain(WRONG_USAGE, "there is no report \"%s\": `lightning analyze --list` lists them",
                    name);
}

/* ---- settings ---- */

static void add_setting(struct setting *out, int *n, const char *name, const char *value)
{
    if (value)
        out[(*n)++] = (struct setting){{name, strlen(name)}, value, true};
}

int filters_settings(const struct filters *filters, struct setting out[FILTER_SETTINGS])
{
    int n = 0;

    add_setting(out, &n, "start_date", filters->start_date[0] ? filters->start_date : NULL);
    add_setting(out, &n, "end_date", filters->end_date[0] ? filters->end_date : NULL);
    add_setting(out, &n, "component", filters->component);
    add_setting(out, &n, "model", filters->model);
    return n;
}

static bool has_parameter(const struct report *report, struct line name)
{
    for (int i = 0; i < report->n_parameters; i++) {
        struct line own = report->parameters[i].name;

        if (own.n == name.n && memcmp(own.at, name.at, name.n) == 0)
            return true;
    }
    return false;
}

int report_check(const struct report *report, const struct setting *settings, int n_settings)
{
    for (int i = 0; i < n_settings; i++)
        if (!has_parameter(report, settings[i].name))
            return complain(
                WRONG_USAGE,
                "the report %s has no parameter %.*s: `lightning analyze --list` lists them",
                report->name, (int)settings[i].name.n, settings[i].name.at);
    return DONE;
}

/* Whether SQL would read a value as a number: with no more than digits, a point, an exponent. */
static bool is_integer(const char *value, sqlite3_int64 *out)
{
    char *end;

    errno = 0;
    *out = strtoll(value, &end, 10);
    return value[0] && value[strspn(value, "+-0123456789")] == '\0' && *end == '\0' && errno == 0;
}

static bool is_real(const char *value, double *out)
{
    char *end;

    *out = strtod(value, &end);
    return value[0] && value[strspn(value, "+-.0123456789eE")] == '\0' && *end == '\0';
}

static int bind_setting(sqlite3_stmt *stmt, int at, const struct setting *setting)
{
    sqlite3_int64 integer;
    double real;

    if (!setting->is_text && is_integer(setting->value, &integer))
        return sqlite3_bind_int64(stmt, at, integer);
    if (!setting->is_text && is_real(setting->value, &real))
        return sqlite3_bind_double(stmt, at, real);
    return sqlite3_bind_text(stmt, at, setting->value, -1, SQLITE_STATIC);
}

int settings_bind(sqlite3_stmt *stmt, const struct setting *settings, int n_settings)
{
    int rc = SQLITE_OK;

    for (int i = 0; rc == SQLITE_OK && i < n_settings; i++) {
        char *name = sqlite3_mprintf(":%.*s", (int)settings[i].name.n, settings[i].name.at);
        int at = name ? sqlite3_bind_parameter_index(stmt, name) : 0;

        if (!name)
            rc = SQLITE_NOMEM;
        else if (at > 0)
            rc = bind_setting(stmt, at, &settings[i]);
        sqlite3_free(name);
    }
    return rc;
}

/* ---- running ---- */

static void show_report(const struct report *report, const struct setting *settings, int n_settings)
{
    for (int i = 0; i < n_settings; i++) {
        sqlite3_int64 integer;
        double real;
        bool is_text = settings[i].is_text || (!is_integer(settings[i].value, &integer) &&
                                               !is_real(settings[i].value, &real));

        script_show_parameter(settings[i].name.at, settings[i].name.n, settings[i].value, is_text);
    }
    script_show(report->sql);
}

/* LIMIT takes integers alone, and SQLite does not say which parameter was none. */
static int complain_of_mismatch(const struct db *db, const struct report *report,
                                const struct setting *settings, int n_settings)
{
    sqlite3_int64 integer;

    for (int i = 0; i < n_settings; i++)
        if (!settings[i].is_text && !is_integer(settings[i].value, &integer))
            return complain(WRONG_USAGE, "the report %s: %.*s=%s: is not a whole number",
                            report->name, (int)settings[i].name.n, settings[i].name.at,
                            settings[i].value);
    return db_complain(db, report->name);
}

/* Runs the statements of a text, with the settings; rows go to `out`, or nowhere when it is NULL. */
static int run_statements(struct db *db, const char *sql, const struct setting *settings,
                          int n_settings, struct output *out)
{
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && *(sql = script_skip(sql))) {
        sqlite3_stmt *stmt = NULL;

        rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, &sql);
        if (rc == SQLITE_OK)
            rc = settings_bind(stmt, settings, n_settings);
        if (rc == SQLITE_OK && out)
            rc = output_rows(out, stmt, NULL);
        else if (rc == SQLITE_OK && sqlite3_step(stmt) != SQLITE_DONE)
            rc = sqlite3_errcode(db->handle);
        sqlite3_finalize(stmt);
    }
    return rc;
}

int report_run(struct db *db, const struct report *report, const struct setting *settings,
               int n_settings, struct output *out)
{
    int rc;

    if (db->show_sql) {
        show_report(report, settings, n_settings);
        return DONE;
    }
    rc = run_statements(db, report->sql, settings, n_settings, out);
    if (rc == SQLITE_MISMATCH)
        return complain_of_mismatch(db, report, settings, n_settings);
    return rc == SQLITE_OK ? DONE : db_complain(db, report->name);
}

int report_parts(struct db *db, const struct setting *settings, int n_settings)
{
    struct report parts = {.name = "reading the traces", .sql = embedded_sql("analyze/parts.sql")};

    if (!parts.sql)
        return complain(UNUSABLE, "analyze/parts.sql is missing from this build");
    return report_run(db, &parts, settings, n_settings, NULL);
}

int report_share(struct report *report, char **own)
{
    const char *begin = strstr(report->sql, "\nWITH parts AS (\n");
    const char *end = begin ? strstr(begin, "\n)") : NULL;

    *own = NULL;
    if (!end)
        return DONE;
    *own = sqlite3_mprintf("%.*s\nWITH parts AS (SELECT * FROM temp.parts%s",
                           (int)(begin - report->sql), report->sql, end + 1);
    if (!*own)
        return complain_of_memory();
    report->sql = *own;
    return DONE;
}

/* ---- observations ---- */

/* The view's definition, to be freed with sqlite3_free(). The newline ends a comment in `where`. */
static char *view_text(const char *trace_dir, const char *where)
{
    const char *head = "CREATE TEMP VIEW observations AS\nSELECT";

    if (trace_dir && where)
        return sqlite3_mprintf("%s *, prompt, combined_reward AS metric FROM legacy_traces(%Q)\n"
                               "WHERE file_error IS NULL AND (%s\n)",
                               head, trace_dir, where);
    if (trace_dir)
        return sqlite3_mprintf("%s *, prompt, combined_reward AS metric FROM legacy_traces(%Q)\n"
                               "WHERE file_error IS NULL",
                               head, trace_dir);
    /* The expression may ask for the prompt or the document, which the file's own view cannot give. */
    return sqlite3_mprintf(
        "%s * FROM (SELECT *, combined_reward AS metric,\n"
        "    trace_prompt(trace_id) AS prompt, trace_document(trace_id) AS document\n"
        "  FROM main.traces)\nWHERE (%s\n)",
        head, where);
}

/* Runs a text that must be one statement (`run`), or only compiles it. Returns an exit code. */
static int try_statement(struct db *db, const char *sql, bool run, const char *where)
{
    sqlite3_stmt *stmt = NULL;
    const char *tail = "";
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, &tail);
    int code = DONE;

    if (rc == SQLITE_OK && where && *script_skip(tail))
        code = complain(WRONG_USAGE, "--where \"%s\" is more than an expression", where);
    else if (rc == SQLITE_OK && run && sqlite3_step(stmt) != SQLITE_DONE)
        code = db_complain(db, NULL);
    else if (rc == SQLITE_ERROR && where)
        code = complain(WRONG_USAGE, "--where \"%s\": %s", where, sqlite3_errmsg(db->handle));
    else if (rc != SQLITE_OK)
        code = db_complain(db, NULL);
    sqlite3_finalize(stmt);
    return code;
}

/* SQLite looks at a view's expression when the view is read. What is an expression stands well in
 * parentheses, as in the view, and without them, as here. */
static int check_view(struct db *db, const char *where)
{
    char *sql = sqlite3_mprintf("SELECT 1 FROM temp.observations WHERE %s\n", where ? where : "1");
    int code = sql ? try_statement(db, sql, false, where) : complain_of_memory();

    sqlite3_free(sql);
    return code;
}

int observations_view(struct db *db, const char *trace_dir, const char *where)
{
    char *sql;
    int code = DONE;

    if (!trace_dir && !where)
        return DONE;
    sql = view_text(trace_dir, where);
    if (!sql)
        return complain_of_memory();
    if (db->show_sql)
        script_show(sql);
    else
        code = try_statement(db, sql, true, where);
    if (code == DONE && !db->show_sql)
        code = check_view(db, where);
    sqlite3_free(sql);
    return code;
}
