/*
 * command.h -- what a command is: a descriptor in the table of main.c. Parsing, help and the
 * README's list come from it.
 *
 *     static const struct option_spec prune_options[] = {
 *         {"older-than", "DAYS", "delete what is older than this many days"},
 *         {"dry-run", NULL, "only say what would be deleted"},
 *         {NULL, NULL, NULL},
 *     };
 *
 *     const struct command command_prune = {
 *         .name = "prune",
 *         .summary = "delete traces past an age",
 *         .options = {prune_options, filter_options},
 *         .run = prune,
 *     };
 */
#ifndef LIGHTNING_COMMAND_H
#define LIGHTNING_COMMAND_H

struct arguments;

struct option_spec {
    const char *name;     /* without its dashes; NULL ends a list */
    const char *argument; /* what help calls its value, such as "FILE"; NULL: a switch */
    const char *meaning;  /* one phrase, for help */
};

#define OPTION_GROUPS 4

struct command {
    const char *name;
    const char *summary; /* one phrase, for the list */
    /* Usage text, one word each: "DIR..." is one or more, "[SQL]" may be left out. NULL: none. The
     * number of operands is checked against it. */
    const char *operands;
    const struct option_spec *options[OPTION_GROUPS]; /* up to the first NULL */
    int (*run)(const struct arguments *args);         /* returns an exit code */
};

extern const struct command command_analyze;
extern const struct command command_annotate;
extern const struct command command_backup;
extern const struct command command_export;
extern const struct command command_help;
extern const struct command command_import;
extern const struct command command_score;
extern const struct command command_show;
extern const struct command command_sql;

/* All of them, in the order of `lightning help`; a NULL ends them. In main.c. */
extern const struct command *const commands[];

#endif
