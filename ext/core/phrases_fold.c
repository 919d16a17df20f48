#include "phrases_fold.h"

#include "utf8.h"

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

uint32_t fold_code_point(uint32_t c)
{
    if (is_space(c))
        return ' ';
    if (c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0x00B4 || c == '`' || c == 0xFF07)
        return '\'';
    return utf8_fold(c);
}

bool fold_is_word(uint32_t c)
{
    if (c < 0x80)
        return fold_is_word_byte((unsigned char)c);
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2BFF) &&
           !(c >= 0x3000 && c <= 0x303F) && !(c >= 0xFE00 && c <= 0xFE0F) &&
           c != UTF8_REPLACEMENT && c < 0x1F000;
}

static uint32_t read_at(struct bytes text, size_t at, size_t *size)
{
    return utf8_read((struct bytes){text.at + at, text.n - at}, size);
}

void fold_skip_space(struct bytes text, size_t *at)
{
    size_t size;
    while (*at < text.n && is_space(read_at(text, *at, &size)))
        *at += size;
}

uint32_t fold_symbol(struct bytes text, size_t *at)
{
    size_t size;
    uint32_t c = fold_code_point(read_at(text, *at, &size));
    *at += size;
    if (c == ' ')
        fold_skip_space(text, at);
    return c;
}

static size_t write_utf8(unsigned char *utf8, uint32_t c)
{
    char out[4];
    size_t n = utf8_write(out, c);
    memcpy(utf8, out, n);
    return n;
}

size_t fold_symbol_utf8(struct bytes text, size_t *at, unsigned char *utf8)
{
    return write_utf8(utf8, fold_symbol(text, at));
}

size_t fold_code_point_utf8(struct bytes text, size_t *at, unsigned char *utf8)
{
    size_t size;
    uint32_t c = fold_code_point(read_at(text, *at, &size));
    *at += size;
    return write_utf8(utf8, c);
}

/* The code point that ends before `at`, which is not 0, folded; *start is where it begins. */
static uint32_t code_point_before(struct bytes text, size_t at, size_t *start)
{
    size_t size;
    *start = at - 1;
    while (*start > 0 && at - *start < 4 && ((unsigned char)text.at[*start] & 0xC0) == 0x80)
        --*start;
    uint32_t c = read_at(text, *start, &size);
    if (*start + size != at) {
        *start = at - 1;
        c = read_at(text, *start, &size);
    }
    return fold_code_point(c);
}

size_t fold_back(struct bytes text, size_t end, size_t symbols)
{
    size_t at = end;
    bool in_space = false;
    while (at > 0) {
        size_t start;
        bool space = code_point_before(text, at, &start) == ' ';
        if (!(space && in_space)) {
            if (symbols == 0)
                break;
            symbols--;
        }
        in_space = space;
        at = start;
    }
    return at;
}

bool fold_is_border_slow(struct bytes text, size_t at)
{
    size_t ignored;
    return !fold_is_word(fold_code_point(read_at(text, at, &ignored))) ||
           !fold_is_word(code_point_before(text, at, &ignored));
}
