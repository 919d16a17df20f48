/*
 * test_empathy_lexicon.c -- lexicons of empathy as text and as JSON, and the spellings of a phrase.
 */
#include "check.h"

#include "empathy.h"
#include "lexicons.h"
#include "spelling.h"

/* ---- spellings ---- */

static void assert_ways(const char *phrase, const char *ways)
{
    struct buffer b = {0};
    spelling_ways(text_of_literal(phrase), &b);
    assert_false(b.failed);
    assert_text(buffer_bytes(&b), ways);
    buffer_free(&b);
}

static void a_phrase_has_the_spellings_people_give_it(void **state)
{
    (void)state;
    assert_ways("tell me more", "tell me more\n");
    assert_ways("i'm here", "i'm here\nim here\ni am here\n");
    assert_ways("you've", "you've\nyouve\nyou have\n");
    assert_ways("you'll be", "you'll be\nyoull be\nyou will be\n");
    assert_ways("i'd like", "i'd like\nid like\ni would like\n");
    assert_ways("that's hard", "that's hard\nthats hard\nthat is hard\n");
    assert_ways("sorry", "sorry\nsory\n");
    assert_ways("going through", "going through\ngoing thru\n");
}

/* "He's here" is not "he is here" alone, and of a name's 's nothing is known. */
static void only_some_words_are_written_in_full(void **state)
{
    (void)state;
    assert_ways("life's hard", "life's hard\nlifes hard\n");
    assert_ways("don't give up", "don't give up\ndont give up\ndo not give up\n");
    assert_ways("can't", "can't\ncant\ncannot\ncan not\n");
    assert_ways("won't", "won't\nwont\nwill not\n");
}

/* "Your not alone" is a common mistake; "your" alone is another word. */
static void your_stands_for_youre_only_among_other_words(void **state)
{
    (void)state;
    assert_ways("you're right", "you're right\nyoure right\nyou are right\nyour right\n");
    assert_ways("you're", "you're\nyoure\nyou are\n");
}

static void the_spellings_of_a_phrase_are_bounded(void **state)
{
    struct buffer b = {0};
    size_t ways = 0;
    (void)state;
    spelling_ways(BYTES("can't can't can't can't can't can't can't can't"), &b);
    for (size_t i = 0; i < b.n; i++)
        ways += b.at[i] == '\n';
    assert_int_equal(ways, 16);
    buffer_free(&b);
}

/* ---- text ---- */

static void lines_become_entries(void **state)
{
    struct empathy_lexicon l = {0};
    const char *wrong;
    (void)state;
    assert_int_equal(empathy_lexicon_read(BYTES("# a comment\n\nbase\t0.05\tlimit\nx\t2.5\tlimit\n"
                                                "^how i ?\t0.25\tx\nboo hoo\t-2\ty\n"
                                                "go ?\t.5\tx\n^go\t1.\tx"),
                                          &l, &wrong),
                     0);
    assert_int_equal(l.n, 4);
    assert_int_equal(l.base, 50000);
    assert_int_equal(l.n_dimensions, 2);
    assert_text(l.dimensions[0].name, "x");
    assert_int_equal(l.dimensions[0].limit, 2500000);
    assert_int_equal(l.dimensions[1].limit, EMPATHY_UNIT);
    assert_text(l.entries[0].name, "^how i ?");
    assert_text(l.entries[0].body, "how i");
    assert_true(l.entries[0].clause && l.entries[0].question && l.entries[0].of_self);
    assert_int_equal(l.entries[0].weight, 250000);
    assert_int_equal(l.entries[1].weight, -2000000);
    assert_int_equal(l.entries[1].dimension, 1);
    assert_false(l.entries[1].clause || l.entries[1].question || l.entries[1].of_self);
    assert_true(l.entries[2].question && !l.entries[2].clause);
    assert_true(l.entries[3].clause && !l.entries[3].question);
    empathy_lexicon_free(&l);
}

