#include "fields.h"

struct bytes field_cut(struct bytes *rest, char mark)
{
    const char *found = rest->n ? memchr(rest->at, mark, rest->n) : NULL;
    struct bytes head = *rest;
    if (found)
        head.n = (size_t)(found - rest->at);
    size_t used = found ? head.n + 1 : head.n;
    rest->at += used;
    rest->n -= used;
    return head;
}

bool field_next_line(struct bytes *rest, struct bytes *line)
{
    while (rest->n > 0) {
        *line = field_cut(rest, '\n');
        if (line->n > 0 && line->at[0] != '#')
            return true;
    }
    return false;
}

size_t field_lines(struct bytes text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.at[i] == '\n';
    return lines;
}

int field_decimal(struct bytes text, double *out)
{
    double value = 0;
    double unit = 1;
    bool digits = false;
    bool fraction = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            value = value * 10 + (c - '0');
            unit *= fraction ? 10 : 1;
            digits = true;
        } else {
            return -1;
        }
    }
    *out = value / unit;
    return digits ? 0 : -1;
}
