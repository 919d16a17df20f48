/*
 * fuzz_phrases -- the automaton against a search that tries every phrase at every place.
 *
 * The input: phrases, one a line, up to the first NUL; then the text.
 */
#include "fuzz.h"

#include "phrases.h"
#include "utf8.h"

#define MOST_PHRASES 8
#define MOST_BYTES 2000

/* Text as the search sees it: a symbol is a folded code point, or a whole run of white space. */
struct symbol {
    uint32_t c;
    size_t at;
    size_t end;
};

static bool is_one_of(uint32_t c, const uint32_t *set)
{
    for (; *set; set++)
        if (c == *set)
            return true;
    return false;
}

/* Unicode's White_Space. */
static bool is_white(uint32_t c)
{
    static const uint32_t white[] = {9,      10,     11,     12,     13,     32,     0x85,
                                     0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                     0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
                                     0x2029, 0x202F, 0x205F, 0x3000, 0};
    return is_one_of(c, white);
}

static uint32_t fold_one(uint32_t c)
{
    static const uint32_t apostrophes[] = {'`', 0xB4, 0x2BC, 0x2018, 0x2019, 0xFF07, 0};
    if (is_white(c))
        return ' ';
    return is_one_of(c, apostrophes) ? '\'' : utf8_fold(c);
}

static bool is_letter(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {'0', '9'},       {'A', 'Z'},       {'_', '_'},        {'a', 'z'},
        {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x1FFF},    {0x2C00, 0x2FFF},
        {0x3040, 0xFDFF}, {0xFE10, 0xFFFC}, {0xFFFE, 0x1EFFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

static size_t symbols_of(struct bytes text, struct symbol *symbols)
{
    size_t n = 0;
    for (size_t at = 0, size; at < text.n; at += size) {
        uint32_t c = fold_one(utf8_read((struct bytes){text.at + at, text.n - at}, &size));
        if (c == ' ' && n > 0 && symbols[n - 1].c == ' ')
            symbols[n - 1].end = at + size;
        else
            symbols[n++] = (struct symbol){c, at, at + size};
    }
    return n;
}

static bool stands_at(const struct symbol *text, size_t n, size_t at, const struct symbol *phrase,
                      size_t length)
{
    if (at + length > n)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[at + i].c != phrase[i].c)
            return false;
    if (at > 0 && is_letter(text[at - 1].c) && is_letter(text[at].c))
        return false;
    size_t last = at + length - 1;
    return last + 1 == n || !is_letter(text[last].c) || !is_letter(text[last + 1].c);
}

/* ---- what was found ---- */

static struct phrase_hit expected[MOST_PHRASES * MOST_BYTES];
static bool found[MOST_PHRASES * MOST_BYTES];
static size_t n_expected;
static size_t last_end;

static bool on_hit(void *context, const struct phrase_hit *hit)
{
    size_t *hits = context;
    bool stands = false;
    ++*hits;
    REQUIRE(hit->at + hit->length >= last_end);
    last_end = hit->at + hit->length;
    for (size_t i = 0; i < n_expected && !stands; i++) {
        stands = expected[i].phrase == hit->phrase && expected[i].at == hit->at &&
                 expected[i].length == hit->length && !found[i];
        found[i] = found[i] || stands;
    }
    REQUIRE(stands);
    return true;
}

static void expect(struct bytes phrase, size_t number, const struct symbol *text, size_t n)
{
    static struct symbol symbols[MOST_BYTES];
    size_t length = symbols_of(phrase, symbols);
    for (size_t at = 0; at < n; at++)
        if (stands_at(text, n, at, symbols, length))
            expected[n_expected++] =
                (struct phrase_hit){number, text[at].at, text[at + length - 1].end - text[at].at};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct symbol symbols[MOST_BYTES];
    struct bytes phrases[MOST_PHRASES];
    size_t n_phrases = 0;
    size_t hits = 0;
    const uint8_t *nul = memchr(data, 0, size);
    if (!nul || size > MOST_BYTES)
        return 0;
    for (const uint8_t *line = data; line < nul && n_phrases < MOST_PHRASES;) {
        const uint8_t *newline = memchr(line, '\n', (size_t)(nul - line));
        const uint8_t *stop = newline ? newline : nul;
        if (stop > line)
            phrases[n_phrases++] = input_bytes(line, (size_t)(stop - line));
        line = stop + 1;
    }
    struct bytes text = input_bytes(nul + 1, size - (size_t)(nul + 1 - data));
    size_t n = symbols_of(text, symbols);
    n_expected = 0;
    last_end = 0;
    for (size_t i = 0; i < n_phrases; i++)
        expect(phrases[i], i, symbols, n);
    memset(found, 0, n_expected);

    struct phrases *p = phrases_new(phrases, n_phrases);
    REQUIRE(p);
    phrases_find(p, text, on_hit, &hits);
    REQUIRE(hits == n_expected);
    phrases_free(p);
    return 0;
}
