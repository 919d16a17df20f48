/*
 * test_phrases.c -- many phrases found in one pass: folding, word boundaries, overlaps.
 */
#include "check.h"

#include "phrases.h"
#include "utf8.h"

#define MOST_HITS 64

struct hits {
    struct phrase_hit at[MOST_HITS];
    size_t n;
    size_t stop_after;
};

static bool keep(void *context, const struct phrase_hit *found)
{
    struct hits *hits = context;
    assert_true(hits->n < MOST_HITS);
    hits->at[hits->n++] = *found;
    return hits->n != hits->stop_after;
}

/* What is found of `phrases`, separated by '|', in a copy of exactly the text's size. */
static struct hits find(const char *phrases, struct bytes text)
{
    struct bytes slices[32];
    struct hits hits = {.n = 0};
    size_t n = 0;
    while (true) {
        size_t length = strcspn(phrases, "|");
        slices[n++] = (struct bytes){phrases, length};
        if (phrases[length] == '\0')
            break;
        phrases += length + 1;
    }
    struct phrases *p = phrases_new(slices, n);
    struct bytes copy = exact_copy(text);
    assert_non_null(p);
    phrases_find(p, copy, keep, &hits);
    phrases_free(p);
    free((char *)copy.at);
    return hits;
}

/* One phrase stands in the text once, exactly there; or it does not. */
static void assert_found(const char *phrase, const char *text, const char *there)
{
    struct hits hits = find(phrase, text_of_literal(text));
    size_t at = (size_t)(strstr(text, there) - text);
    if (hits.n != 1)
        fail_msg("\"%s\" is found %zu times in \"%s\"", phrase, hits.n, text);
    if (hits.at[0].at != at || hits.at[0].length != strlen(there))
        fail_msg("\"%s\" is found in \"%s\" at %zu of length %zu", phrase, text, hits.at[0].at,
                 hits.at[0].length);
}

static void assert_absent(const char *phrase, const char *text)
{
    struct hits hits = find(phrase, text_of_literal(text));
    if (hits.n != 0)
        fail_msg("\"%s\" is found in \"%s\" at %zu of length %zu", phrase, text, hits.at[0].at,
                 hits.at[0].length);
}

/* ---- folding ---- */

