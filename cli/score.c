/*
 * score.c -- `lightning score`: scores stored traces anew where another scorer has scored them, and
 * keeps a team's safety policy.
 *
 * Traces are scored from their documents: what is derived from one (reply, error, tokens and so on,
 * see sql/score/batch.sql) is derived again with the rewards, so that a later version's reading
 * counts too; what the writer recorded stays. Each batch is a transaction, and a trace that is done
 * names its scorer: killed at any point, the next run goes on with the rest.
 */
#include "score.h"

#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "db.h"
#include "embedded.h"
#include "policies.h"
#include "text.h"

/* Traces of one transaction: long enough to be fast, short enough for other writers. */
#define BATCH 1000

/* The columns of sql/score/batch.sql: from ID on as sql/score/trace.sql takes them. */
enum { TRACE_ID, ID, MODEL, NEW_SAFETY = 10, OLD_SAFETY = 15, BATCH_COLUMNS = 20 };
#define REWARDS 5 /* safety, empathy, length, latency, combined */
#define SCORER_PARAMETER 15

struct rescoring {
    struct scoring *scoring;
    struct db *db;
    bool dry; /* nothing is written */
    sqlite3_int64 scorer;
    char *policy; /* JSON; NULL: none */
    char *policy_name;
    sqlite3_stmt *batch;
    sqlite3_stmt *update;
    sqlite3_stmt *model;
    sqlite3_int64 due;      /* to be scored, as counted before */
    sqlite3_int64 hopeless; /* nothing is left to score them by */
    sqlite3_int64 met;      /* all that the filters let through */
    sqlite3_int64 after;    /* the last id done */
    sqlite3_int64 done;
    sqlite3_int64 unread; /* whose documents are no traces */
    sqlite3_int64 compared[REWARDS];
    double before_sum[REWARDS];
    double after_sum[REWARDS];
    time_t shown;
};

void score_say(const struct scoring *scoring, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        return;
    if (n >= (int)sizeof text)
        n = (int)sizeof text - 1;
    if (scoring->out.format != FORMAT_TABLE) {
        complain(DONE, "%s", text);
        return;
    }
    text_wrap(stdout, text, (size_t)n, 0, 2, text_columns());
    putchar('\n');
}

int score_note_json(struct scoring *scoring, struct db *db)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(db, embedded_sql("score/json_components.sql"), &stmt);
    if (code != DONE || !stmt)
        return code;
    if (settings_bind(stmt, scoring->settings, scoring->n_settings) != SQLITE_OK)
        code = db_complain(db, NULL);
    while (db_next_row(db, stmt, &code))
        score_say(scoring,
                  "%s: %d %% of the replies are JSON: empathy and length say nothing there",
                  (const char *)sqlite3_column_text(stmt, 0), sqlite3_column_int(stmt, 1));
    sqlite3_finalize(stmt);
    return code;
}

/* ---- the policy ---- */

/* Takes the policy that is to be: that of --policy, or the one in force. */
static int choose_policy(struct rescoring *r)
{
    const char *given = option_value(r->scoring->args, "policy");
    if (!given)
        return policy_in_force(r->db, &r->policy, &r->policy_name);
    if (strcmp(given, "none") == 0)
        return DONE;
    int code = policy_read(given, &r->policy);
    char *copy = code == DONE ? strdup(given) : NULL;
    if (copy)
        r->policy_name = strdup(basename(copy));
    free(copy);
    return code == DONE && !r->policy_name ? complain_of_memory() : code;
}

/* Whether a scorer can be made of it, and what it calls itself. */
static int check_policy(struct rescoring *r)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(r->db, embedded_sql("score/check.sql"), &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, r->policy, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_ROW) {
        code = complain(UNUSABLE, "the policy %s cannot be used: %s",
                        r->policy_name ? r->policy_name : "none", sqlite3_errmsg(r->db->handle));
    } else if (sqlite3_column_type(stmt, 1) == SQLITE_TEXT) {
        free(r->policy_name);
        r->policy_name = strdup((const char *)sqlite3_column_text(stmt, 1));
        code = r->policy_name ? DONE : complain_of_memory();
    }
    sqlite3_finalize(stmt);
    return code;
}

/* Runs the statements of sql/score/policy.sql, each with the same two values. */
static int put_in_force(struct rescoring *r)
{
    const char *sql = embedded_sql("score/policy.sql");
    int code = DONE;
    if (r->db->show_sql)
        return db_run(r->db, sql);
    while (code == DONE && *sql) {
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(r->db->handle, sql, -1, &stmt, &sql) != SQLITE_OK)
            code = db_complain(r->db, NULL);
        if (stmt) {
            sqlite3_bind_text(stmt, 1, r->policy, -1, SQLITE_STATIC);
            if (sqlite3_bind_parameter_count(stmt) > 1)
                sqlite3_bind_text(stmt, 2, r->policy_name, -1, SQLITE_STATIC);
            if (code == DONE && sqlite3_step(stmt) != SQLITE_DONE)
                code = db_complain(r->db, NULL);
        }
        sqlite3_finalize(stmt);
    }
    return code;
}

