#include "cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BLOB_BYTES 16 /* that are shown */

static void set_own(struct cell *cell, int n)
{
    cell->at = cell->own;
    cell->n = (size_t)n;
}

static void set_real(struct cell *cell, double value, int decimals)
{
    int n = 0;

    /* What would be a line of digits, or rounded to nothing, is better with an exponent. */
    if (fabs(value) < 1e15)
        n = snprintf(cell->own, sizeof(cell->own), "%.*f", decimals, value == 0 ? 0 : value);
    if (n == 0 || (value != 0 && !strpbrk(cell->own, "123456789")))
        n = snprintf(cell->own, sizeof(cell->own), "%.1e", value);
    set_own(cell, n);
}

static void set_blob(struct cell *cell, const unsigned char *bytes, int n)
{
    int at = snprintf(cell->own, sizeof(cell->own), "x'");

    for (int i = 0; i < n && i < BLOB_BYTES; i++)
        at += snprintf(cell->own + at, sizeof(cell->own) - (size_t)at, "%02x", bytes[i]);
    at += snprintf(cell->own + at, sizeof(cell->own) - (size_t)at,
                   n > BLOB_BYTES ? "\xe2\x80\xa6'" : "'");
    set_own(cell, at);
}

void cell_set(struct cell *cell, sqlite3_value *value, int decimals)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        set_own(cell, snprintf(cell->own, sizeof(cell->own), "%lld", sqlite3_value_int64(value)));
        break;
    case SQLITE_FLOAT:
        set_real(cell, sqlite3_value_double(value), decimals);
        break;
    case SQLITE_TEXT:
        cell->at = (const char *)sqlite3_value_text(value);
        cell->n = cell->at ? (size_t)sqlite3_value_bytes(value) : 0;
        break;
    case SQLITE_BLOB:
        set_blob(cell, sqlite3_value_blob(value), sqlite3_value_bytes(value));
        break;
    default:
        set_own(cell, snprintf(cell->own, sizeof(cell->own), "-"));
    }
}
