/*
 * text.h -- text on a terminal: how wide it is, and how to print it so that it does no harm.
 *
 * Text is UTF-8, or was meant to be. Control characters, escape sequences and marks that turn the
 * direction of writing are shown as \n, \x1b or \u202e; what is not UTF-8 is shown as U+FFFD. Wide
 * characters (CJK, most emoji) count for two columns, combining marks for none.
 */
#ifndef LIGHTNING_TEXT_H
#define LIGHTNING_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* To be called once, first: widths come from the C library's tables. */
void text_start(void);

/* The code point at the start of `text`, n > 0 bytes; *size gets its bytes. What is not valid reads
 * as U+FFFD of size 1. */
uint32_t text_read(const char *text, size_t n, size_t *size);

/* How many columns the text takes when printed; counting stops above `limit`. */
int text_width(const char *text, size_t n, int limit);

/* What is left of a text that is cut: its first `head` bytes, an ellipsis, and from byte `tail` on. */
struct text_cut {
    size_t head;
    size_t tail; /* n, as head is, when the text is whole */
};

/* Cuts the text to `columns`, of which `last` are for its end. */
struct text_cut text_cut(const char *text, size_t n, int columns, int last);

/* Prints the text on one line, so cut. Returns the columns used. */
int text_print_cut(FILE *file, const char *text, size_t n, int columns, int last);

/* The same, with the ellipsis at the end. */
int text_print(FILE *file, const char *text, size_t n, int columns);

/* Prints the text from column `at` on, broken at spaces and newlines so that it ends before `width`;
 * further lines begin at column `indent`. No newline at the end. */
void text_wrap(FILE *file, const char *text, size_t n, int at, int indent, int width);

/* How many columns a line on stdout may have: the terminal's, or 80 where there is none. */
int text_columns(void);

#endif
