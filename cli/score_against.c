/*
 * score_against.c -- `lightning score --against feedback`: what the rewards are worth, by what people
 * said of the same traces.
 *
 * All numbers come from sql/score/: judged.sql pairs the scores, the others read its TEMP tables. Here
 * they are only laid out: for people one name after the other, intervals in brackets.
 */
#include "score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "embedded.h"
#include "nearest.h"
#include "script.h"
#include "text.h"

#define MOST_SETTINGS (FILTER_SETTINGS + 4)

struct comparison {
    struct scoring *scoring;
    struct db *db;
    struct setting settings[MOST_SETTINGS];
    int n_settings;
};

/* For people: the measures with their intervals beside them. */
#define WITH_INTERVAL(m)                                                                           \
    " CASE WHEN " m "_low IS NOT NULL"                                                             \
    " THEN printf('%.2f [%.2f, %.2f]', " m ", " m "_low, " m "_high)"                              \
    " WHEN " m " IS NOT NULL THEN printf('%.2f', " m ") END AS " m
static const char agreement_table[] =
    "SELECT reward, n," WITH_INTERVAL("spearman") "," WITH_INTERVAL("auc") "," WITH_INTERVAL(
        "kappa") " FROM temp.agreement WHERE name = ?1";
static const char trust_table[] = "SELECT reward, trust FROM temp.agreement WHERE name = ?1";
static const char judges_table[] =
    "SELECT judges, traces_with_several, pairs, spearman, lowest, highest, kappa"
    " FROM temp.judges WHERE name = ?1";
static const char disagreements_table[] =
    "SELECT trace_id, reward, human, ours, gap FROM temp.disagreements WHERE name = ?1";

/* Runs the statements of a file of sql/score with the settings; the last one's rows, if it has any, are
 * kept as a TEMP table of that name. */
static int run_file(struct comparison *c, const char *file, const char *table)
{
    char *sql = table ? sqlite3_mprintf("CREATE TEMP TABLE %s AS\n%s", table, embedded_sql(file))
                      : sqlite3_mprintf("%s", embedded_sql(file));
    const char *at = sql;
    int rc = SQLITE_OK;
    if (!sql)
        return complain_of_memory();
    if (c->db->show_sql) {
        script_show(sql);
        sqlite3_free(sql);
        return DONE;
    }
    while (rc == SQLITE_OK && *(at = script_skip(at))) {
        sqlite3_stmt *stmt = NULL;
        rc = sqlite3_prepare_v2(c->db->handle, at, -1, &stmt, &at);
        if (rc == SQLITE_OK)
            rc = settings_bind(stmt, c->settings, c->n_settings);
        if (rc == SQLITE_OK && sqlite3_step(stmt) != SQLITE_DONE)
            rc = SQLITE_ERROR;
        int finalized = sqlite3_finalize(stmt);
        if (rc == SQLITE_OK)
            rc = finalized;
    }
    sqlite3_free(sql);
    return rc == SQLITE_OK ? DONE : db_complain(c->db, file);
}

static void add_setting(struct comparison *c, const char *name, bool is_text)
{
    const char *value = option_value(c->scoring->args, name);
    if (value)
        c->settings[c->n_settings++] = (struct setting){{name, strlen(name)}, value, is_text};
}

static int print_rows(struct comparison *c, const char *sql, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(c->db, sql, &stmt);
    if (code != DONE || !stmt)
        return code;
    if (name)
        sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    if (output_rows(&c->scoring->out, stmt, NULL) != SQLITE_OK)
        code = db_complain(c->db, NULL);
    sqlite3_finalize(stmt);
    return code;
}

/* A part of the output, under a title of this form with the name in it. */
static int print_part(struct comparison *c, const char *part, const char *format, const char *name,
                      const char *sql)
{
    char *title = sqlite3_mprintf(format, name);
    if (!title)
        return complain_of_memory();
    output_part(&c->scoring->out, part, title, strlen(title));
    int code = print_rows(c, sql, name);
    sqlite3_free(title);
    return code;
}

static int print_name(struct comparison *c, const char *name)
{
    int code = print_part(c, "agreement",
                          "agreement: each reward and people's \"%w\", with 95 %% intervals", name,
                          agreement_table);
    if (code == DONE)
        code = print_part(c, "trust", "trust: what the rewards are good for, by people's \"%w\"",
                          name, trust_table);
    if (code == DONE)
        code = print_part(c, "judges", "judges: how far people agree with each other on \"%w\"",
                          name, judges_table);
    if (code == DONE)
        code = print_part(c, "disagreements",
                          "disagreements: where people's \"%w\" and a reward are furthest apart",
                          name, disagreements_table);
    return code;
}

