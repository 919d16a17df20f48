/*
 * json_events -- tells what the JSON reader finds in documents, for tests/json_differential.py.
 *
 * On stdin: documents, each after its size in bytes and a newline. On stdout: for each a line of
 * words: { } [ ] true false null, kHEX a key, sHEX a string (KHEX, SHEX: with a lone surrogate),
 * nHEX the 64 bits of a number, or nNaN; or, for what is no JSON: "! OFFSET what was expected".
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"

static void print_text(struct json_text text, char plain, char lone)
{
    struct buffer decoded = {0};
    putchar(json_text_decode(text, &decoded) ? lone : plain);
    for (size_t i = 0; i < decoded.n; i++)
        printf("%02x", (unsigned char)decoded.at[i]);
    putchar(' ');
    buffer_free(&decoded);
}

static void print_number(struct json_reader *r)
{
    double number;
    uint64_t bits;
    reader_number(r, &number);
    memcpy(&bits, &number, sizeof bits);
    if (isnan(number))
        printf("nNaN ");
    else
        printf("n%016llx ", (unsigned long long)bits);
}

static void print_value(struct json_reader *r)
{
    struct json_text text;
    struct bytes span;
    switch (reader_type(r)) {
    case JSON_OBJECT:
        printf("{ ");
        reader_enter(r, JSON_OBJECT);
        while (reader_next_member(r, &text)) {
            print_text(text, 'k', 'K');
            print_value(r);
        }
        printf("} ");
        break;
    case JSON_ARRAY:
        printf("[ ");
        reader_enter(r, JSON_ARRAY);
        while (reader_next_element(r))
            print_value(r);
        printf("] ");
        break;
    case JSON_STRING:
        reader_text(r, &text);
        print_text(text, 's', 'S');
        break;
    case JSON_NUMBER:
        print_number(r);
        break;
    default:
        reader_skip(r, &span);
        printf("%.*s ", (int)span.n, span.at);
    }
}

static void print_document(struct bytes document)
{
    struct json_reader r;
    reader_open(&r, document);
    if (reader_skip(&r, NULL) && reader_finish(&r)) {
        reader_open(&r, document);
        print_value(&r);
    }
    if (reader_failed(&r))
        printf("! %zu %s", reader_offset(&r), r.expected);
    putchar('\n');
}

int main(void)
{
    size_t n;
    while (scanf("%zu", &n) == 1 && getchar() == '\n') {
        /* Of exactly this size, so that a sanitizer or valgrind sees a read beyond it. */
        char *at = malloc(n > 0 ? n : 1);
        if (!at || fread(at, 1, n, stdin) != n)
            return 1;
        print_document((struct bytes){at, n});
        free(at);
    }
    return feof(stdin) ? 0 : 1;
}
