/*
 * table.c -- rows for people.
 *
 * The first rows are read before any is printed: from them come the widths of the columns, how many
 * decimals their numbers get, and whether lines are too long to be a table at all. The rows after
 * them are printed as they come, so that a long answer needs no more memory than a short one.
 *
 * Names that have to be cut are cut in the middle, or where else more of them stay apart. Of a report,
 * a last column `note` is no column here: what is in it is printed below, each text once.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "cut.h"
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
    int least;        /* width that it may be narrowed to */
    int decimals;     /* of reals */
    int last;         /* of a text that is cut: how many columns are for its end */
    bool is_number;   /* nothing but numbers and NULLs: to the right */
    bool is_name;     /* its texts have no blanks: an identifier cut is none */
    bool has_lines;   /* some text has line breaks */
};

/* Notes in the order in which they came. */
struct note {
    struct note *next;
    char text[];
};

struct table {
    struct output *out;
    sqlite3_stmt *stmt;
    struct column *columns;
    int n_columns; /* of the statement */
    int n_shown;   /* those before the note */
    struct note *notes;
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

    for (int i = 0; i < t->n_shown; i++)
        total += GAP + t->columns[i].width;
    return total;
}

static struct cut_names names_of(const struct table *t, int i)
{
    return (struct cut_names){t->cells + i, t->n_rows, t->n_columns};
}

/* How narrow a column may become: text is cut, of numbers only their header. */
static int least_width(const struct table *t, int i, int least_header, bool cut_names)
{
    const struct column *column = &t->columns[i];

    if (column->is_number)
        return column->cells_width > least_header ? column->cells_width : least_header;
    if (!column->is_name || column->width <= LEAST_TEXT)
        return LEAST_TEXT;
    return cut_names ? cut_least_width(names_of(t, i), LEAST_TEXT, column->width) : column->width;
}

