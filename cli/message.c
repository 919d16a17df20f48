#include "message.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

int complain(int code, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (!text)
        return complain_of_memory();
    /* What a command printed so far comes first also where both go to one terminal or file. */
    fflush(stdout);
    fputs("lightning: ", stderr);
    text_print(stderr, text, strlen(text), INT_MAX);
    fputc('\n', stderr);
    free(text);
    return code;
}

const char *plural(long long n)
{
    return n == 1 ? "" : "s";
}

int complain_of_memory(void)
{
    fputs("lightning: out of memory\n", stderr);
    return UNUSABLE;
}
