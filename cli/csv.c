#include "csv.h"

#include <string.h>

struct csv csv_of(char *text, size_t n)
{
    size_t mark = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    return (struct csv){.at = text + mark, .end = text + n, .next_line = 1};
}

/* Whether a line ends here: 0, or the bytes that end it. */
static size_t line_end(const struct csv *csv, const char *at)
{
    if (at < csv->end && at[0] == '\n')
        return 1;
    return at + 1 < csv->end && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* Decodes a field that begins after a quote; returns where what follows it stands, or NULL when the
 * quote is never closed. */
static char *read_quoted(struct csv *csv, char *from, char **field_end)
{
    char *to = from;
    while (from < csv->end) {
        if (from[0] == '"' && (from + 1 == csv->end || from[1] != '"')) {
            *field_end = to;
            return from + 1;
        }
        from += from[0] == '"';
        csv->next_line += from[0] == '\n';
        *to++ = *from++;
    }
    return NULL;
}

static char *read_plain(const struct csv *csv, char *from, char **field_end)
{
    while (from < csv->end && *from != ',' && !line_end(csv, from))
        from++;
    *field_end = from;
    return from;
}

/* Reads a field and what divides it from the next; returns whether there is a next. */
static int read_field(struct csv *csv)
{
    char *field = csv->at;
    char *field_end = field;
    char *at;
    if (field < csv->end && *field == '"') {
        field++;
        at = read_quoted(csv, field, &field_end);
        if (!at) {
            csv->wrong = "a quote is never closed";
            csv->at = csv->end;
            return 0;
        }
        if (at < csv->end && *at != ',' && !line_end(csv, at)) {
            csv->wrong = "something stands between a closing quote and the next comma";
            at = read_plain(csv, at, &(char *){NULL});
        }
    } else {
        at = read_plain(csv, field, &field_end);
    }
    size_t ends = line_end(csv, at);
    int more = at < csv->end && !ends;
    csv->at = at + ends + (size_t)more;
    csv->next_line += ends > 0;
    if (csv->n == CSV_FIELDS) {
        csv->wrong = "more than 64 columns";
    } else {
        *field_end = '\0';
        csv->fields[csv->n++] = field;
    }
    return more;
}

int csv_next(struct csv *csv)
{
    size_t ends;
    while ((ends = line_end(csv, csv->at)) > 0) {
        csv->at += ends;
        csv->next_line++;
    }
    if (csv->at == csv->end)
        return 0;
    csv->line = csv->next_line;
    csv->n = 0;
    csv->wrong = NULL;
    while (read_field(csv))
        ;
    return csv->wrong ? -1 : 1;
}
