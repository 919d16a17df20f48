#include "help.h"

#include <stdio.h>
#include <string.h>

#include "db.h"
#include "text.h"

#define WIDTH 80
#define LEFT_LIMIT 26 /* a left column wider than this has its meaning on the next line */

/* Prints "  left  meaning", the meaning from column `indent` on. */
static void print_entry(const char *left, const char *meaning, int indent)
{
    int at = printf("  %s", left);

    if (at + 2 > indent) {
        putchar('\n');
        at = 0;
    }
    printf("%*s", indent - at, "");
    text_wrap(stdout, meaning, strlen(meaning), indent, indent, WIDTH);
    putchar('\n');
}

static void option_left(const struct option_spec *spec, char *out, size_t size)
{
    snprintf(out, size, "--%s%s%s", spec->name, spec->argument ? " " : "",
             spec->argument ? spec->argument : "");
}

/* How far the left column of a list of options reaches. */
static int options_width(const struct option_spec *group, int width)
{
    char left[80];

    for (; group->name; group++) {
        option_left(group, left, sizeof(left));
        if ((int)strlen(left) > width && strlen(left) <= LEFT_LIMIT)
            width = (int)strlen(left);
    }
    return width;
}

static void print_options(const struct option_spec *group, int indent)
{
    char left[80];

    for (; group->name; group++) {
        option_left(group, left, sizeof(left));
        print_entry(left, group->meaning, indent);
    }
}

static void print_command(const struct command *command)
{
    int width = options_width(global_options, 0);
    const struct option_spec *const *groups = command->options;

    printf("Usage: lightning %s [OPTION...]%s%s\n\n", command->name, command->operands ? " " : "",
           command->operands ? command->operands : "");
    text_wrap(stdout, command->summary, strlen(command->summary), 0, 0, WIDTH);
    printf("\n\n");
    for (int i = 0; i < OPTION_GROUPS && groups[i]; i++)
        width = options_width(groups[i], width);
    for (int i = 0; i < OPTION_GROUPS && groups[i]; i++)
        print_options(groups[i], width + 4);
    if (groups[0])
        putchar('\n');
    print_options(global_options, width + 4);
}

static void print_list_of_commands(void)
{
    int width = options_width(global_options, 0);

    fputs("Usage: lightning COMMAND [OPTION...] [OPERAND...]\n\n"
          "A warehouse of LLM calls (\"traces\") in one SQLite file.\n\n",
          stdout);
    for (size_t i = 0; commands[i]; i++)
        print_entry(commands[i]->name, commands[i]->summary, width + 4);
    putchar('\n');
    print_options(global_options, width + 4);
    fputs("\n`lightning help COMMAND` says more.\n\n"
          "Exit codes: 0 done; 1 done, but something was rejected or needs a look;\n"
          "2 wrong usage; 3 the file or the data could not be used.\n",
          stdout);
}

void print_help(const struct command *command)
{
    if (command)
        print_command(command);
    else
        print_list_of_commands();
}

int print_version(const struct arguments *args)
{
    struct arguments plain = *args;
    sqlite3_stmt *stmt = NULL;
    struct db db;
    int code;

    plain.show_sql = false;
    code = db_open(&db, &plain, DB_MEMORY);
    if (code == DONE)
        code = db_prepare(&db, "SELECT lightning_version()", &stmt);
    if (code == DONE && sqlite3_step(stmt) == SQLITE_ROW)
        printf("lightning %s\n", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return db_close(&db, code);
}

static int help(const struct arguments *args)
{
    const struct command *command = NULL;

    if (args->n_operands > 0) {
        command = command_named(args->operands[0]);
        if (!command)
            return WRONG_USAGE;
    }
    print_help(command);
    return DONE;
}

const struct command command_help = {
    .name = "help",
    .summary = "list the commands, or say what one does",
    .operands = "[COMMAND]",
    .run = help,
};
