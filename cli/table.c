/*
 * table.c -- rows for people.
 *
 * The first rows are read before any is printed: from them come the widths of the columns, how many
 * decimals their numbers get, and whether lines are too long to be a table at all. The rows after
 * them are printed as they come, so that a long answer needs no more memory than a short one.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "output_formats.h"
#include "text.h"

#define SAMPLE_ROWS 1000
#define SAMPLE_BYTES (8 << 20)
#define GAP 2
#define LEAST_TEXT 10  /* columns that text is not cut below */
#define GOOD_HEADER 12 /* nor a header over narrower numbers, if it can be helped */
#define LEAST_HEADER 6 /* nor if not */

struct column {
    const char *name; /* the statement's */
    int width;        /* on the screen */
    int cells_width;  /* of the widest cell */
    int decimals;     /* of reals */
    bool is_number;   /* nothing but numbers and NULLs: to the right */
    bool is_name;     /* its texts have no blanks: an identifier cut is none */
    bool has_lines;   /* some text has line breaks */
};

struct table {
    struct output *out;
    sqlite3_stmt *stmt;
    struct column *columns;
    int n_columns;
    sqlite3_value **cells; /* of the rows read so far: n_rows * n_columns */
    int n_rows;
};

/* ---- reading ---- */

static void free_cells(sqlite3_value **cells, int n)
{
    for (int i = 0; i < n; i++)
        sqlite3_value_free(cells[i]);
}

/* Copies the current row's values to `cells`. */
static int copy_row(const struct table *t, sqlite3_value **cells, size_t *bytes)
{
    for (int i = 0; i < t->n_columns; i++) {
        cells[i] = sqlite3_value_dup(sqlite3_column_value(t->stmt, i));
        if (!cells[i]) {
            free_cells(cells, i);
            return SQLITE_NOMEM;
        }
        *bytes += (size_t)sqlite3_column_bytes(t->stmt, i);
    }
    return SQLITE_ROW;
}

/* Reads the rows from which the table takes its shape. Returns SQLITE_ROW when there may be more. */
static int read_sample(struct table *t)
{
    size_t room = 0;
    size_t bytes = 0;
    int rc;

    while ((rc = output_step(t->out, t->stmt)) == SQLITE_ROW) {
        size_t used = (size_t)t->n_rows * (size_t)t->n_columns;

        if (used == room) {
            size_t more = room ? 2 * room : 16 * (size_t)t->n_columns;
            sqlite3_value **cells = realloc(t->cells, more * sizeof(sqlite3_value *));

            if (!cells)
                return SQLITE_NOMEM;
            t->cells = cells;
            room = more;
        }
        rc = copy_row(t, t->cells + used, &bytes);
        if (rc != SQLITE_ROW)
            return rc;
        t->n_rows++;
        if (t->n_rows == SAMPLE_ROWS || bytes > SAMPLE_BYTES)
            return SQLITE_ROW;
    }
    return rc;
}

/* ---- shape ---- */

static sqlite3_value *cell_value(const struct table *t, int row, int i)
{
    return t->cells[row * t->n_columns + i];
}

/* Whether one decimal less would show the same in every row. */
static bool last_decimal_is_zero(const struct table *t, int i, int decimals)
{
    for (int row = 0; row < t->n_rows; row++) {
        struct cell cell;

        if (sqlite3_value_type(cell_value(t, row, i)) != SQLITE_FLOAT)
            continue;
        cell_set(&cell, cell_value(t, row, i), decimals);
        if (cell.at[cell.n - 1] != '0' && !memchr(cell.at, 'e', cell.n))
            return false;
    }
    return true;
}

/* As many as show three or four digits of the smallest number of a column, but not more than three
 * where there are larger ones. */
