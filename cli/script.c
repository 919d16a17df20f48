#include "script.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

const char *script_skip(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n\f;");
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            const char *end = strstr(sql + 2, "*/");

            sql = end ? end + 2 : sql + strlen(sql);
        } else {
            return sql;
        }
    }
}

void script_show(const char *sql)
{
    size_t n = strlen(sql);
    size_t last_line;

    while (n > 0 && strchr(" \t\r\n", sql[n - 1]))
        n--;
    last_line = n;
    while (last_line > 0 && sql[last_line - 1] != '\n')
        last_line--;
    fwrite(sql, 1, n, stdout);
    /* A comment at the end would swallow the semicolon. */
    if (*script_skip(sql) && !sqlite3_complete(sql))
        fputs(strstr(sql + last_line, "--") ? "\n;" : ";", stdout);
    fputc('\n', stdout);
}

void script_show_parameter(const char *name, size_t n, const char *value, bool is_text)
{
    char *literal = is_text ? sqlite3_mprintf("%Q", value) : NULL;

    /* The shell undoes backslash escapes between double quotes, then evaluates what it has. */
    printf(".param set :%.*s \"", (int)n, name);
    for (const char *p = literal ? literal : value; *p; p++) {
        unsigned char c = (unsigned char)*p;

        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            printf("\\%03o", c);
        else
            putchar(c);
    }
    puts("\"");
    sqlite3_free(literal);
}
