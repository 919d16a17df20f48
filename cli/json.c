/*
 * json.c -- rows as JSON. The one file of the command line that includes jansson.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output_formats.h"
#include "text.h"

/* The text with what is not UTF-8 as U+FFFD, which jansson would refuse. Returns memory to be freed,
 * or NULL when there is none. */
static char *repaired(const char *text, size_t n, size_t *n_out)
{
    /* One bad byte becomes three. */
    char *copy = malloc(3 * n + 1);
    size_t to = 0;

    if (!copy)
        return NULL;
    for (size_t at = 0; at < n;) {
        size_t size;
        bool bad = text_read(text + at, n - at, &size) == 0xfffd;

        memcpy(copy + to, bad ? "\xef\xbf\xbd" : text + at, bad ? 3 : size);
        to += bad ? 3 : size;
        at += size;
    }
    *n_out = to;
    return copy;
}

/* The text as a JSON string with its quotes; to be freed; NULL when out of memory. */
static char *quoted(const char *text, size_t n)
{
    char *copy = repaired(text, n, &n);
    json_t *string = copy ? json_stringn_nocheck(copy, n) : NULL;
    char *json = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

    json_decref(string);
    free(copy);
    return json;
}

static int print_text(FILE *file, const char *text, size_t n)
{
    char *json = quoted(text, n);

    if (!json)
        return SQLITE_NOMEM;
    fputs(json, file);
    free(json);
    return SQLITE_OK;
}

/* The fewest digits that read back as the same number, and always as a real. */
static void print_real(FILE *file, double value)
{
    char text[40];
    int precision = 0;
    int exponent;

    if (!isfinite(value)) {
        fputs("null", file);
        return;
    }
    do
        snprintf(text, sizeof(text), "%.*e", precision, value);
    while (strtod(text, NULL) != value && ++precision < 17);
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    /* Like Python: an exponent only where zeros would have to be counted. */
    if (exponent >= -4 && exponent < 16)
        snprintf(text, sizeof(text), "%.*f", precision > exponent ? precision - exponent : 1,
                 value);
    fputs(text, file);
}

static void print_blob(FILE *file, const unsigned char *bytes, int n)
{
    fputc('"', file);
    for (int i = 0; i < n; i++)
        fprintf(file, "%02x", bytes[i]);
    fputc('"', file);
}

static int print_value(FILE *file, sqlite3_stmt *stmt, int i)
{
    const char *text;

    switch (sqlite3_column_type(stmt, i)) {
    case SQLITE_INTEGER:
        fprintf(file, "%lld", sqlite3_column_int64(stmt, i));
        return SQLITE_OK;
    case SQLITE_FLOAT:
        print_real(file, sqlite3_column_double(stmt, i));
        return SQLITE_OK;
    case SQLITE_TEXT:
        text = (const char *)sqlite3_column_text(stmt, i);
        return text ? print_text(file, text, (size_t)sqlite3_column_bytes(stmt, i)) : SQLITE_NOMEM;
    case SQLITE_BLOB:
        print_blob(file, sqlite3_column_blob(stmt, i), sqlite3_column_bytes(stmt, i));
        return SQLITE_OK;
    default:
        fputs("null", file);
        return SQLITE_OK;
    }
}

static void free_keys(char **keys, int n)
{
    for (int i = 0; keys && i < n; i++)
        free(keys[i]);
    free(keys);
}

/* The columns' names, quoted; NULL when out of memory. A name that was there before gets its column's
 * number, as SQLite does in subqueries: of two equal keys a reader keeps one. */
static char **make_keys(sqlite3_stmt *stmt, int n)
{
    char **keys = calloc((size_t)n, sizeof(*keys));

    for (int i = 0; keys && i < n; i++) {
        const char *name = sqlite3_column_name(stmt, i);
        bool repeated = false;
        char *text;

        for (int j = 0; name && j < i && !repeated; j++) {
            const char *other = sqlite3_column_name(stmt, j);

            repeated = other && strcmp(other, name) == 0;
        }
        text = repeated ? sqlite3_mprintf("%s:%d", name, i) : sqlite3_mprintf("%s", name);
        keys[i] = text ? quoted(text, strlen(text)) : NULL;
        sqlite3_free(text);
        if (!keys[i]) {
            free_keys(keys, i);
            return NULL;
        }
    }
    return keys;
}

int print_json(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows)
{
    int n = sqlite3_column_count(stmt);
    char **keys = NULL;
    int rc;

    while ((rc = output_step(out, stmt)) == SQLITE_ROW) {
        if (!keys && !(keys = make_keys(stmt, n)))
            return SQLITE_NOMEM;
        fputs(*n_rows == 0 ? "[" : ",\n", out->file);
        for (int i = 0; i < n; i++) {
            fprintf(out->file, "%s%s: ", i == 0 ? "{" : ", ", keys[i]);
            if (print_value(out->file, stmt, i) != SQLITE_OK) {
                rc = SQLITE_NOMEM;
                goto done;
            }
        }
        fputc('}', out->file);
        ++*n_rows;
    }
    if (rc == SQLITE_DONE)
        fputs(*n_rows == 0 ? "[]" : "]", out->file);
done:
    free_keys(keys, n);
    return rc;
}