/* The old script looked for "I hear you" in lower-cased text and could never find it. */
static void letters_of_either_case_are_the_same(void **state)
{
    (void)state;
    assert_found("I hear you", "Well, i HEAR yOU.", "i HEAR yOU");
    assert_found("\xc3\x89T\xc3\x89", "un \xc3\xa9t\xc3\xa9 ici", "\xc3\xa9t\xc3\xa9");
    assert_found("\xce\xbb\xcf\x8c\xce\xb3\xce\xbf\xcf\x82",
                 "\xce\x9b\xce\x8c\xce\x93\xce\x9f\xce\xa3",
                 "\xce\x9b\xce\x8c\xce\x93\xce\x9f\xce\xa3");
    assert_found("\xd0\x9f\xd0\xa0\xd0\x98\xd0\x92\xd0\x95\xd0\xa2",
                 "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82!",
                 "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
}

/* Three bytes for one: the place in the text is not the place in what it folds to. */
static void the_kelvin_sign_is_a_k(void **state)
{
    (void)state;
    assert_found("kelvin",
                 "273 \xe2\x84\xaa"
                 "elvin",
                 "\xe2\x84\xaa"
                 "elvin");
    assert_found("ok then", "o\xe2\x84\xaa then", "o\xe2\x84\xaa then");
    assert_found("silk", "sil\xe2\x84\xaa.", "sil\xe2\x84\xaa");
    /* It is a letter at the border of a word too. */
    assert_absent("sil", "sil\xe2\x84\xaa");
    assert_absent("elvin", "\xe2\x84\xaa"
                           "elvin");
    assert_absent("kelvin", "a\xe2\x84\xaa"
                            "elvin");
}

/* An LLM writes U+2019 where the lexicon has an apostrophe; others write what looks like one. */
static void a_curly_apostrophe_matches_a_straight_one(void **state)
{
    static const char *const marks[] = {"'", "\xe2\x80\x98", "\xe2\x80\x99", "\xca\xbc",
                                        "`", "\xc2\xb4",     "\xef\xbc\x87"};
    (void)state;
    for (size_t i = 0; i < COUNT(marks); i++) {
        for (size_t j = 0; j < COUNT(marks); j++) {
            struct buffer phrase = {0};
            struct buffer text = {0};
            buffer_format(&phrase, "you%sre not", marks[i]);
            buffer_append_byte(&phrase, '\0');
            buffer_format(&text, "You%sre NOT", marks[j]);
            buffer_append_byte(&text, '\0');
            assert_found(phrase.at, text.at, text.at);
            buffer_free(&phrase);
            buffer_free(&text);
        }
        /* It is no letter: a word may begin or end beside it. */
        struct buffer quoted = {0};
        buffer_format(&quoted, "%sI hear you%s", marks[i], marks[i]);
        buffer_append_byte(&quoted, '\0');
        assert_found("I hear you", quoted.at, "I hear you");
        buffer_free(&quoted);
    }
    assert_absent("you're", "you\xe2\x80\x9cre");
    assert_absent("you're", "you re");
    assert_absent("you're", "youre");
}

static void a_run_of_white_space_is_one_space(void **state)
{
    static const char *const spaces[] = {
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "\v\f",
        "\xc2\xa0",
        "\xe2\x80\xaf",
        "\xe3\x80\x80",
        "\xe1\x9a\x80",
        "\xc2\x85",
        "\xe2\x80\xa8",
        " \n \n ",
        "\xc2\xa0 ",
        " \xe2\x80\x83\xe2\x80\x8a",
        "\xe2\x81\x9f\n\n\n\n\n\n\n\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(spaces); i++) {
        for (size_t j = 0; j < COUNT(spaces); j++) {
            struct buffer phrase = {0};
            struct buffer text = {0};
            buffer_format(&phrase, "I%shear you", spaces[i]);
            buffer_append_byte(&phrase, '\0');
            buffer_format(&text, "I%shear%syou", spaces[j], spaces[i]);
            buffer_append_byte(&text, '\0');
            assert_found(phrase.at, text.at, text.at);
            buffer_free(&phrase);
            buffer_free(&text);
        }
        /* White space of any kind ends a word. */
        struct buffer around = {0};
        buffer_format(&around, "so%sI hear you%sand", spaces[i], spaces[i]);
        buffer_append_byte(&around, '\0');
        assert_found("I hear you", around.at, "I hear you");
        buffer_free(&around);
    }
    assert_absent("I hear you", "Ihear you");
    assert_absent("I hear you", "I-hear you");
    assert_absent("I hear you", "I hear\xe2\x80\x8byou"); /* zero width is no white space */
}

/* A phrase may begin or end with a space itself: then the whole run belongs to it. */
static void a_space_at_the_edge_of_a_phrase_is_a_run_in_the_text(void **state)
{
    (void)state;
    assert_found(" hear", "I \n hear", " \n hear");
    assert_found("hear ", "hear \n\xc2\xa0you", "hear \n\xc2\xa0");
    assert_absent(" hear", "hear");
    assert_absent("hear ", "hear.");
}

/* ---- words ---- */

/* "It makes sense" within "it makes sensei" is another word. */
static void a_phrase_is_found_only_where_words_begin_and_end(void **state)
{
    static const char *const beside[] = {"x",        "X",        "7",           "_",
                                         "\xc3\xa9", "\xd0\xb6", "\xe4\xb8\xad"};
    static const char *const apart[] = {
        " ", ".", ",", "-", "(", ")", "\"", "!", "?", ":", "*", "\n", "/", "\\", "\xe2\x80\x9c",
        "\xe2\x80\xa6", "\xe2\x80\x94", "\xf0\x9f\x98\x80", "\xe3\x80\x82", "\xc2\xbf", "\xc3\x97",
        /* half an emoji, as a stream cuts it; a bad byte */
        "\xef\xbf\xbd", "\xff"};
    struct buffer text = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(beside) + COUNT(apart); i++) {
        bool letter = i < COUNT(beside);
        const char *mark = letter ? beside[i] : apart[i - COUNT(beside)];
        for (int side = 0; side < 2; side++) {
            buffer_clear(&text);
            buffer_format(&text, side ? "%sI hear you" : "I hear you%s", mark);
            buffer_append_byte(&text, '\0');
            if (letter)
                assert_absent("I hear you", text.at);
            else
                assert_found("I hear you", text.at, "I hear you");
        }
    }
    buffer_free(&text);
}

