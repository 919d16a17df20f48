#include "output.h"

#include <errno.h>
#include <string.h>

#include "message.h"
#include "output_formats.h"
#include "text.h"

const struct option_spec format_options[] = {
    {"format", "table|csv|json", "how rows are printed (default: table)"},
    {NULL, NULL, NULL},
};

int output_start(struct output *out, const struct arguments *args)
{
    static const char *const names[] = {"table", "csv", "json"};
    const char *format = option_value(args, "format");
    size_t i = 0;

    while (format && i < 3 && strcmp(format, names[i]) != 0)
        i++;
    if (i == 3)
        return complain(WRONG_USAGE, "--format %s: there are table, csv and json", format);
    *out = (struct output){
        .file = stdout,
        .format = (enum output_format)i,
        .width = text_columns(),
    };
    return DONE;
}

/* To be called soon after printing, while errno is still that of a failed write. */
static void note_error(struct output *out)
{
    if (!out->error && ferror(out->file))
        out->error = errno ? errno : EIO;
}

int output_step(struct output *out, sqlite3_stmt *stmt)
{
    note_error(out);
    return out->error ? SQLITE_DONE : sqlite3_step(stmt);
}

int output_rows(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows)
{
    sqlite3_int64 n = 0;
    int rc;

    if (n_rows)
        *n_rows = 0;
    if (sqlite3_column_count(stmt) == 0) {
        rc = output_step(out, stmt);
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    if (out->format == FORMAT_TABLE)
        rc = print_table(out, stmt, &n);
    else if (out->format == FORMAT_CSV)
        rc = print_csv(out, stmt, &n);
    else
        rc = print_json(out, stmt, &n);
    note_error(out);
    if (n_rows)
        *n_rows = n;
    if (rc != SQLITE_DONE)
        return rc;
    if (out->format == FORMAT_TABLE && out->parts > 0 && n == 0)
        fputs("(none)\n", out->file);
    if (out->format == FORMAT_JSON && out->parts == 0)
        fputc('\n', out->file);
    return SQLITE_OK;
}

void output_part(struct output *out, const char *name, const char *title, size_t n)
{
    if (out->format == FORMAT_JSON) {
        fprintf(out->file, "%s\"%s\": ", out->parts > 0 ? ",\n" : "{", name);
    } else {
        if (out->parts > 0)
            fputc('\n', out->file);
        text_wrap(out->file, title, n, 0, 0, out->width);
        fputc('\n', out->file);
    }
    out->parts++;
}

void output_end_parts(struct output *out)
{
    if (out->format == FORMAT_JSON)
        fputs(out->parts > 0 ? "}\n" : "{}\n", out->file);
    out->parts = 0;
}

int output_finish(struct output *out, int code)
{
    if (!out->error) {
        errno = 0;
        if (fflush(out->file) != 0 || ferror(out->file))
            out->error = errno ? errno : EIO;
    }
    if (!out->error)
        return code;
    /* It is said here, and once. */
    clearerr(out->file);
    if (out->error == EPIPE)
        return code;
    return complain(UNUSABLE, "the output cannot be written: %s", strerror(out->error));
}

/* The shell's rule for what stands in quotes. */
static bool needs_quotes(const char *text)
{
    if (*text == '\0')
        return true;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c <= ' ' || c == '"' || c == '\'' || c == ',' || c >= 0x7f)
            return true;
    }
    return false;
}

static void print_csv_text(FILE *file, const char *text)
{
    if (!text)
        return;
    if (!needs_quotes(text)) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

int print_csv(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows)
{
    int n_columns = sqlite3_column_count(stmt);
    int rc;

    while ((rc = output_step(out, stmt)) == SQLITE_ROW) {
        for (int i = 0; *n_rows == 0 && i < n_columns; i++) {
            print_csv_text(out->file, sqlite3_column_name(stmt, i));
            fputc(i + 1 < n_columns ? ',' : '\n', out->file);
        }
        for (int i = 0; i < n_columns; i++) {
            print_csv_text(out->file, (const char *)sqlite3_column_text(stmt, i));
            fputc(i + 1 < n_columns ? ',' : '\n', out->file);
        }
        ++*n_rows;
    }
    return rc;
}