/* Narrows the widest columns until the lines fit; false when they cannot. */
static bool narrow(struct table *t, int least_header, bool cut_names)
{
    int excess = total_width(t) - t->out->width;

    for (int i = 0; excess > 0 && i < t->n_shown; i++)
        t->columns[i].least = least_width(t, i, least_header, cut_names);
    while (excess > 0) {
        struct column *widest = NULL;

        for (int i = 0; i < t->n_shown; i++) {
            struct column *column = &t->columns[i];

            if (column->width > column->least && (!widest || column->width > widest->width))
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
    printed =
        left + text_print_cut(file, text, n, limit, limit == column->width ? column->last : 0);
    *blanks = GAP + (printed < column->width ? column->width - printed : 0);
}

static void print_header(const struct table *t)
{
    int blanks = 0;

    for (int i = 0; i < t->n_shown; i++) {
        struct column column = t->columns[i];

        column.last = 0; /* a header is cut at its end */
        print_cell(t->out->file, &column, column.name, strlen(column.name), column.width, &blanks);
    }
    fputc('\n', t->out->file);
    for (int i = 0; i < t->n_shown; i++) {
        for (int j = 0; j < t->columns[i].width; j++)
            fputc('-', t->out->file);
        fprintf(t->out->file, "%*s", i + 1 < t->n_shown ? GAP : 0, "");
    }
    fputc('\n', t->out->file);
}

static void print_line(const struct table *t, sqlite3_value **cells)
{
    int blanks = 0;

    for (int i = 0; i < t->n_shown; i++) {
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

    for (int i = 0; i < t->n_shown; i++) {
        int width = text_width(t->columns[i].name, strlen(t->columns[i].name), t->out->width / 3);

        if (width > indent)
            indent = width;
    }
    for (int i = 0; i < t->n_shown; i++) {
        const char *name = t->columns[i].name;
        int at = text_print(t->out->file, name, strlen(name), indent);
        struct cell cell;

        cell_set(&cell, cells[i], t->columns[i].decimals);
        fprintf(t->out->file, ":%*s", cell.n > 0 ? indent - at + 1 : 0, "");
        text_wrap(t->out->file, cell.at, cell.n, indent + 2, indent + 2, t->out->width);
        fputc('\n', t->out->file);
    }
}

/* Keeps the note of a row, if it is a new one, to be printed below. */
static int keep_note(struct table *t, sqlite3_value **cells)
{
    sqlite3_value *value = t->n_shown < t->n_columns ? cells[t->n_shown] : NULL;
    const char *text = value ? (const char *)sqlite3_value_text(value) : NULL;
    struct note **at = &t->notes;
    size_t n;

    if (!text)
        return SQLITE_OK;
    while (*at && strcmp((*at)->text, text) != 0)
        at = &(*at)->next;
    if (*at)
        return SQLITE_OK;
    n = strlen(text) + 1;
    *at = malloc(sizeof(**at) + n);
    if (!*at)
        return SQLITE_NOMEM;
    (*at)->next = NULL;
    memcpy((*at)->text, text, n);
    return SQLITE_OK;
}

/* Prints the notes, and frees them. */
static void print_notes(struct table *t)
{
    while (t->notes) {
        struct note *note = t->notes;

        text_wrap(t->out->file, note->text, strlen(note->text), 0, 0, t->out->width);
        fputc('\n', t->out->file);
        t->notes = note->next;
        free(note);
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
        rc = keep_note(t, t->cells);
        free_cells(t->cells, t->n_columns);
        if (rc != SQLITE_OK)
            return rc;
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
    for (int i = 0; i < t->n_shown; i++)
        if (t->columns[i].has_lines)
            return false;
    return narrow(t, GOOD_HEADER, false) || narrow(t, GOOD_HEADER, true) ||
           narrow(t, LEAST_HEADER, true);
}

static int print_all(struct table *t, int rc, sqlite3_int64 *n_rows)
{
    bool as_list;

    for (int i = 0; i < t->n_shown; i++)
        measure(t, i);
    as_list = !fit(t);
    for (int i = 0; !as_list && i < t->n_shown; i++)
        if (t->columns[i].is_name && t->columns[i].cells_width > t->columns[i].width)
            t->columns[i].last = cut_best(names_of(t, i), t->columns[i].width, NULL);
    if (t->out->tables++ > 0 && t->out->parts == 0)
        fputc('\n', t->out->file);
    if (!as_list)
        print_header(t);
    for (int row = 0; row < t->n_rows; row++) {
        print_row(t, t->cells + row * t->n_columns, as_list, row == 0);
        if (keep_note(t, t->cells + row * t->n_columns) != SQLITE_OK)
            return SQLITE_NOMEM;
    }
    *n_rows = t->n_rows;
    free_cells(t->cells, t->n_rows * t->n_columns);
    t->n_rows = 0;
    return rc == SQLITE_ROW ? print_rest(t, as_list, n_rows) : rc;
}

static bool is_note(sqlite3_stmt *stmt, int i)
{
    const char *name = sqlite3_column_name(stmt, i);

    return name && strcmp(name, "note") == 0;
}

int print_table(struct output *out, sqlite3_stmt *stmt, sqlite3_int64 *n_rows)
{
    struct table t = {.out = out, .stmt = stmt, .n_columns = sqlite3_column_count(stmt)};
    int rc = SQLITE_NOMEM;

    t.n_shown = t.n_columns;
    if (out->parts > 0 && t.n_columns > 1 && is_note(stmt, t.n_columns - 1))
        t.n_shown--;
    t.columns = calloc((size_t)t.n_columns, sizeof(*t.columns));
    if (t.columns)
        rc = read_sample(&t);
    if (t.n_rows > 0 && (rc == SQLITE_ROW || rc == SQLITE_DONE))
        rc = print_all(&t, rc, n_rows);
    print_notes(&t);
    free_cells(t.cells, t.n_rows * t.n_columns);
    free(t.cells);
    free(t.columns);
    return rc;
}
