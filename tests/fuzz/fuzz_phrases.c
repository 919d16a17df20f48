/*
 * fuzz_phrases -- the automaton against a search that tries every phrase at every place.
 *
 * The input: phrases, one a line, up to the first NUL; then the text, which may be longer than what
 * is looked at together.
 */
#include "fuzz.h"

#include "../phrases_naive.h"

#define MOST_PHRASES 32
#define MOST_BYTES 4000

static struct phrase_hit expected[MOST_PHRASES * MOST_BYTES];
static size_t n_expected;

static bool on_hit(void *context, const struct phrase_hit *hit)
{
    size_t *hits = context;
    REQUIRE(*hits < n_expected);
    REQUIRE(naive_order(hit, &expected[*hits]) == 0);
    ++*hits;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
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
    n_expected = naive_find(phrases, n_phrases, text, expected, sizeof expected / sizeof *expected);

    struct phrases *p = phrases_new(phrases, n_phrases);
    REQUIRE(p);
    phrases_find(p, text, on_hit, &hits);
    REQUIRE(hits == n_expected);
    phrases_free(p);
    return 0;
}
