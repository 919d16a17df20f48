/*
 * analyze.c -- `lightning analyze`: reports over the traces, from the file or from a folder.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "report.h"
#include "text.h"

/* What is printed, and in this order, when no report is named. */
static const char *const all_reports[] = {
    "summary", "components", "models", "rewards", "errors", "distribution", "trend", "blocked",
};

#define N_ALL ((int)(sizeof(all_reports) / sizeof(all_reports[0])))
#define LEGACY "legacy_rewards"
#define HELP_WIDTH 80

struct analysis {
    struct output out;
    struct filters filters;
    const char *trace_dir; /* NULL: the file */
    struct report reports[N_ALL];
    char *texts[N_ALL]; /* of the reports whose text is our own; else NULL */
    int n_reports;
    struct setting *settings; /* the filters', then those of the report */
    int n_settings;
};

/* Which reports are meant. */
static int choose_reports(struct analysis *a, const struct arguments *args)
{
    const char *one = args->n_operands > 0 ? args->operands[0] : NULL;
    int code = DONE;

    if (option_given(args, "legacy")) {
        if (one && !strchr(one, '='))
            return complain(WRONG_USAGE, "--legacy is a report of its own: leave %s out", one);
        one = LEGACY;
    } else if (one && strchr(one, '=')) {
        return complain(WRONG_USAGE, "%s: name the report it is for before it", one);
    }
    if (one) {
        a->n_reports = 1;
        return report_find(one, &a->reports[0]);
    }
    if (a->out.format == FORMAT_CSV)
        return complain(WRONG_USAGE, "--format csv is for one report, such as `lightning analyze "
                                     "rewards --format csv`");
    while (code == DONE && a->n_reports < N_ALL) {
        code = report_find(all_reports[a->n_reports], &a->reports[a->n_reports]);
        a->n_reports++;
    }
    return code;
}

static int read_settings(struct analysis *a, const struct arguments *args)
{
    int first = option_given(args, "legacy") ? 0 : 1;
    int code = DONE;

    a->settings = calloc((size_t)args->n_operands + FILTER_SETTINGS, sizeof(*a->settings));
    if (!a->settings)
        return complain_of_memory();
    a->n_settings = filters_settings(&a->filters, a->settings);
    for (int i = first; i < args->n_operands; i++) {
        const char *text = args->operands[i];
        const char *equals = strchr(text, '=');

        if (!equals)
            return complain(WRONG_USAGE, "%s: a parameter of a report is written NAME=VALUE", text);
        /* As an option it is checked, and may be written in more ways. */
        if (strncmp(text, "start_date=", 11) == 0 || strncmp(text, "end_date=", 9) == 0)
            return complain(WRONG_USAGE, "%s: write it as --%s-date %s", text,
                            text[0] == 's' ? "start" : "end", equals + 1);
        a->settings[a->n_settings++] =
            (struct setting){{text, (size_t)(equals - text)}, equals + 1, false};
    }
    for (int i = 0; code == DONE && i < a->n_reports; i++)
        code = report_check(&a->reports[i], a->settings, a->n_settings);
    return code;
}

static int read_arguments(struct analysis *a, const struct arguments *args)
{
    int code = output_start(&a->out, args);

    a->trace_dir = option_value(args, "trace-dir");
    if (code == DONE)
        code = filters_read(args, &a->filters);
    if (code == DONE)
        code = choose_reports(a, args);
    if (code == DONE)
        code = read_settings(a, args);
    return code;
}

/* Whether the filters let anything through. */
static int look_for_rows(const struct analysis *a, struct db *db, bool *any)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db,
                          "SELECT EXISTS (SELECT 1 FROM observations\n"
                          "  WHERE day BETWEEN coalesce(:start_date, '')\n"
                          "      AND coalesce(:end_date, '9999')\n"
                          "    AND (:component IS NULL OR component = :component)\n"
                          "    AND (:model IS NULL OR model = :model))",
                          &stmt);

    if (code != DONE)
        return code;
    if (settings_bind(stmt, a->settings, a->n_settings) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW)
        code = db_complain(db, NULL);
    else
        *any = sqlite3_column_int(stmt, 0) != 0;
    sqlite3_finalize(stmt);
    return code;
}

/* Says that there is nothing: as the answer where people read it, else beside the output. */
static int say_nothing(struct analysis *a, const struct db *db)
{
    char *phrase = filters_phrase(&a->filters);
    const char *source = a->trace_dir ? a->trace_dir : db->path;

    if (!phrase)
        return complain_of_memory();
    if (a->out.format == FORMAT_TABLE) {
        fputs("no traces", stdout);
        text_print(stdout, phrase, strlen(phrase), INT_MAX);
        fputs(" in ", stdout);
        text_print(stdout, source, strlen(source), INT_MAX);
        fputc('\n', stdout);
    } else {
        complain(DONE, "no traces%s in %s", phrase, source);
    }
    free(phrase);
    return DONE;
}

/* Several reports read the traces once: see report.h. */
static int share_parts(struct analysis *a, struct db *db)
{
    int code = report_parts(db, a->settings, a->n_settings);

    for (int i = 0; code == DONE && i < a->n_reports; i++)
        code = report_share(&a->reports[i], &a->texts[i]);
    return code;
}