/* Keeps the policy and the scorer in the file. */
static int store_scorer(struct rescoring *r)
{
    int code = db_run(r->db, "BEGIN IMMEDIATE");
    if (code == DONE && option_given(r->scoring->args, "policy"))
        code = put_in_force(r);
    if (code == DONE)
        code = db_run(r->db, embedded_sql("store/scorer.sql"));
    if (code == DONE)
        code = db_integer(r->db, embedded_sql("store/scorer_in_force.sql"), &r->scorer);
    if (code == DONE)
        code = db_run(r->db, "COMMIT");
    /* As it is kept: another process may have put another in force meanwhile. */
    free(r->policy);
    free(r->policy_name);
    r->policy = NULL;
    r->policy_name = NULL;
    if (code == DONE)
        code = policy_in_force(r->db, NULL, &r->policy_name);
    if (code == DONE)
        code = policy_of_scorer(r->db, r->scorer, &r->policy);
    return code;
}

/* For --dry-run: the scorer's id where the file knows it; else 0, which is nobody's. */
static int find_scorer(struct rescoring *r)
{
    sqlite3_stmt *stmt = NULL;
    int code =
        db_prepare(r->db, "SELECT id FROM main.scorers WHERE hash = lightning_scorer(?1)", &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_text(stmt, 1, r->policy, -1, SQLITE_STATIC);
    if (db_next_row(r->db, stmt, &code))
        r->scorer = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return code;
}

/* ---- the batches ---- */

static int count_candidates(struct rescoring *r)
{
    const struct scoring *s = r->scoring;
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(r->db, embedded_sql("score/candidates.sql"), &stmt);
    if (code != DONE || !stmt)
        return code;
    sqlite3_bind_int64(stmt, 1, r->scorer);
    if (settings_bind(stmt, s->settings, s->n_settings) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW) {
        code = db_complain(r->db, NULL);
    } else {
        r->due = sqlite3_column_int64(stmt, 0);
        r->hopeless = sqlite3_column_int64(stmt, 1);
        r->met = sqlite3_column_int64(stmt, 2);
    }
    sqlite3_finalize(stmt);
    return code;
}

static int parameter(const struct rescoring *r, const char *name)
{
    return sqlite3_bind_parameter_index(r->batch, name);
}

/* The file's newest dictionary, which most documents are packed with. */
static int bind_dictionary(struct rescoring *r)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(r->db, "SELECT id, bytes FROM main.dictionaries ORDER BY id DESC LIMIT 1",
                          &stmt);
    if (stmt && db_next_row(r->db, stmt, &code)) {
        sqlite3_bind_int64(r->batch, parameter(r, ":dictionary"), sqlite3_column_int64(stmt, 0));
        if (sqlite3_bind_value(r->batch, parameter(r, ":bytes"), sqlite3_column_value(stmt, 1)) !=
            SQLITE_OK)
            code = complain_of_memory();
    }
    sqlite3_finalize(stmt);
    return code;
}

static int prepare(struct rescoring *r)
{
    const struct scoring *s = r->scoring;
    int code = db_prepare(r->db, embedded_sql("score/batch.sql"), &r->batch);
    if (code == DONE && !r->dry)
        code = db_prepare(r->db, embedded_sql("score/trace.sql"), &r->update);
    if (code == DONE && !r->dry)
        code = db_prepare(r->db, embedded_sql("score/model.sql"), &r->model);
    if (code != DONE || !r->batch)
        return code;
    if (settings_bind(r->batch, s->settings, s->n_settings) != SQLITE_OK ||
        sqlite3_bind_text(r->batch, parameter(r, ":policy"), r->policy, -1, SQLITE_STATIC) !=
            SQLITE_OK)
        return db_complain(r->db, NULL);
    sqlite3_bind_int64(r->batch, parameter(r, ":scorer"), r->scorer);
    sqlite3_bind_int64(r->batch, parameter(r, ":limit"), BATCH);
    return bind_dictionary(r);
}

/* Adds a trace to the means of before and after; each of traces that had the reward before. */
static void compare(struct rescoring *r)
{
    for (int i = 0; i < REWARDS; i++) {
        if (sqlite3_column_type(r->batch, OLD_SAFETY + i) == SQLITE_NULL)
            continue;
        r->compared[i]++;
        r->before_sum[i] += sqlite3_column_double(r->batch, OLD_SAFETY + i);
        r->after_sum[i] += sqlite3_column_double(r->batch, NEW_SAFETY + i);
    }
}

