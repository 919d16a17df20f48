#include "text.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* Columns of a line. */
#define PIPE_WIDTH 80
#define LEAST_WIDTH 20
#define LARGEST_WIDTH 1000

#define ELLIPSIS "\xe2\x80\xa6"

/* One code point as it is printed. */
struct glyph {
    size_t size; /* bytes it takes in the text */
    int columns;
    char shown[12];
    size_t n; /* bytes of shown */
};

void text_start(void)
{
    /* The texts are UTF-8 wherever the program runs. */
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "");
}

/* How many bytes the code point beginning with `lead` has; 0 when none begins with it. *least gets
 * the smallest code point that needs so many. */
static size_t sequence_size(unsigned char lead, uint32_t *least)
{
    if (lead < 0x80) {
        *least = 0;
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        *least = 0x80;
        return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        *least = 0x800;
        return 3;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        *least = 0x10000;
        return 4;
    }
    return 0;
}

uint32_t text_read(const char *text, size_t n, size_t *size)
{
    const uint32_t replacement = 0xfffd;
    unsigned char lead = (unsigned char)text[0];
    uint32_t least = 0;
    size_t length = sequence_size(lead, &least);
    uint32_t code;

    *size = 1;
    if (length == 1)
        return lead;
    if (length == 0 || length > n)
        return replacement;
    code = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if ((byte & 0xc0) != 0x80)
            return replacement;
        code = code << 6 | (byte & 0x3fu);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return replacement;
    *size = length;
    return code;
}

/* Marks that turn the direction of what follows, and separators that some terminals obey. */
static bool reorders(uint32_t code)
{
    return code == 0x061c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static void glyph_escape(struct glyph *g, uint32_t code)
{
    int n;

    switch (code) {
    case '\n':
        n = snprintf(g->shown, sizeof(g->shown), "\\n");
        break;
    case '\r':
        n = snprintf(g->shown, sizeof(g->shown), "\\r");
        break;
    case '\t':
        n = snprintf(g->shown, sizeof(g->shown), "\\t");
        break;
    default:
        n = snprintf(g->shown, sizeof(g->shown), code < 0x100 ? "\\x%02x" : "\\u%04x",
                     (unsigned)code);
    }
    g->n = (size_t)n;
    g->columns = n;
}

static struct glyph glyph_at(const char *text, size_t n)
{
    struct glyph g = {0};
    uint32_t code = text_read(text, n, &g.size);

    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || reorders(code)) {
        glyph_escape(&g, code);
        return g;
    }
    if (code == 0xfffd) {
        memcpy(g.shown, "\xef\xbf\xbd", 3);
        g.n = 3;
    } else {
        memcpy(g.shown, text, g.size);
        g.n = g.size;
    }
    g.columns = wcwidth((wchar_t)code);
    /* Newer than the library's tables, or there is no UTF-8 locale. */
    if (g.columns < 0)
        g.columns = 1;
    return g;
}

int text_width(const char *text, size_t n, int limit)
{
    int columns = 0;

    for (size_t i = 0; i < n && columns <= limit;) {
        struct glyph g = glyph_at(text + i, n - i);

        columns += g.columns;
        i += g.size;
    }
    return columns;
}

/* How many bytes of the text fit in `columns`. */
static size_t bytes_within(const char *text, size_t n, int columns)
{
    size_t i = 0;

    while (i < n) {
        struct glyph g = glyph_at(text + i, n - i);

        if (g.columns > columns)
            break;
        columns -= g.columns;
        i += g.size;
    }
    return i;
}

struct text_cut text_cut(const char *text, size_t n, int columns, int last)
{
    struct text_cut cut = {n, n};
    int width = text_width(text, n, columns);

    if (width <= columns)
        return cut;
    cut.head = bytes_within(text, n, columns - 1 - last);
    if (last <= 0)
        return cut;
    width = text_width(text, n, INT_MAX);
    cut.tail = 0;
    while (width > last) {
        struct glyph g = glyph_at(text + cut.tail, n - cut.tail);

        width -= g.columns;
        cut.tail += g.size;
    }
    return cut;
}

/* Prints the glyphs between two bytes of a text of n. Returns the columns used. */
static int print_glyphs(FILE *file, const char *text, size_t n, size_t from, size_t to)
{
    int columns = 0;

    while (from < to) {
        struct glyph g = glyph_at(text + from, n - from);

        fwrite(g.shown, 1, g.n, file);
        columns += g.columns;
        from += g.size;
    }
    return columns;
}

int text_print_cut(FILE *file, const char *text, size_t n, int columns, int last)
{
    struct text_cut cut = text_cut(text, n, columns, last);
    int at = print_glyphs(file, text, n, 0, cut.head);

    if (cut.head == n)
        return at;
    fputs(ELLIPSIS, file);
    return at + 1 + print_glyphs(file, text, n, cut.tail, n);
}

int text_print(FILE *file, const char *text, size_t n, int columns)
{
    return text_print_cut(file, text, n, columns, 0);
}

/* Where the next character goes; -1 on a new line, which is not indented before a word is there, so
 * that no line ends in blanks. */
struct cursor {
    FILE *file;
    int at;
    int indent;
    int width;
};

static void break_line(struct cursor *c)
{
    fputc('\n', c->file);
    c->at = -1;
}

/* Prints a word after some spaces, on the next line if it does not fit. What is wider than a line is
 * broken anywhere. */
static void print_word(struct cursor *c, int spaces, const char *word, size_t n)
{
    int columns = text_width(word, n, c->width);

    if (c->at > c->indent && c->at + spaces + columns > c->width) {
        break_line(c);
        spaces = 0;
    }
    if (c->at < 0)
        c->at = fprintf(c->file, "%*s", c->indent, "");
    if (c->at + spaces < c->width)
        c->at += fprintf(c->file, "%*s", spaces, "");
    for (size_t i = 0; i < n;) {
        struct glyph g = glyph_at(word + i, n - i);

        if (c->at > c->indent && c->at + g.columns > c->width) {
            break_line(c);
            c->at = fprintf(c->file, "%*s", c->indent, "");
        }
        fwrite(g.shown, 1, g.n, c->file);
        c->at += g.columns;
        i += g.size;
    }
}

void text_wrap(FILE *file, const char *text, size_t n, int at, int indent, int width)
{
    struct cursor c = {file, at, indent, width};
    int spaces = 0;

    for (size_t i = 0; i < n;) {
        size_t end = i;

        if (text[i] == ' ') {
            spaces++;
            i++;
            continue;
        }
        if (text[i] == '\n') {
            break_line(&c);
            spaces = 0;
            i++;
            continue;
        }
        while (end < n && text[end] != '\n' && text[end] != ' ')
            end++;
        print_word(&c, spaces, text + i, end - i);
        spaces = 0;
        i = end;
    }
}

int text_columns(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return PIPE_WIDTH;
    if (size.ws_col < LEAST_WIDTH)
        return LEAST_WIDTH;
    return size.ws_col < LARGEST_WIDTH ? size.ws_col : LARGEST_WIDTH;
}
