/*
 * message.h -- what a person is told when something is wrong, and the exit codes.
 *
 * Messages go to stderr, one line each, and begin with "lightning: ". What comes from outside (file
 * names, SQL, data) may be put into them as it is: control characters are made visible.
 */
#ifndef LIGHTNING_MESSAGE_H
#define LIGHTNING_MESSAGE_H

enum exit_code {
    DONE = 0,
    NEEDS_A_LOOK = 1, /* done, but something was rejected or needs a look */
    WRONG_USAGE = 2,
    UNUSABLE = 3, /* the file or the data could not be used */
};

/* Says it and returns `code`, so that a function may `return complain(WRONG_USAGE, ...)`. Without a
 * full stop or a newline at the end. */
int complain(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What makes "1 file" and "2 files" of "file": "" for one, else "s". */
const char *plural(long long n);

/* For a failed malloc. */
int complain_of_memory(void);

#endif
