/*
 * test_pattern.c -- where a pattern stands in a text and where it does not.
 */
#include "check.h"

#include "pattern.h"
#include "phrases.h"

static const struct pattern_list lists[] = {
    {{"who", 3}, {"him, her, my boss", 17}},
    {{"empty", 5}, {", ,", 3}},
};

struct place {
    const struct pattern *pattern;
    struct bytes text;
    bool stands;
    size_t start;
    size_t end;
};

static bool try_it(void *context, const struct phrase_hit *hit)
{
    struct place *place = context;
    place->stands = pattern_stands(place->pattern, place->text, hit->at, hit->length, &place->start,
                                   &place->end);
    return !place->stands;
}

/* As the scorer does: finds the anchors, and asks of each. */
static struct place find(const char *pattern, const char *text)
{
    const char *wrong;
    struct bytes anchors[16];
    struct pattern *p = pattern_new(text_of_literal(pattern), lists, COUNT(lists), &wrong);
    if (!p)
        fail_msg("%s %s", pattern, wrong ? wrong : "is too much for memory");
    size_t n = pattern_anchors(p, NULL);
    assert_in_range(n, 1, COUNT(anchors));
    pattern_anchors(p, anchors);
    struct phrases *phrases = phrases_new(anchors, n);
    struct place place = {.pattern = p, .text = text_of_literal(text)};
    phrases_find(phrases, place.text, try_it, &place);
    phrases_free(phrases);
    pattern_free(p);
    return place;
}

static void a_pattern_stands_where_it_should(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        const char *where; /* NULL: nowhere */
    } cases[] = {
        {"kill yourself", "Go KILL  yourself!", "KILL  yourself"},
        {"^Note:", "a\n  Note: b", "Note:"},
        {"^Note:", "a Note: b", NULL},
        {"f*ck", "what the f*ck", "f*ck"},
        {"wait...", "and wait... then", "wait..."},
        {"tell *2 secret", "tell secret", "tell secret"},
        {"tell *2 secret", "tell me the secret", "tell me the secret"},
        {"tell *2 secret", "tell me all the secret", NULL},
        {"tell * secret", "tell me all the secret", "tell me all the secret"},
        {"tell * secret", "tell me, \"all\" - the secret", "tell me, \"all\" - the secret"},
        {"tell * secret", "tell me. The secret", NULL},
        {"tell * secret", "tell me\n\nthe secret", NULL},
        {"tell * secret", "tell me 3.5 secret", "tell me 3.5 secret"},
        {"(stab|shoot) @who", "then shoot my boss now", "shoot my boss"},
        {"(stab|shoot) @who", "then shoot my bossy", NULL},
        {"(stab|shoot) (@who|dogs)", "stab dogs", "stab dogs"},
        {"a (b c|b) c", "a b c", "a b c"},
        {"you (will|are going to) vanish", "You are going to vanish", "You are going to vanish"},
        {". just vanish", "Well. Just vanish!", "Just vanish"},
        {". just vanish", "So just vanish!", NULL},
        {"vanish .", "Vanish! Now", "Vanish"},
        {"vanish .", "vanish now", NULL},
        {"don't * vanish", "Don\xe2\x80\x99t ever vanish", "Don\xe2\x80\x99t ever vanish"},
        {"\xc3\xa9t\xc3\xa9 * fini", "\xc3\x89T\xc3\x89 est fini", "\xc3\x89T\xc3\x89 est fini"},
        {"a *1 vanish *1 b *1 c", "a x vanish y b z c", "a x vanish y b z c"},
        {"a *1 vanish *1 b *1 c", "a x vanish y y b z c", NULL},
        {"vanish * *", "vanish", "vanish"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct place place = find(cases[i].pattern, cases[i].text);
        if (place.stands != (cases[i].where != NULL))
            fail_msg("\"%s\" %s in \"%s\"", cases[i].pattern,
                     place.stands ? "stands" : "does not stand", cases[i].text);
        if (place.stands) {
            struct bytes found = {cases[i].text + place.start, place.end - place.start};
            assert_text(found, cases[i].where);
        }
    }
}

/* What is looked for is what texts have least of: a hundred `you` are not to cost a hundred tries. */
static void the_anchor_is_what_is_rare(void **state)
{
    static const struct {
        const char *pattern;
        const char *anchor;
        size_t n;
    } cases[] = {
        {"you should * vanish", "vanish", 1},
        {"(vanish|evaporate|melt) with you", "vanish", 3},
        {"@who (is|are) (the|a) *2 scapegoat", "scapegoat", 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *wrong;
        struct bytes anchors[8];
        struct pattern *p =
            pattern_new(text_of_literal(cases[i].pattern), lists, COUNT(lists), &wrong);
        assert_non_null(p);
        assert_int_equal(pattern_anchors(p, NULL), cases[i].n);
        pattern_anchors(p, anchors);
        assert_text(anchors[0], cases[i].anchor);
        pattern_free(p);
    }
}

static void a_malformed_pattern_is_refused(void **state)
{
    static const struct {
        const char *pattern;
        const char *wrong;
    } cases[] = {
        {"", "is empty"},
        {"  ", "is empty"},
        {"^", "is empty"},
        {"a (b", "has a parenthesis that is not closed"},
        {"a ()", "has a choice of nothing"},
        {"a (b|-)", "has a choice without a word"},
        {"a @none", "names a list that there is not"},
        {"a @empty", "has a choice without a word"},
        {"a *0 b", "has a gap that is not * or *1 to *9"},
        {"a *12 b", "has a gap that is not * or *1 to *9"},
        {"*", "has no word to look for"},
        {". * .", "has no word to look for"},
        {"a * b * c * d * e", "has more than 3 gaps"},
        {"(a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a)",
         "has more than 16 parts"},
        {"a * wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
         "has a word that is too long"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *wrong;
        if (pattern_new(text_of_literal(cases[i].pattern), lists, COUNT(lists), &wrong))
            fail_msg("\"%s\" is accepted", cases[i].pattern);
        if (!wrong || strcmp(wrong, cases[i].wrong) != 0)
            fail_msg("\"%s\": %s", cases[i].pattern, wrong ? wrong : "out of memory");
    }
}

/* Of hostile text and a hostile pattern: what is tried at one place has a bound, however long the text
 * and however many ways there are to fill the gaps. */
static void a_long_text_of_near_misses_is_soon_done(void **state)
{
    struct buffer text = {0};
    (void)state;
    for (int i = 0; i < 20000; i++)
        buffer_format(&text, "xx ");
    buffer_append_byte(&text, '\0');
    struct place place = find("(xx|xx xx|xx xx xx) *9 (xx|xx xx) *9 xx *9 yy", text.at);
    assert_false(place.stands);
    buffer_free(&text);
}

/* Bytes that are no UTF-8, before, between and behind. */
static void broken_text_is_no_word(void **state)
{
    (void)state;
    assert_true(find("tell * secret", "\xff\xfetell \xe2\x80 me \xc3 secret\xe2").stands);
    assert_false(find("tell * secret", "\x80\x80\x80").stands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_stands_where_it_should),
        cmocka_unit_test(the_anchor_is_what_is_rare),
        cmocka_unit_test(a_malformed_pattern_is_refused),
        cmocka_unit_test(a_long_text_of_near_misses_is_soon_done),
        cmocka_unit_test(broken_text_is_no_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