static int print_reports(struct analysis *a, struct db *db)
{
    bool parts = !db->show_sql && (a->n_reports > 1 || a->out.format == FORMAT_TABLE);
    int code = a->n_reports > 1 ? share_parts(a, db) : DONE;

    for (int i = 0; code == DONE && i < a->n_reports && !a->out.error; i++) {
        const struct report *report = &a->reports[i];

        if (parts)
            output_part(&a->out, report->name, report->title.at, report->title.n);
        code = report_run(db, report, a->settings, a->n_settings, &a->out);
    }
    if (parts && code == DONE)
        output_end_parts(&a->out);
    return code;
}

/* Says how many files of the folder no report could count. Returns an exit code. */
static int tell_of_files(const struct analysis *a, struct db *db)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_int64 n = 0;
    int code = db_prepare(db,
                          "SELECT count(*) FROM legacy_traces(?1)\n"
                          "WHERE file_state IN ('rejected', 'incomplete')\n"
                          "  AND day BETWEEN coalesce(:start_date, '')\n"
                          "      AND coalesce(:end_date, '9999')",
                          &stmt);

    if (code != DONE)
        return code;
    if (sqlite3_bind_text(stmt, 1, a->trace_dir, -1, SQLITE_STATIC) != SQLITE_OK ||
        settings_bind(stmt, a->settings, a->n_settings) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW)
        code = db_complain(db, NULL);
    else
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    if (n > 0)
        code = complain(NEEDS_A_LOOK,
                        "%s: files that are no traces, and so not counted: %lld (file_error of "
                        "legacy_traces() says why)",
                        a->trace_dir, n);
    return code;
}

/* With one snapshot, so that all reports speak of the same traces. */
static int run_reports(struct analysis *a, struct db *db)
{
    bool any = true;
    int code = db_run(db, "BEGIN");

    if (code == DONE)
        code = observations_view(db, a->trace_dir, a->filters.where);
    /* The old script counted its traces whatever the dates. */
    bool legacy = a->n_reports == 1 && strcmp(a->reports[0].name, LEGACY) == 0;
    if (code == DONE && !db->show_sql && !legacy)
        code = look_for_rows(a, db, &any);
    if (code == DONE && !any)
        code = say_nothing(a, db);
    /* For a program no rows are rows too. */
    if (code == DONE && (any || a->out.format != FORMAT_TABLE))
        code = print_reports(a, db);
    if (code == DONE && a->trace_dir && !db->show_sql)
        code = tell_of_files(a, db);
    if (db->show_sql || !sqlite3_get_autocommit(db->handle))
        db_run(db, "COMMIT");
    return code;
}

static int run_analysis(struct analysis *a, const struct arguments *args)
{
    struct db db;
    int code = db_open(&db, args, a->trace_dir ? DB_MEMORY : DB_WRITE_IF_POSSIBLE);
    int taken = DONE;

    if (db.show_sql)
        puts(".load lightning");
    if (code == DONE && !a->trace_dir)
        taken = db_take_in(&db);
    if (taken == UNUSABLE)
        code = taken;
    if (code == DONE)
        code = run_reports(a, &db);
    code = db_close(&db, code);
    return code == DONE ? taken : code;
}

/* ---- --list ---- */

/* Whether an option gives a parameter its value. */
static bool is_filter(struct line name)
{
    for (const struct option_spec *option = filter_options; option->name; option++) {
        const char *word = option->name;
        size_t i = 0;

        while (i < name.n && name.at[i] == (word[i] == '-' ? '_' : word[i]))
            i++;
        if (i == name.n && word[i] == '\0')
            return true;
    }
    return false;
}

static int list_reports(void)
{
    struct report report;
    size_t at = 0;

    while (report_next(&at, &report)) {
        text_wrap(stdout, report.title.at, report.title.n, 0, 4, HELP_WIDTH);
        putchar('\n');
        for (int i = 0; i < report.n_parameters; i++) {
            const struct report_parameter *p = &report.parameters[i];
            int column;

            if (is_filter(p->name))
                continue;
            column = printf("    %.*s=VALUE  ", (int)p->name.n, p->name.at);
            text_wrap(stdout, p->meaning.at, p->meaning.n, column, 8, HELP_WIDTH);
            putchar('\n');
        }
    }
    return DONE;
}

static int analyze(const struct arguments *args)
{
    struct analysis a = {0};
    int code;

    if (option_given(args, "list"))
        return list_reports();
    code = read_arguments(&a, args);
    if (code == DONE)
        code = run_analysis(&a, args);
    if (code == DONE || code == NEEDS_A_LOOK)
        code = output_finish(&a.out, code);
    for (int i = 0; i < a.n_reports; i++)
        sqlite3_free(a.texts[i]);
    free(a.settings);
    return code;
}

static const struct option_spec analyze_options[] = {
    {"trace-dir", "DIR", "read this folder of traces in place, and no file"},
    {"legacy", NULL, "the rewards as the script before this program computed them"},
    {"list", NULL, "list the reports and their parameters"},
    {NULL, NULL, NULL},
};

const struct command command_analyze = {
    .name = "analyze",
    .summary = "print how many traces there are, how good, how fast, and what went wrong",
    .operands = "[REPORT] [NAME=VALUE...]",
    .options = {analyze_options, filter_options, format_options},
    .run = analyze,
};