/* Runs a statement, its first n parameters those columns of the batch that begin with the id. */
static int update(struct rescoring *r, sqlite3_stmt *stmt, int n)
{
    int rc = SQLITE_OK;
    for (int i = ID; i < ID + n && rc == SQLITE_OK; i++)
        rc = sqlite3_bind_value(stmt, i, sqlite3_column_value(r->batch, i));
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
    int reset = sqlite3_reset(stmt);
    return rc == SQLITE_OK && reset == SQLITE_OK ? DONE : db_complain(r->db, NULL);
}

static int update_trace(struct rescoring *r)
{
    sqlite3_bind_int64(r->update, SCORER_PARAMETER, r->scorer);
    int code = update(r, r->update, OLD_SAFETY - ID);
    return code == DONE ? update(r, r->model, MODEL) : code;
}

static void show_progress(struct rescoring *r)
{
    time_t now = time(NULL);
    if (now == r->shown || !isatty(STDERR_FILENO))
        return;
    r->shown = now;
    fprintf(stderr, "\r%lld of %lld traces\033[K", r->done, r->due);
}

/* Scores one batch; *rows gets how many traces it had. */
static int score_batch(struct rescoring *r, int *rows)
{
    sqlite3_bind_int64(r->batch, parameter(r, ":after"), r->after);
    int code = r->dry ? DONE : db_run(r->db, "BEGIN IMMEDIATE");
    *rows = 0;
    while (db_next_row(r->db, r->batch, &code)) {
        sqlite3_int64 id = sqlite3_column_int64(r->batch, ID);
        if (id > r->after)
            r->after = id;
        ++*rows;
        if (sqlite3_column_type(r->batch, TRACE_ID) == SQLITE_NULL) {
            r->unread++;
            continue;
        }
        compare(r);
        if (!r->dry)
            code = update_trace(r);
        r->done++;
    }
    sqlite3_reset(r->batch);
    if (code == DONE && !r->dry)
        code = db_run(r->db, "COMMIT");
    show_progress(r);
    return code;
}

/* Commits between batches need not wait for the disk: what is not there yet is scored again. */
static int score_all(struct rescoring *r)
{
    int rows = 0;
    int code = r->dry ? DONE : db_run(r->db, "PRAGMA synchronous = NORMAL");
    if (code == DONE)
        code = prepare(r);
    if (r->db->show_sql)
        return code;
    if (code == DONE)
        do
            code = score_batch(r, &rows);
        while (code == DONE && rows > 0);
    if (r->shown)
        fputs("\r\033[K", stderr);
    sqlite3_finalize(r->batch);
    sqlite3_finalize(r->update);
    sqlite3_finalize(r->model);
    if (!sqlite3_get_autocommit(r->db->handle))
        sqlite3_exec(r->db->handle, "ROLLBACK", NULL, NULL, NULL);
    if (code == DONE && !r->dry)
        code = db_run(r->db, "PRAGMA synchronous = FULL");
    /* The last commit waits for the disk, and with it those before are there. */
    if (code == DONE && !r->dry) {
        char *sql = sqlite3_mprintf("PRAGMA user_version = %d", r->db->version);
        code = sql ? db_run(r->db, sql) : complain_of_memory();
        sqlite3_free(sql);
    }
    return code;
}

/* ---- what is said ---- */

static int print_changes(struct rescoring *r)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(r->db, embedded_sql("score/changes.sql"), &stmt);
    if (code != DONE || !stmt)
        return code;
    for (int i = 0; i < REWARDS; i++) {
        sqlite3_bind_int64(stmt, 3 * i + 1, r->compared[i]);
        sqlite3_bind_double(stmt, 3 * i + 2, r->before_sum[i]);
        sqlite3_bind_double(stmt, 3 * i + 3, r->after_sum[i]);
    }
    if (output_rows(&r->scoring->out, stmt, NULL) != SQLITE_OK)
        code = db_complain(r->db, NULL);
    sqlite3_finalize(stmt);
    return code;
}