static int choose_decimals(const struct table *t, int i)
{
    double smallest = INFINITY;
    double largest = 0;
    int decimals = 3;

    for (int row = 0; row < t->n_rows; row++) {
        double size = fabs(sqlite3_value_double(cell_value(t, row, i)));

        if (sqlite3_value_type(cell_value(t, row, i)) != SQLITE_FLOAT || size == 0 || isinf(size))
            continue;
        smallest = fmin(smallest, size);
        largest = fmax(largest, size);
    }
    if (largest == 0)
        return 1;
    if (smallest >= 10)
        decimals = smallest >= 1000 ? 0 : smallest >= 100 ? 1 : 2;
    else if (largest < 0.1)
        decimals = 3 + (int)fmin(floor(-log10(largest)), 9);
    while (decimals > 1 && last_decimal_is_zero(t, i, decimals))
        decimals--;
    return decimals;
}

static void measure(struct table *t, int i)
{
    struct column *column = &t->columns[i];
    bool any = false;

    column->name = sqlite3_column_name(t->stmt, i);
    if (!column->name)
        column->name = "";
    column->decimals = choose_decimals(t, i);
    column->is_number = true;
    column->is_name = true;
    for (int row = 0; row < t->n_rows; row++) {
        int type = sqlite3_value_type(cell_value(t, row, i));
        struct cell cell;
        int width;

        cell_set(&cell, cell_value(t, row, i), column->decimals);
        width = text_width(cell.at, cell.n, t->out->width);
        if (width > column->cells_width)
            column->cells_width = width;
        any = any || type == SQLITE_INTEGER || type == SQLITE_FLOAT;
        if (type == SQLITE_TEXT || type == SQLITE_BLOB)
            column->is_number = false;
        if (type == SQLITE_TEXT && memchr(cell.at, ' ', cell.n))
            column->is_name = false;
        if (type == SQLITE_TEXT && memchr(cell.at, '\n', cell.n))
            column->has_lines = true;
    }
    column->is_number = column->is_number && any;
    column->width = text_width(column->name, strlen(column->name), t->out->width);
    if (column->cells_width > column->width)
        column->width = column->cells_width;
}

static int total_width(const struct table *t)
{
    int total = -GAP;

    for (int i = 0; i < t->n_columns; i++)
        total += GAP + t->columns[i].width;
    return total;
}

/* How narrow a column may become: text is cut, of numbers only their header. */
static int least_width(const struct column *column, int least_header, bool cut_names)
{
    if (!column->is_number)
        return column->is_name && !cut_names ? column->width : LEAST_TEXT;
    return column->cells_width > least_header ? column->cells_width : least_header;
}

/* Narrows the widest columns until the lines fit; false when they cannot. */
static bool narrow(struct table *t, int least_header, bool cut_names)
{
    int excess = total_width(t) - t->out->width;

    while (excess > 0) {
        struct column *widest = NULL;

        for (int i = 0; i < t->n_columns; i++) {
            struct column *column = &t->columns[i];

            if (column->width > least_width(column, least_header, cut_names) &&
                (!widest || column->width > widest->width))
                widest = column;
        }
        if (!widest)
            return false;
        widest->width--;
        excess--;
    }
    return true;
}

/* ---- printing ---- */

/* Prints a text in a column, cut to `limit`. The blanks between texts are printed before the second
 * of them, so that no line ends in blanks: *blanks is how many there are to be. */
static void print_cell(FILE *file, const struct column *column, const char *text, size_t n,
                       int limit, int *blanks)
{
    int left = 0;
    int printed;

    if (n == 0) {
        *blanks += column->width + GAP;
        return;
    }
    if (column->is_number)
        left = column->width - text_width(text, n, column->width);
    if (left < 0)
        left = 0;
    fprintf(file, "%*s", *blanks + left, "");
    printed = left + text_print(file, text, n, limit);
    *blanks = GAP + (printed < column->width ? column->width - printed : 0);
}

static void print_header(const struct table *t)
{
    int blanks = 0;

    for (int i = 0; i < t->n_columns; i++) {
        const struct column *column = &t->columns[i];

        print_cell(t->out->file, column, column->name, strlen(column->name), column->width,
                   &blanks);
    }
    fputc('\n', t->out->file);
    for (int i = 0; i < t->n_columns; i++) {
        for (int j = 0; j < t->columns[i].width; j++)
            fputc('-', t->out->file);
        fprintf(t->out->file, "%*s", i + 1 < t->n_columns ? GAP : 0, "");
    }
    fputc('\n', t->out->file);
}

