#include "arguments.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "nearest.h"

const struct option_spec global_options[] = {
    {"db", "FILE", "the file of traces (default: $LIGHTNING_DB, else traces.db)"},
    {"show-sql", NULL, "print the SQL that would run, and do nothing"},
    {"help", NULL, "say what a command does"},
    {"version", NULL, "print the version"},
    {NULL, NULL, NULL},
};

static const struct given_option *find_given(const struct arguments *args, const char *name)
{
    for (const struct given_option *given = args->options; given->name; given++)
        if (strcmp(given->name, name) == 0)
            return given;
    return NULL;
}

bool option_given(const struct arguments *args, const char *name)
{
    return find_given(args, name) != NULL;
}

const char *option_value(const struct arguments *args, const char *name)
{
    const struct given_option *given = find_given(args, name);

    return given ? given->value : NULL;
}

const struct command *command_named(const char *name)
{
    struct nearest near = nearest_to(name);

    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        nearest_offer(&near, commands[i]->name);
    }
    if (near.name)
        complain(WRONG_USAGE, "there is no command \"%s\": did you mean %s?", name, near.name);
    else
        complain(WRONG_USAGE, "there is no command \"%s\": `lightning help` lists them", name);
    return NULL;
}

static const struct option_spec *find_in(const struct option_spec *group, const char *name,
                                         struct nearest *near)
{
    for (; group->name; group++) {
        if (strcmp(group->name, name) == 0)
            return group;
        nearest_offer(near, group->name);
    }
    return NULL;
}

/* The option of that name that may stand here; NULL, having complained, when there is none. */
static const struct option_spec *find_option(const struct command *command, const char *name)
{
    struct nearest near = nearest_to(name);
    const struct option_spec *found = find_in(global_options, name, &near);

    for (int i = 0; command && !found && i < OPTION_GROUPS && command->options[i]; i++)
        found = find_in(command->options[i], name, &near);
    if (found)
        return found;
    if (near.name)
        complain(WRONG_USAGE, "there is no option --%s: did you mean --%s?", name, near.name);
    else if (command)
        complain(WRONG_USAGE, "there is no option --%s: `lightning help %s` lists them", name,
                 command->name);
    else
        complain(WRONG_USAGE, "there is no option --%s that may stand before a command", name);
    return NULL;
}

/* Records an option. `next` is the argument after it, NULL when it is the last. Returns an exit code;
 * *used gets whether `next` was its value. */
static int take_option(struct arguments *args, const struct option_spec *spec, const char *value,
                       const char *next, bool *used)
{
    if (option_given(args, spec->name)) {
        if (!spec->argument)
            return DONE;
        return complain(WRONG_USAGE, "--%s is given twice", spec->name);
    }
    if (!spec->argument && value)
        return complain(WRONG_USAGE, "--%s takes no value", spec->name);
    if (spec->argument && !value) {
        if (!next || strncmp(next, "--", 2) == 0)
            return complain(WRONG_USAGE, "--%s needs a value: --%s %s", spec->name, spec->name,
                            spec->argument);
        value = next;
        *used = true;
    }
    args->options[args->n_options++] = (struct given_option){spec->name, value};
    return DONE;
}

/* Takes one argument that begins with a dash. */
static int parse_option(struct arguments *args, const char *text, const char *next, bool *used)
{
    const struct option_spec *spec;
    const char *equals;
    char *name;

    if (strcmp(text, "-h") == 0)
        text = "--help";
    if (text[1] != '-')
        return complain(WRONG_USAGE, "there is no option %s: options are spelt out, as in --help",
                        text);
    equals = strchr(text, '=');
    name = strndup(text + 2, equals ? (size_t)(equals - text) - 2 : strlen(text) - 2);
    if (!name)
        return complain_of_memory();
    spec = find_option(args->command, name);
    free(name);
    if (!spec)
        return WRONG_USAGE;
    return take_option(args, spec, equals ? equals + 1 : NULL, next, used);
}

/* Holds the number of operands against the usage text. */
static int check_operands(const struct arguments *args)
{
    const char *usage = args->command->operands ? args->command->operands : "";
    const char *name = args->command->name;
    int at = 0;

    while (*usage) {
        size_t length = strcspn(usage, " ");
        bool there = at < args->n_operands;

        if (there && memmem(usage, length, "...", 3))
            return DONE;
        if (!there && usage[0] != '[')
            return complain(WRONG_USAGE, "%s needs %.*s: see `lightning help %s`", name,
                            (int)length, usage, name);
        at++;
        usage += length;
        usage += strspn(usage, " ");
    }
    if (at < args->n_operands)
        return complain(WRONG_USAGE, "%s: what is \"%s\" for? See `lightning help %s`", name,
                        args->operands[at], name);
    return DONE;
}

static int parse_all(struct arguments *args, int argc, char **argv)
{
    bool only_operands = false;

    for (int i = 1; i < argc; i++) {
        char *text = argv[i];
        bool used = false;

        if (!only_operands && strcmp(text, "--") == 0) {
            only_operands = true;
        } else if (!only_operands && text[0] == '-' && text[1] != '\0') {
            int code = parse_option(args, text, i + 1 < argc ? argv[i + 1] : NULL, &used);

            if (code != DONE)
                return code;
            if (used)
                i++;
        } else if (!args->command) {
            args->command = command_named(text);
            if (!args->command)
                return WRONG_USAGE;
        } else {
            args->operands[args->n_operands++] = text;
        }
    }
    return DONE;
}

/* Which file is meant. */
static int choose_file(struct arguments *args)
{
    const char *given = option_value(args, "db");
    const char *environment = getenv("LIGHTNING_DB");

    if (given && given[0] == '\0')
        return complain(WRONG_USAGE, "--db needs the name of a file");
    args->db = given ? given : environment && environment[0] ? environment : "traces.db";
    args->show_sql = option_given(args, "show-sql");
    return DONE;
}

int arguments_parse(struct arguments *args, int argc, char **argv)
{
    size_t room = (size_t)argc + 1;
    int code;

    *args = (struct arguments){0};
    args->operands = calloc(room, sizeof(*args->operands));
    args->options = calloc(room, sizeof(*args->options));
    if (!args->operands || !args->options)
        return complain_of_memory();
    code = parse_all(args, argc, argv);
    if (code == DONE)
        code = choose_file(args);
    if (code == DONE && args->command && !option_given(args, "help"))
        code = check_operands(args);
    return code;
}

void arguments_free(struct arguments *args)
{
    free(args->operands);
    free(args->options);
    *args = (struct arguments){0};
}