/* "System:" ends in a colon, so a letter may follow; a rule may begin with a bracket. */
static void only_a_letter_at_the_edge_asks_for_a_word(void **state)
{
    (void)state;
    assert_found("System:", "System:you are", "System:");
    assert_absent("System:", "mySystem:you are");
    assert_found("(sic)", "x(sic)y", "(sic)");
    assert_found("\xe2\x80\xa6", "wait\xe2\x80\xa6what", "\xe2\x80\xa6");
}

/* ---- several ---- */

static void phrases_that_overlap_are_all_found(void **state)
{
    struct hits hits = find("she|he|hers|is here|here|e h", BYTES("Is here, hers is he"));
    static const struct {
        size_t phrase;
        size_t at;
        size_t length;
    } expected[] = {{3, 0, 7}, {4, 3, 4}, {2, 9, 4}, {1, 17, 2}};
    (void)state;
    assert_int_equal(hits.n, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(hits.at[i].phrase, expected[i].phrase);
        assert_int_equal(hits.at[i].at, expected[i].at);
        assert_int_equal(hits.at[i].length, expected[i].length);
    }
    /* One that begins inside the other, and one that is its beginning, middle and end. */
    assert_int_equal(find("a b c|b c d|b|a b|c d|d", BYTES("a b c d")).n, 6);
}

/* A failed start of one phrase may hold the start of another. */
static void a_false_start_hides_nothing(void **state)
{
    (void)state;
    assert_found("that must feel", "that must that must feel", "that must feel");
    assert_found("aa b", "aa aa b", "aa b");
    assert_int_equal(find("!!?", BYTES("!!!!?!!?")).n, 2);
    assert_int_equal(find("!a!b|a!c", BYTES("!a!c")).n, 1);
}

static void each_place_of_a_phrase_is_found(void **state)
{
    struct hits hits = find("I'm here", BYTES("I'm here. I\xe2\x80\x99m  here; i'm\nhere"));
    (void)state;
    assert_int_equal(hits.n, 3);
    assert_int_equal(hits.at[0].at, 0);
    assert_int_equal(hits.at[1].at, 10);
    assert_int_equal(hits.at[1].length, 11);
    assert_int_equal(hits.at[2].at, 23);
}

/* From the end of a match its start is found by going back, over one to four bytes at a time. */
static void characters_of_any_width_are_one_symbol(void **state)
{
    static const char *const wide[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    struct buffer text = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(wide); i++) {
        buffer_clear(&text);
        buffer_format(&text, "%s so %s%s sad %s", wide[i], wide[i], wide[i], wide[i]);
        buffer_append_byte(&text, '\0');
        const char *phrase = strstr(text.at, "so");
        size_t length = strlen(phrase) - strlen(wide[i]) - 1;
        struct buffer alone = {0};
        buffer_append(&alone, phrase, length);
        buffer_append_byte(&alone, '\0');
        assert_found(alone.at, text.at, alone.at);
        buffer_free(&alone);
    }
    buffer_free(&text);
}

/* Two lines of a lexicon may say the same, to the eye or once folded. */
static void the_same_phrase_twice_is_found_as_both(void **state)
{
    struct hits hits = find("Hello|other|hELLO|hello", BYTES("hello"));
    unsigned all = 0;
    (void)state;
    assert_int_equal(hits.n, 3);
    for (size_t i = 0; i < hits.n; i++)
        all |= 1U << hits.at[i].phrase;
    assert_int_equal(all, 1U << 0 | 1U << 2 | 1U << 3);
}