static void print_line(const struct table *t, sqlite3_value **cells)
{
    int blanks = 0;

    for (int i = 0; i < t->n_columns; i++) {
        int type = sqlite3_value_type(cells[i]);
        /* A number is never cut: one wider than all in the sample moves the rest of its line. */
        bool whole = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
        struct cell cell;

        cell_set(&cell, cells[i], t->columns[i].decimals);
        print_cell(t->out->file, &t->columns[i], cell.at, cell.n,
                   whole ? INT_MAX : t->columns[i].width, &blanks);
    }
    fputc('\n', t->out->file);
}

/* Prints a row as a list of "name: value". */
static void print_list(const struct table *t, sqlite3_value **cells)
{
    int indent = 0;

    for (int i = 0; i < t->n_columns; i++) {
        int width = text_width(t->columns[i].name, strlen(t->columns[i].name), t->out->width / 3);

        if (width > indent)
            indent = width;
    }
    for (int i = 0; i < t->n_columns; i++) {
        const char *name = t->columns[i].name;
        int at = text_print(t->out->file, name, strlen(name), indent);
        struct cell cell;

        cell_set(&cell, cells[i], t->columns[i].decimals);
        fprintf(t->out->file, ":%*s", cell.n > 0 ? indent - at + 1 : 0, "");
        text_wrap(t->out->file, cell.at, cell.n, indent + 2, indent + 2, t->out->width);
        fputc('\n', t->out->file);
    }
}

static void print_row(const struct table *t, sqlite3_value **cells, bool as_list, bool first)
{
    if (!as_list) {
        print_line(t, cells);
        return;
    }
    if (!first)
        fputc('\n', t->out->file);
    print_list(t, cells);
}

/* Prints the rows after the sample as they come. */
static int print_rest(struct table *t, bool as_list, sqlite3_int64 *n_rows)
{
    int rc;

    while ((rc = output_step(t->out, t->stmt)) == SQLITE_ROW) {
        size_t bytes = 0;

        rc = copy_row(t, t->cells, &bytes);
        if (rc != SQLITE_ROW)
            return rc;
        print_row(t, t->cells, as_list, false);
        free_cells(t->cells, t->n_columns);
        ++*n_rows;
    }
    return rc;
}

/* Makes the lines of a table fit; false when the rows are better printed as lists: one row, text of
 * several lines, or too many columns. Words are cut first: a name that is cut cannot be used. */
static bool fit(struct table *t)
{
    if (total_width(t) <= t->out->width)
        return true;
    if (t->n_rows == 1)
        return false;
    for (int i = 0; i < t->n_columns; i++)
        if (t->columns[i].has_lines)
            return false;
    return narrow(t, GOOD_HEADER, false) || narrow(t, GOOD_HEADER, true) ||
           narrow(t, LEAST_HEADER, true);
}

static int print_all(struct table *t, int rc, sqlite3_int64 *n_rows)
{
    bool as_list;

    for (int i = 0; i < t->n_columns; i++)
        measure(t, i);
    as_list = !fit(t);
    if (t->out->tables++ > 0 && t->out->parts == 0)
        fputc('\n', t->out->file);
    if (!as_list)
        print_header(t);
    for (int row = 0; row < t->n_rows; row++)
        print_row(t, t->cells + row * t->n_columns, as_list, row == 0);
    *n_rows = t->n_rows;
    free_cells(t->cells, t->n_rows * t->n_columns);
    t->n_rows = 0;
    return rc == SQLITE_ROW ? print_rest(t, as_list, n_rows) : rc;
}

int print_table(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows)
{
    struct table t = {.out = out, .stmt = stmt, .n_columns = sqlite3_column_count(stmt)};
    int rc = SQLITE_NOMEM;

    t.columns = calloc((size_t)t.n_columns, sizeof(*t.columns));
    if (t.columns)
        rc = read_sample(&t);
    if (t.n_rows > 0 && (rc == SQLITE_ROW || rc == SQLITE_DONE))
        rc = print_all(&t, rc, n_rows);
    free_cells(t.cells, t.n_rows * t.n_columns);
    free(t.cells);
    free(t.columns);
    return rc;
}
