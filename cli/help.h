/*
 * help.h -- what the program says about itself, on stdout.
 */
#ifndef LIGHTNING_HELP_H
#define LIGHTNING_HELP_H

#include "arguments.h"

/* The list of commands when `command` is NULL, else what that one takes. */
void print_help(const struct command *command);

/* "lightning 0.1.0". Returns an exit code. */
int print_version(const struct arguments *args);

#endif
