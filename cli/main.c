/*
 * main.c -- lightning: a warehouse of LLM calls in one SQLite file. The table of its commands.
 */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "help.h"
#include "message.h"
#include "text.h"

const struct command *const commands[] = {
    &command_import, &command_analyze, &command_show,   &command_score, &command_annotate,
    &command_export, &command_sql,     &command_backup, &command_help,  NULL,
};

static int run(const struct arguments *args)
{
    if (option_given(args, "help")) {
        print_help(args->command);
        return DONE;
    }
    if (option_given(args, "version"))
        return print_version(args);
    if (!args->command)
        return complain(WRONG_USAGE, "which command? `lightning help` lists them");
    return args->command->run(args);
}

/* What is still to be written may fail too. */
static int finish_stdout(int code)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE || code == UNUSABLE)
        return code;
    return complain(UNUSABLE, "the output cannot be written: %s", strerror(errno ? errno : EIO));
}

int main(int argc, char **argv)
{
    struct arguments args;
    int code;

    text_start();
    /* Nobody asks how much memory is in use, which SQLite would count under a lock. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    /* A reader that goes away is seen when writing: what is open is closed well. */
    signal(SIGPIPE, SIG_IGN);
    code = arguments_parse(&args, argc, argv);
    if (code == DONE)
        code = run(&args);
    arguments_free(&args);
    return finish_stdout(code);
}
