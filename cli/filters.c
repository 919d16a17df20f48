#include "filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

const struct option_spec filter_options[] = {
    {"start-date", "DATE", "only from this day on, as 2024-12-06 or 20241206"},
    {"end-date", "DATE", "only up to this day, and with it"},
    {"component", "NAME", "only of this component"},
    {"model", "NAME", "only of this model"},
    {"where", "SQL", "only where this holds: an expression over the columns of `observations`"},
    {NULL, NULL, NULL},
};

/* Reads n digits; -1 when one is none. */
static int digits(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int days_of(int month, int year)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

int date_read(const char *text, char out[DATE_SIZE])
{
    size_t n = strlen(text);
    int dash = n == 10 && text[4] == '-' && text[7] == '-';
    int year, month, day;

    if (n != 8 && !dash)
        return -1;
    year = digits(text, 4);
    month = digits(text + 4 + dash, 2);
    day = digits(text + 6 + 2 * dash, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of(month, year))
        return -1;
    memcpy(out, text, 4);
    out[4] = '-';
    memcpy(out + 5, text + 4 + dash, 2);
    out[7] = '-';
    memcpy(out + 8, text + 6 + 2 * dash, 3);
    return 0;
}

static int read_option(const struct arguments *args, const char *name, char out[DATE_SIZE])
{
    const char *text = option_value(args, name);

    if (text && date_read(text, out) != 0)
        return complain(WRONG_USAGE, "--%s %s is not a date: write 2024-12-06 or 20241206", name,
                        text);
    return DONE;
}

int filters_read(const struct arguments *args, struct filters *out)
{
    int code;

    *out = (struct filters){
        .component = option_value(args, "component"),
        .model = option_value(args, "model"),
        .where = option_value(args, "where"),
    };
    code = read_option(args, "start-date", out->start_date);
    if (code == DONE)
        code = read_option(args, "end-date", out->end_date);
    return code;
}

char *filters_phrase(const struct filters *filters)
{
    char *text = NULL;
    size_t n;
    FILE *file = open_memstream(&text, &n);

    if (!file)
        return NULL;
    if (filters->start_date[0] && filters->end_date[0])
        fprintf(file, " between %s and %s", filters->start_date, filters->end_date);
    else if (filters->start_date[0])
        fprintf(file, " from %s on", filters->start_date);
    else if (filters->end_date[0])
        fprintf(file, " up to %s", filters->end_date);
    if (filters->component)
        fprintf(file, " of component %s", filters->component);
    if (filters->model)
        fprintf(file, " of model %s", filters->model);
    if (filters->where)
        fprintf(file, " where %s", filters->where);
    if (fclose(file) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
