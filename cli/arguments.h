/*
 * arguments.h -- the command line, taken apart.
 *
 * Options are --name VALUE or --name=VALUE, switches --name; a lone -- ends them. The options of
 * every command may stand before or after the command, its own stand after it. None may be given
 * twice. What is wrong is said on stderr, with the nearest name there is.
 *
 * All strings belong to argv (or the environment) and live as long as the process.
 */
#ifndef LIGHTNING_ARGUMENTS_H
#define LIGHTNING_ARGUMENTS_H

#include <stdbool.h>

#include "command.h"

struct given_option {
    const char *name;  /* as in its option_spec */
    const char *value; /* NULL: a switch */
};

struct arguments {
    const struct command *command; /* NULL when none is named */
    const char *db;                /* --db, else $LIGHTNING_DB, else "traces.db" */
    bool show_sql;
    char **operands;
    int n_operands;
    struct given_option *options; /* the name after the last is NULL */
    int n_options;
};

/* The options of every command: --db, --show-sql, --help, --version. */
extern const struct option_spec global_options[];

/* Returns DONE, or WRONG_USAGE or UNUSABLE (no memory) having said why. Call arguments_free() in any
 * case. The number of operands is not checked when --help is among the options. */
int arguments_parse(struct arguments *args, int argc, char **argv);
void arguments_free(struct arguments *args);

/* Whether an option or a switch was given. */
bool option_given(const struct arguments *args, const char *name);
/* The value of an option; NULL when it was not given. */
const char *option_value(const struct arguments *args, const char *name);

/* The command of that name; NULL, having said which is near, when there is none. */
const struct command *command_named(const char *name);

#endif