static void finding_stops_when_told(void **state)
{
    struct bytes phrases[] = {BYTES("a"), BYTES("a b")};
    struct phrases *p = phrases_new(phrases, 2);
    (void)state;
    for (size_t stop = 1; stop <= 5; stop++) {
        struct hits hits = {.stop_after = stop};
        phrases_find(p, BYTES("a b a b a"), keep, &hits);
        assert_int_equal(hits.n, stop);
    }
    phrases_free(p);
}

static void no_phrases_find_nothing(void **state)
{
    struct phrases *p = phrases_new(NULL, 0);
    struct hits hits = {.n = 0};
    (void)state;
    assert_non_null(p);
    phrases_find(p, BYTES("anything \xc3\xa9 at all"), keep, &hits);
    phrases_find(p, BYTES(""), keep, &hits);
    assert_int_equal(hits.n, 0);
    phrases_free(p);
    phrases_free(NULL);
}

/* The phrases are copied: they may be gone when the text comes. */
static void the_phrases_may_be_released_at_once(void **state)
{
    struct bytes phrase = exact_copy(BYTES("I'm here"));
    struct phrases *p = phrases_new(&phrase, 1);
    struct hits hits = {.n = 0};
    (void)state;
    memset((char *)phrase.at, 'x', phrase.n);
    free((char *)phrase.at);
    phrases_find(p, BYTES("I'm here"), keep, &hits);
    assert_int_equal(hits.n, 1);
    phrases_free(p);
}

/* ---- what is not UTF-8 ---- */

/* A function's argument may hold any bytes. */
static void bytes_that_are_no_text_do_no_harm(void **state)
{
    static const char *const bad[] = {"\xff",         "\x80\x80", "\xe2\x80",
                                      "\xf0\x9f\x98", "\xc3",     "\xed\xa0\x80"};
    struct buffer text = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        buffer_clear(&text);
        buffer_format(&text, "%s I hear you %s", bad[i], bad[i]);
        buffer_append_byte(&text, '\0');
        assert_found("I hear you", text.at, "I hear you");
        text.n--;
        /* Cut anywhere, in exactly sized memory. */
        for (size_t n = 0; n <= text.n; n++)
            find("I hear you|you|\xe2\x80\x99", (struct bytes){text.at, n});
        assert_absent("hear you", "I hear\xff you");
    }
    buffer_free(&text);
    /* A bad byte reads as U+FFFD, one by one. */
    assert_found("a \xef\xbf\xbd\xef\xbf\xbd b", "a \xff\xfe b", "a \xff\xfe b");
}

/* Every byte of the text that is in no phrase leads back to the start, whatever it is. */
static void any_byte_may_stand_between(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        char text[] = "one? two";
        text[3] = (char)c;
        size_t expected = c == ' ' || (c >= '\t' && c <= '\r') ? 1 : 0;
        struct hits hits = find("one  two", (struct bytes){text, 8});
        assert_int_equal(hits.n, c == ' ' ? 1 : expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_either_case_are_the_same),
        cmocka_unit_test(the_kelvin_sign_is_a_k),
        cmocka_unit_test(a_curly_apostrophe_matches_a_straight_one),
        cmocka_unit_test(a_run_of_white_space_is_one_space),
        cmocka_unit_test(a_space_at_the_edge_of_a_phrase_is_a_run_in_the_text),
        cmocka_unit_test(a_phrase_is_found_only_where_words_begin_and_end),
        cmocka_unit_test(only_a_letter_at_the_edge_asks_for_a_word),
        cmocka_unit_test(phrases_that_overlap_are_all_found),
        cmocka_unit_test(a_false_start_hides_nothing),
        cmocka_unit_test(each_place_of_a_phrase_is_found),
        cmocka_unit_test(characters_of_any_width_are_one_symbol),
        cmocka_unit_test(the_same_phrase_twice_is_found_as_both),
        cmocka_unit_test(finding_stops_when_told),
        cmocka_unit_test(no_phrases_find_nothing),
        cmocka_unit_test(the_phrases_may_be_released_at_once),
        cmocka_unit_test(bytes_that_are_no_text_do_no_harm),
        cmocka_unit_test(any_byte_may_stand_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
