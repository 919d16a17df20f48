/*
 * test_phrases_search.c -- phrases are found where a search finds them that tries each at each place.
 */
#include "check.h"

#include "../phrases_naive.h"

/* What texts and phrases are made of, so that they often match, nearly or quite: letters of one to
 * three bytes, some of which fold to a shorter one, all kinds of white space and apostrophes, marks,
 * digits, bytes that are no text, and pieces as long as the first bytes of a word that are compared
 * or longer. */
static const char *const pieces[] = {"a",
                                     "b",
                                     "A",
                                     "aa",
                                     "ab",
                                     "abababab",
                                     "BABABABA",
                                     "ababababa",
                                     " ",
                                     " ",
                                     " ",
                                     "  ",
                                     "\n",
                                     "\t",
                                     "'",
                                     "'",
                                     "\xe2\x80\x99",
                                     "`",
                                     "\xc2\xb4",
                                     "\xc2\xa0",
                                     "\xe3\x80\x80",
                                     ".",
                                     ", ",
                                     "?",
                                     "(",
                                     "_",
                                     "1",
                                     "\xc3\xa9",
                                     "\xc3\x89",
                                     "\xd0\xb6",
                                     "\xe2\x84\xaa",
                                     "k",
                                     "s",
                                     "\xc5\xbf",
                                     "\xc3\x97",
                                     "\xc2\xb5",
                                     "\xe4\xb8\xad",
                                     "\xf0\x9f\x98\x80",
                                     "\xe2\x80\xa6",
                                     "\xff",
                                     "\xe2\x80",
                                     "\xc3",
                                     "\xef\xbf\xbd",
                                     "a b",
                                     "b a",
                                     "a'b",
                                     "a b a"};

/* A run of pieces: of the first few only in most runs, so that much is repeated. */
static void append_pieces(struct buffer *out, size_t n, uint64_t *seed)
{
    size_t kinds = random_next(seed) % 4 ? 16 : COUNT(pieces);
    if (random_next(seed) % 8 == 0)
        kinds = 1 + random_next(seed) % 9;
    for (size_t i = 0; i < n; i++) {
        const char *piece = pieces[random_next(seed) % kinds];
        buffer_append(out, piece, strlen(piece));
    }
}

struct comparison {
    const struct phrase_hit *expected;
    size_t n;
    size_t seen;
};

static bool compare_hit(void *context, const struct phrase_hit *found)
{
    struct comparison *c = context;
    assert_true(c->seen < c->n);
    assert_int_equal(found->phrase, c->expected[c->seen].phrase);
    assert_int_equal(found->at, c->expected[c->seen].at);
    assert_int_equal(found->length, c->expected[c->seen].length);
    c->seen++;
    return true;
}

static bool count_hit(void *context, const struct phrase_hit *found)
{
    (void)found;
    ++*(size_t *)context;
    return true;
}

#define MOST_COMPARED 100000

/* The same places, in the same order. Returns how many. */
static size_t compare_with_naive(const struct bytes *phrases, size_t n, struct bytes text)
{
    static struct phrase_hit expected[MOST_COMPARED];
    struct comparison c = {.expected = expected};
    struct bytes copy = exact_copy(text);
    struct phrases *p = phrases_new(phrases, n);
    assert_non_null(p);
    c.n = naive_find(phrases, n, copy, expected, MOST_COMPARED);
    assert_true(c.n < MOST_COMPARED);
    phrases_find(p, copy, compare_hit, &c);
    assert_int_equal(c.seen, c.n);
    phrases_free(p);
    free((char *)copy.at);
    return c.n;
}

/* The places where phrases may begin are guessed from hashes, many bytes at a time, in pieces of the
 * text; a plain search knows nothing of all that. */