/* What the numbers are. */
static void explain(const struct comparison *c)
{
    const char *good = option_value(c->scoring->args, "good");
    putchar('\n');
    score_say(
        c->scoring,
        "spearman: rank correlation, 0 for none. auc: how often a reply that people call good "
        "has the higher reward than one they do not, 0.5 by chance. kappa: agreement on which "
        "are good, 0 by chance.");
    if (good)
        score_say(c->scoring, "Good: people's score is %s or more", good);
    else
        score_say(c->scoring, "Good: people's score is above the middle between their lowest and "
                              "their highest (--good SCORE sets it)");
    score_say(c->scoring,
              "By a reward about as many are good, those with the highest; equal ones "
              "are all in or all out. Intervals: bootstrap by trace; turns of one conversation "
              "are not independent, so the truth is less certain than they say.");
}

static int print_table(struct comparison *c)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(c->db, "SELECT DISTINCT name FROM temp.given ORDER BY name", &stmt);
    while (stmt && db_next_row(c->db, stmt, &code))
        code = print_name(c, (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    if (code == DONE) {
        output_end_parts(&c->scoring->out);
        explain(c);
    }
    return code;
}

static int print_json(struct comparison *c)
{
    static const char *const parts[][2] = {
        {"agreement", "SELECT * FROM temp.agreement"},
        {"judges", "SELECT * FROM temp.judges"},
        {"disagreements", "SELECT * FROM temp.disagreements"},
    };
    int code = DONE;
    for (size_t i = 0; code == DONE && i < sizeof parts / sizeof *parts; i++) {
        output_part(&c->scoring->out, parts[i][0], parts[i][0], strlen(parts[i][0]));
        code = print_rows(c, parts[i][1], NULL);
    }
    if (code == DONE)
        output_end_parts(&c->scoring->out);
    return code;
}

/* Says why there is nothing to compare: with a name that nobody used the nearest. */
static int say_nothing(struct comparison *c)
{
    const char *name = option_value(c->scoring->args, "name");
    const char *by = option_value(c->scoring->args, "by");
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(c->db,
                          "SELECT DISTINCT CASE WHEN ?1 THEN name ELSE source END "
                          "FROM main.feedback",
                          &stmt);
    struct nearest near = nearest_to(name ? name : by ? by : "");
    char *found = NULL;
    bool is_there = false;
    sqlite3_bind_int(stmt, 1, name != NULL);
    while ((name || by) && db_next_row(c->db, stmt, &code)) {
        const char *before = near.name;
        const char *other = (const char *)sqlite3_column_text(stmt, 0);
        is_there |= strcmp(other, near.word) == 0;
        nearest_offer(&near, other);
        if (near.name != before) {
            free(found);
            near.name = found = strdup(other);
        }
    }
    sqlite3_finalize(stmt);
    if (code == DONE)
        code = complain(NEEDS_A_LOOK, "%s: no trace has a score by people%s%s%s%s%s%s%s%s",
                        c->db->path, name ? " called " : "", name ? name : "", by ? " from " : "",
                        by ? by : "", found && !is_there ? ": did you mean " : "",
                        found && !is_there ? found : "", found && !is_there ? "?" : "",
                        name || by || c->scoring->n_settings || c->scoring->filters.where
                            ? ""
                            : ": `lightning annotate` keeps some");
    free(found);
    return code;
}

int score_against(struct scoring *scoring, struct db *db)
{
    struct comparison c = {.scoring = scoring, .db = db, .n_settings = scoring->n_settings};
    sqlite3_int64 any = 0;
    memcpy(c.settings, scoring->settings, sizeof scoring->settings);
    add_setting(&c, "name", true);
    add_setting(&c, "by", true);
    add_setting(&c, "good", false);
    add_setting(&c, "limit", false);
    if (db->show_sql)
        puts(".load lightning");
    int code = observations_view(db, NULL, scoring->filters.where);
    for (int i = 0; db->show_sql && i < c.n_settings; i++)
        script_show_parameter(c.settings[i].name.at, c.settings[i].name.n, c.settings[i].value,
                              c.settings[i].is_text);
    if (code == DONE)
        code = run_file(&c, "score/judged.sql", NULL);
    if (code == DONE && !db->show_sql)
        code = db_integer(db, "SELECT EXISTS (SELECT 1 FROM temp.given)", &any);
    if (code == DONE && !db->show_sql && !any)
        return say_nothing(&c);
    if (code == DONE)
        code = run_file(&c, "score/agreement.sql", "agreement");
    if (code == DONE)
        code = run_file(&c, "score/judges.sql", "judges");
    if (code == DONE)
        code = run_file(&c, "score/disagreements.sql", "disagreements");
    if (code != DONE || db->show_sql)
        return code;
    if (scoring->out.format == FORMAT_TABLE)
        code = print_table(&c);
    else if (scoring->out.format == FORMAT_JSON)
        code = print_json(&c);
    else
        code = print_rows(&c, "SELECT * FROM temp.agreement", NULL);
    return code == DONE ? score_note_json(scoring, db) : code;
}
