#include "utf8.h"

static bool continues(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

uint32_t utf8_read(struct bytes text, size_t *size)
{
    const unsigned char *p = (const unsigned char *)text.at;
    size_t n = text.n;
    *size = 1;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] >= 0xC2 && p[0] <= 0xDF && n >= 2 && continues(p[1])) {
        *size = 2;
        return ((uint32_t)(p[0] & 0x1F) << 6) | (p[1] & 0x3F);
    }
    if ((p[0] & 0xF0) == 0xE0 && n >= 3 && continues(p[1]) && continues(p[2])) {
        uint32_t c =
            ((uint32_t)(p[0] & 0x0F) << 12) | ((uint32_t)(p[1] & 0x3F) << 6) | (p[2] & 0x3F);
        if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
            *size = 3;
            return c;
        }
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4 && n >= 4 && continues(p[1]) && continues(p[2]) &&
        continues(p[3])) {
        uint32_t c = ((uint32_t)(p[0] & 0x07) << 18) | ((uint32_t)(p[1] & 0x3F) << 12) |
                     ((uint32_t)(p[2] & 0x3F) << 6) | (p[3] & 0x3F);
        if (c >= 0x10000 && c <= 0x10FFFF) {
            *size = 4;
            return c;
        }
    }
    return UTF8_REPLACEMENT;
}

bool utf8_is_cut(struct bytes text)
{
    char completed[4];
    size_t size;
    if (text.n == 0 || text.n > 3)
        return false;
    /* Any lead byte takes one of these two continuation bytes in each place. */
    for (unsigned low = 0x80; low <= 0xBF; low += 0x3F) {
        memset(completed, (int)low, sizeof completed);
        memcpy(completed, text.at, text.n);
        utf8_read((struct bytes){completed, sizeof completed}, &size);
        if (size > text.n)
            return true;
    }
    return false;
}

size_t utf8_valid_prefix(struct bytes text)
{
    size_t i = 0;
    while (i < text.n) {
        if ((unsigned char)text.at[i] < 0x80) {
            i++;
            continue;
        }
        size_t size;
        uint32_t c = utf8_read((struct bytes){text.at + i, text.n - i}, &size);
        if (c == UTF8_REPLACEMENT && size == 1)
            return i;
        i += size;
    }
    return i;
}

static uint64_t high_bits_of_eight(const char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof eight);
    return eight & UINT64_C(0x8080808080808080);
}

/* Whether all of it is ASCII, as most text is: looks at it to the end, without a branch for each few
 * bytes. */
static bool is_ascii(struct bytes text)
{
    uint64_t high = 0;
    if (text.n < 8) {
        for (size_t i = 0; i < text.n; i++)
            high |= (unsigned char)text.at[i] & 0x80;
        return high == 0;
    }
    for (size_t i = 0; i < text.n - 8; i += 8)
        high |= high_bits_of_eight(text.at + i);
    return (high | high_bits_of_eight(text.at + text.n - 8)) == 0;
}

size_t utf8_length(struct bytes text)
{
    size_t length = 0;
    if (is_ascii(text))
        return text.n;
    for (size_t i = 0; i < text.n;) {
        size_t size = 1;
        if (text.n - i >= 8 && !high_bits_of_eight(text.at + i)) {
            i += 8;
            length += 8;
            continue;
        }
        if ((unsigned char)text.at[i] >= 0x80)
            utf8_read((struct bytes){text.at + i, text.n - i}, &size);
        i += size;
        length++;
    }
    return length;
}

size_t utf8_write(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Blocks where upper and lower case alternate fold by setting the low bit, from an even upper
 * case letter; Latin Extended-A changes sides twice. */
uint32_t utf8_fold(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c == 0xB5)
        return 0x3BC;
    if (c >= 0xC0 && c <= 0xDE)
        return c == 0xD7 ? c : c + 32;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c + (c & 1);
    if (c == 0x178)
        return 0xFF;
    if (c == 0x17F)
        return 's';
    if (c == 0x386)
        return 0x3AC;
    if (c >= 0x388 && c <= 0x38A)
        return c + 37;
    if (c == 0x38C)
        return 0x3CC;
    if (c == 0x38E || c == 0x38F)
        return c + 63;
    if (c >= 0x391 && c <= 0x3AB && c != 0x3A2)
        return c + 32;
    if (c == 0x3C2)
        return 0x3C3;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c >= 0x410 && c <= 0x42F)
        return c + 32;
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
        return c | 1;
    if (c >= 0x531 && c <= 0x556)
        return c + 48;
    if (c >= 0x1E00 && c <= 0x1E95)
        return c | 1;
    if (c >= 0x1EA0 && c <= 0x1EFF)
        return c | 1;
    if (c == 0x212A)
        return 'k';
    if (c >= 0xFF21 && c <= 0xFF3A)
        return c + 32;
    return c;
}
