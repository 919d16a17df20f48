#include "words.h"

#include "utf8.h"

#define APOSTROPHE "\xe2\x80\x99"

/* Of ASCII, what words are made of. */
static const bool in_word[128] = {
    ['\''] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true,  ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['_'] = true,
    ['a'] = true,  ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
    ['g'] = true,  ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true,
    ['m'] = true,  ['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true,
    ['s'] = true,  ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,
    ['y'] = true,  ['z'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true,
    ['E'] = true,  ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true,
    ['K'] = true,  ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true, ['P'] = true,
    ['Q'] = true,  ['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true,
    ['W'] = true,  ['X'] = true, ['Y'] = true, ['Z'] = true,
};

/* How many bytes of a word stand at `at`: 0 where none does. */
static size_t word_byte(struct bytes text, size_t at)
{
    unsigned char c = (unsigned char)text.at[at];
    if (c < 0x80)
        return in_word[c];
    size_t size;
    utf8_read((struct bytes){text.at + at, text.n - at}, &size);
    if (size == 3 && memcmp(text.at + at, APOSTROPHE, 3) == 0)
        return 3;
    if (size == 1 || size == 4 || c == 0xC2 || (size == 3 && c == 0xE2) ||
        (size == 3 && c == 0xE3 && text.at[at + 1] == '\x80'))
        return 0;
    return size;
}

/* The start of the character before `at`, which is not 0. */
static size_t step_back(struct bytes text, size_t at)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((unsigned char)text.at[start] & 0xC0) == 0x80)
        start--;
    return start;
}

/* Whether a sentence ends with the byte at `at`: a stop that is not within a number or a name, or an
 * empty line. */
static bool ends_sentence(struct bytes text, size_t at)
{
    char c = text.at[at];
    if (c != '.' && c != '!' && c != '?' && c != '\n')
        return false;
    char next = at + 1 < text.n ? text.at[at + 1] : ' ';
    if (c == '\n')
        return next == '\n';
    return next == ' ' || next == '\n' || next == '"' || next == ')' || next == '*' ||
           (unsigned char)next >= 0x80;
}

bool word_next(struct bytes text, size_t *at, struct bytes *word)
{
    size_t i = *at;
    size_t size;
    while (i < text.n && word_byte(text, i) == 0) {
        if (ends_sentence(text, i))
            return false;
        i++;
    }
    size_t start = i;
    while (i < text.n && (size = word_byte(text, i)) > 0)
        i += size;
    *word = (struct bytes){text.at + start, i - start};
    *at = i;
    return i > start;
}

bool word_previous(struct bytes text, size_t *at, struct bytes *word)
{
    size_t i = *at;
    while (i > 0) {
        size_t before = step_back(text, i);
        if (word_byte(text, before) == i - before)
            break;
        if (ends_sentence(text, before))
            return false;
        i = before;
    }
    size_t end = i;
    while (i > 0) {
        size_t before = step_back(text, i);
        if (word_byte(text, before) != i - before)
            break;
        i = before;
    }
    *word = (struct bytes){text.at + i, end - i};
    *at = i;
    return end > i;
}

size_t word_fold(struct bytes word, char folded[WORD_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < word.n;) {
        unsigned char c = (unsigned char)word.at[i];
        size_t size = 1;
        if (n + 4 > WORD_MOST)
            return 0;
        if (c < 0x80) {
            folded[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        } else {
            uint32_t point = utf8_read((struct bytes){word.at + i, word.n - i}, &size);
            n += utf8_write(folded + n, point == 0x2019 ? '\'' : utf8_fold(point));
        }
        i += size;
    }
    return n;
}