static int print_result(struct rescoring *r)
{
    const struct scoring *s = r->scoring;
    const char *with = r->policy_name ? " with the policy " : "";
    const char *name = r->policy_name ? r->policy_name : "";
    int code = DONE;
    if (r->done == 0 && r->met == r->hopeless)
        score_say(s, "%s: no traces to score", r->db->path);
    else if (r->done == 0)
        score_say(s, "%s: nothing to do: the current scorer%s%s scored all %lld trace%s",
                  r->db->path, with, name, r->met - r->hopeless - r->unread,
                  plural(r->met - r->hopeless - r->unread));
    else
        score_say(s, "%s: %lld of %lld trace%s %s%s%s", r->db->path, r->done, r->met,
                  plural(r->met), r->dry ? "would be scored anew" : "scored anew", with, name);
    if (r->done > 0 || s->out.format != FORMAT_TABLE)
        code = print_changes(r);
    if (r->hopeless + r->unread > 0)
        score_say(s, "%lld trace%s left as %s: no document, reply or error to score by",
                  r->hopeless + r->unread, plural(r->hopeless + r->unread),
                  r->hopeless + r->unread == 1 ? "it is" : "they are");
    if (code == DONE && r->done > 0)
        code = score_note_json(r->scoring, r->db);
    return code;
}

static int rescore(struct scoring *s, struct db *db)
{
    struct rescoring r = {.scoring = s, .db = db, .dry = option_given(s->args, "dry-run")};
    int taken = DONE;
    int code = choose_policy(&r);
    if (code == DONE)
        code = check_policy(&r);
    if (code == DONE)
        code = r.dry ? find_scorer(&r) : store_scorer(&r);
    /* By the policy that is in force now. */
    if (code == DONE && !r.dry)
        taken = db_take_in(db);
    if (taken == UNUSABLE)
        code = taken;
    if (code == DONE)
        code = observations_view(db, NULL, s->filters.where);
    if (code == DONE)
        code = count_candidates(&r);
    if (code == DONE)
        code = score_all(&r);
    if (code == DONE && !db->show_sql)
        code = print_result(&r);
    free(r.policy);
    free(r.policy_name);
    return code == DONE ? taken : code;
}

/* ---- the command ---- */

static bool is_number(const char *text, const char *characters)
{
    char *end;
    strtod(text, &end);
    return text[0] && !*end && text[strspn(text, characters)] == '\0';
}

static int check_options(const struct arguments *args)
{
    static const char *const of_against[] = {"name", "by", "good", "limit"};
    const char *against = option_value(args, "against");
    if (against && strcmp(against, "feedback") != 0)
        return complain(WRONG_USAGE, "--against %s: there is only --against feedback", against);
    for (size_t i = 0; !against && i < sizeof of_against / sizeof *of_against; i++)
        if (option_given(args, of_against[i]))
            return complain(WRONG_USAGE, "--%s is for --against feedback", of_against[i]);
    if (option_given(args, "good") && !is_number(option_value(args, "good"), "+-.0123456789eE"))
        return complain(WRONG_USAGE, "--good %s is no number such as 0.5",
                        option_value(args, "good"));
    if (option_given(args, "limit") && !is_number(option_value(args, "limit"), "0123456789"))
        return complain(WRONG_USAGE, "--limit %s is no number such as 10",
                        option_value(args, "limit"));
    if (against && (option_given(args, "policy") || option_given(args, "dry-run")))
        return complain(WRONG_USAGE, "--against feedback scores nothing: leave --%s out",
                        option_given(args, "policy") ? "policy" : "dry-run");
    return DONE;
}

static int run(const struct arguments *args)
{
    struct scoring s = {.args = args};
    struct db db;
    int code = check_options(args);
    if (code == DONE)
        code = output_start(&s.out, args);
    if (code == DONE)
        code = filters_read(args, &s.filters);
    if (code != DONE)
        return code;
    s.n_settings = filters_settings(&s.filters, s.settings);
    bool against = option_given(args, "against");
    bool writes = !against && !option_given(args, "dry-run");
    code = db_open(&db, args, writes ? DB_WRITE : DB_READ);
    if (code == DONE)
        code = against ? score_against(&s, &db) : rescore(&s, &db);
    code = db_close(&db, code);
    return code == DONE || code == NEEDS_A_LOOK ? output_finish(&s.out, code) : code;
}

static const struct option_spec options[] = {
    {"policy", "FILE",
     "score by the safety policy in FILE, JSON, from now on; none: by the built-in "
     "rules"},
    {"dry-run", NULL, "only say how many traces would be scored anew, and what would change"},
    {"against", "feedback", "score nothing: compare the rewards with what people said"},
    {NULL, NULL, NULL},
};

static const struct option_spec against_options[] = {
    {"name", "NAME", "with --against: people's scores of this name (default: each)"},
    {"by", "SOURCE", "with --against: only scores by this person or judge"},
    {"good", "SCORE",
     "with --against: from which score on people call a reply good (default: above "
     "the middle of their scores)"},
    {"limit", "N", "with --against: how many disagreements (default: 10)"},
    {NULL, NULL, NULL},
};

const struct command command_score = {
    .name = "score",
    .summary = "score traces anew with the current scorer, or compare scores with people's",
    .options = {options, against_options, filter_options, format_options},
    .run = run,
};