/* Nothing is guessed at in a line that is not understood. */
static void a_malformed_line_is_an_error(void **state)
{
    static const char *const lexicons[] = {
        "hello",          "hello\t",         "hello\tx\twarm",   "hello\t1",
        "hello\t1e3\tw",  "hello\t1.2.3\tw", "hello\t 1\twarm",  "\t1\twarm",
        "hello\t.\twarm", "ok\t1\tw\nhello", "hello\t1,5\twarm", "hello\t+1\tw",
        "hello\t--1\tw",  "hello\t-\tw",     "hello\t1001\tw",   "hello\t-1001\tw",
        "^\t1\tw",        " \t1\tw",         "^ ?\t1\tw",        "x\t-1\tlimit",
        "x\t1001\tlimit",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(lexicons); i++) {
        const char *wrong = NULL;
        if (empathy_new(text_of_literal(lexicons[i]), &wrong))
            fail_msg("the lexicon \"%s\" is accepted", lexicons[i]);
        if (!wrong)
            fail_msg("nothing is said of the lexicon \"%s\"", lexicons[i]);
    }
}

static void a_lexicon_may_be_empty(void **state)
{
    const char *wrong;
    struct empathy *e = empathy_new(BYTES(""), &wrong);
    (void)state;
    assert_non_null(e);
    assert_int_equal(empathy_patterns(e, NULL), 1);
    empathy_free(e);
    e = empathy_from_json(BYTES("{}"), &wrong);
    assert_non_null(e);
    empathy_free(e);
    empathy_free(NULL);
}

static void a_lexicon_of_too_many_phrases_is_refused(void **state)
{
    struct buffer b = {0};
    const char *wrong;
    (void)state;
    for (int i = 0; i < EMPATHY_MOST_PHRASES; i++)
        buffer_format(&b, "word%d\t0.125\tx\n", i);
    struct empathy *e = empathy_new(buffer_bytes(&b), &wrong);
    assert_non_null(e);
    assert_int_equal(empathy_patterns(e, NULL), EMPATHY_MOST_PHRASES + 1);
    empathy_free(e);
    buffer_format(&b, "one more\t1\tx\n");
    assert_null(empathy_new(buffer_bytes(&b), &wrong));
    assert_string_equal(wrong, "has more than 1024 phrases");
    buffer_clear(&b);
    for (int i = 0; i <= EMPATHY_MOST_DIMENSIONS; i++)
        buffer_format(&b, "word%d\t1\tdimension %d\n", i, i);
    assert_null(empathy_new(buffer_bytes(&b), &wrong));
    assert_string_equal(wrong, "has more than 12 dimensions");
    buffer_free(&b);
}

/* The bound: one readable file of at most 500 phrases, sorted, each once. */
static void the_own_lexicon_is_sorted_and_within_its_bound(void **state)
{
    struct empathy_lexicon l = {0};
    const char *wrong;
    (void)state;
    assert_int_equal(
        empathy_lexicon_read((struct bytes){(const char *)lexicon_empathy, lexicon_empathy_size},
                             &l, &wrong),
        0);
    assert_in_range(l.n, 300, 500);
    for (size_t i = 1; i < l.n; i++) {
        struct bytes a = l.entries[i - 1].name;
        struct bytes b = l.entries[i].name;
        int order = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);
        if (order > 0 || (order == 0 && a.n >= b.n))
            fail_msg("\"%.*s\" comes before \"%.*s\"", (int)a.n, a.at, (int)b.n, b.at);
    }
    empathy_lexicon_free(&l);
}

/* ---- JSON ---- */

