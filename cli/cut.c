#include "cut.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "text.h"

/* FNV-1a: Fowler, Noll & Vo, draft-eastlake-fnv. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Of what is shown of a text. */
static uint64_t hash_shown(const char *text, size_t n, int width, int last)
{
    struct text_cut cut = text_cut(text, n, width, last);
    uint64_t hash = hash_bytes(HASH_START, text, cut.head);

    if (cut.head < n)
        hash = hash_bytes(hash, "\xff", 1); /* no UTF-8 has this byte */
    return hash_bytes(hash, text + cut.tail, n - cut.tail);
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* How many different texts are shown. */
static int count_different(struct cut_names names, int width, int last)
{
    uint64_t hashes[CUT_ROWS];
    size_t n = 0;
    int different = 1;

    for (int row = 0; row < names.n && row < CUT_ROWS; row++) {
        sqlite3_value *value = names.cells[row * names.stride];

        if (sqlite3_value_type(value) == SQLITE_TEXT)
            hashes[n++] = hash_shown((const char *)sqlite3_value_text(value),
                                     (size_t)sqlite3_value_bytes(value), width, last);
    }
    if (n == 0)
        return 0;
    qsort(hashes, n, sizeof(*hashes), compare_hashes);
    for (size_t i = 1; i < n; i++)
        different += hashes[i] != hashes[i - 1];
    return different;
}

int cut_best(struct cut_names names, int width, int *different)
{
    /* The first is the one that is best read. */
    const int lasts[] = {(width - 1) / 3, (width - 1) / 2, (width - 1) * 2 / 3, 0};
    int best = 0;
    int most = -1;

    for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++) {
        int n = count_different(names, width, lasts[i]);

        if (n > most) {
            most = n;
            best = lasts[i];
        }
    }
    if (different)
        *different = most;
    return best;
}

int cut_least_width(struct cut_names names, int least, int most)
{
    int all = count_different(names, INT_MAX, 0);

    while (least < most) {
        int middle = least + (most - least) / 2;
        int different;

        cut_best(names, middle, &different);
        if (different == all)
            most = middle;
        else
            least = middle + 1;
    }
    return least;
}