static void a_plain_search_finds_the_same(void **state)
{
    uint64_t seed = 20241207;
    size_t found = 0;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct bytes phrases[24];
        struct buffer buffers[COUNT(phrases)] = {{0}};
        struct buffer text = {0};
        size_t n = 1 + random_next(&seed) % COUNT(phrases);
        for (size_t i = 0; i < n; i++) {
            append_pieces(&buffers[i], 1 + random_next(&seed) % 7, &seed);
            phrases[i] = buffer_bytes(&buffers[i]);
        }
        /* Some texts are longer than what is looked at together, and made of phrases. */
        size_t runs = round % 50 == 0 ? 300 : random_next(&seed) % 12;
        for (size_t i = 0; i < runs; i++) {
            struct bytes phrase = phrases[random_next(&seed) % n];
            append_pieces(&text, random_next(&seed) % 9, &seed);
            if (random_next(&seed) % 2)
                buffer_append(&text, phrase.at, phrase.n - random_next(&seed) % 2);
        }
        found += compare_with_naive(phrases, n, buffer_bytes(&text));
        for (size_t i = 0; i < n; i++)
            buffer_free(&buffers[i]);
        buffer_free(&text);
    }
    assert_true(found > 10000);
}

/* Wherever a phrase lies to the edges of what is looked at together, or to the end. */
static void a_phrase_is_found_across_any_edge(void **state)
{
    static const char *const phrases[] = {
        "I'm so sorry to hear that", "sorry", "\xe2\x80\xa6", " \xe2\x80\x99tis",
        "\xc3\xa9t\xc3\xa9",         "?"};
    struct bytes slices[COUNT(phrases)];
    struct buffer text = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(phrases); i++)
        slices[i] = text_of_literal(phrases[i]);
    for (size_t shift = 0; shift < 1200; shift++) {
        buffer_clear(&text);
        for (size_t i = 0; i < shift; i++)
            buffer_append_byte(&text, shift % 3 ? ' ' : i % 6 == 5 ? ' ' : 'x');
        buffer_format(&text,
                      " I\xe2\x80\x99m so\n sorry to hear that\xe2\x80\xa6 \n `tis "
                      "\xc3\x89t\xc3\xa9%s",
                      shift % 2 ? "?" : "");
        assert_int_equal(compare_with_naive(slices, COUNT(slices), buffer_bytes(&text)),
                         5 + shift % 2);
    }
    buffer_free(&text);
}

/* Phrases are folded once when they are compiled, and their folded bytes again when words of them are
 * compared with words of a text. */
static void folding_twice_is_folding_once(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++)
        assert_int_equal(utf8_fold(utf8_fold(c)), utf8_fold(c));
}

/* A text made to be slow to search: if parts of it were read again for each phrase or each place, the
 * test would not end in time. */
static void hostile_texts_take_no_longer(void **state)
{
    static const struct {
        const char *repeated; /* a phrase is this 1 to 150 times, and then `last` */
        const char *last;
        const char *text; /* repeated */
    } cases[] = {
        {"a ", "b", "a "},  {"a", "b", "a"},
        {"!", "?", "!"},    {"\xc3\xa9 ", "b", "\xc3\xa9 "},
        {"a ", "b", " \n"}, {"a ", "b", "a a a a a a a a b! "},
        {" a", "!", " a"},
    };
    const size_t n_phrases = 150;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer buffers[150] = {{0}};
        struct bytes phrases[150];
        struct buffer text = {0};
        size_t hits = 0;
        for (size_t j = 0; j < n_phrases; j++) {
            for (size_t k = 0; k <= j; k++)
                buffer_append(&buffers[j], cases[i].repeated, strlen(cases[i].repeated));
            buffer_append(&buffers[j], cases[i].last, strlen(cases[i].last));
            phrases[j] = buffer_bytes(&buffers[j]);
        }
        while (text.n < 4000000)
            buffer_append(&text, cases[i].text, strlen(cases[i].text));
        struct phrases *p = phrases_new(phrases, n_phrases);
        assert_non_null(p);
        phrases_find(p, buffer_bytes(&text), count_hit, &hits);
        size_t rounds = text.n / strlen(cases[i].text);
        /* "a b", "a a b" and so on, eight in each round. */
        assert_int_equal(hits, strchr(cases[i].text, 'b') ? 8 * rounds : 0);
        phrases_free(p);
        buffer_free(&text);
        for (size_t j = 0; j < n_phrases; j++)
            buffer_free(&buffers[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_search_finds_the_same),
        cmocka_unit_test(a_phrase_is_found_across_any_edge),
        cmocka_unit_test(folding_twice_is_folding_once),
        cmocka_unit_test(hostile_texts_take_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