static void json_says_the_same_as_text(void **state)
{
    struct empathy_lexicon l = {0};
    const char *wrong;
    char json[] = "{\"limits\": {\"base\": 0.5, \"x\": 2}, \"phrases\": ["
                  "{\"phrase\": \"it\\u2019s so\", \"weight\": 0.5, \"dimension\": \"x\"},"
                  "{\"weight\": -1e0, \"phrase\": \"^how ?\"}], \"tell\\nme\": 0.25}";
    (void)state;
    assert_int_equal(empathy_lexicon_read_json(text_of_literal(json), &l, &wrong), 0);
    memset(json, 'x', sizeof json - 1);
    assert_int_equal(l.n, 3);
    assert_int_equal(l.base, 500000);
    assert_text(l.entries[0].name, "it\xe2\x80\x99s so");
    assert_int_equal(l.entries[0].weight, 500000);
    assert_text(l.dimensions[l.entries[0].dimension].name, "x");
    assert_int_equal(l.dimensions[l.entries[0].dimension].limit, 2000000);
    assert_text(l.entries[1].body, "how");
    assert_int_equal(l.entries[1].weight, -1000000);
    assert_text(l.dimensions[l.entries[1].dimension].name, "reaction");
    assert_text(l.entries[2].name, "tell me");
    assert_text(l.dimensions[l.entries[2].dimension].name, "reaction");
    empathy_lexicon_free(&l);
}

/* A team is told what is wrong, and never scored by half a lexicon. */
static void a_wrong_json_lexicon_is_named(void **state)
{
    static const struct {
        const char *json;
        const char *wrong;
    } cases[] = {
        {"", "is not JSON"},
        {"{\"a\": 1", "is not JSON"},
        {"{\"a\": 1} x", "is not JSON"},
        {"[]", "is not a JSON object"},
        {"3", "is not a JSON object"},
        {"{\"a\": \"1\"}", "has a member that is neither \"phrases\", \"limits\", nor a weight"},
        {"{\"phrases\": {}}", "has a member that is neither \"phrases\", \"limits\", nor a weight"},
        {"{\"limits\": []}", "has a member that is neither \"phrases\", \"limits\", nor a weight"},
        {"{\"phrases\": [3]}",
         "has an entry of \"phrases\" that is not {\"phrase\", \"weight\", \"dimension\"}"},
        {"{\"phrases\": [{\"weight\": 1}]}",
         "has an entry of \"phrases\" that is not {\"phrase\", \"weight\", \"dimension\"}"},
        {"{\"phrases\": [{\"phrase\": \"a\", \"weight\": 1, \"why\": 1}]}",
         "has an entry of \"phrases\" that is not {\"phrase\", \"weight\", \"dimension\"}"},
        {"{\"phrases\": [{\"phrase\": \"a\"}]}",
         "has a weight that is not a number from -1000 to 1000"},
        {"{\"a\": 1e4}", "has a weight that is not a number from -1000 to 1000"},
        {"{\"a\": NaN}", "has a weight that is not a number from -1000 to 1000"},
        {"{\"\": 1}", "has a phrase without any words"},
        {"{\"^\": 1}", "has a phrase without any words"},
        {"{\"limits\": {\"x\": -1}}", "has a limit that is not a number from 0 to 1000"},
        {"{\"limits\": {\"x\": \"1\"}}", "has a limit that is not a number from 0 to 1000"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *wrong = NULL;
        if (empathy_from_json(text_of_literal(cases[i].json), &wrong))
            fail_msg("%s is accepted", cases[i].json);
        if (!wrong || strcmp(wrong, cases[i].wrong) != 0)
            fail_msg("%s: %s", cases[i].json, wrong ? wrong : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phrase_has_the_spellings_people_give_it),
        cmocka_unit_test(only_some_words_are_written_in_full),
        cmocka_unit_test(your_stands_for_youre_only_among_other_words),
        cmocka_unit_test(the_spellings_of_a_phrase_are_bounded),
        cmocka_unit_test(lines_become_entries),
        cmocka_unit_test(a_malformed_line_is_an_error),
        cmocka_unit_test(a_lexicon_may_be_empty),
        cmocka_unit_test(a_lexicon_of_too_many_phrases_is_refused),
        cmocka_unit_test(the_own_lexicon_is_sorted_and_within_its_bound),
        cmocka_unit_test(json_says_the_same_as_text),
        cmocka_unit_test(a_wrong_json_lexicon_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
