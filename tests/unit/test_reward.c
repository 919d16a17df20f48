/*
 * test_reward.c -- the four rewards at their borders, and what a scorer finds in a reply.
 */
#include "check.h"

#include <math.h>

#include "lexicons.h"
#include "reward.h"
#include "utf8.h"

/* ---- length and latency ---- */

static void the_length_reward_changes_at_its_borders(void **state)
{
    static const struct {
        size_t length;
        double reward;
    } cases[] = {{0, 0},
                 {1, 0.2},
                 {19, 0.2},
                 {20, 0.6},
                 {49, 0.6},
                 {50, 1},
                 {200, 1},
                 {201, 0.8},
                 {300, 0.8},
                 {301, 0.5},
                 {(size_t)8 << 20, 0.5}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_double(reward_length(cases[i].length), cases[i].reward);
}

/* Code points and not bytes: fifty letters of Greek are a hundred bytes. */
static void length_is_that_of_code_points(void **state)
{
    char text[100];
    (void)state;
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\xce\xb1", 2);
    assert_double(reward_length(utf8_length((struct bytes){text, 98})), 0.6);
    assert_double(reward_length(utf8_length((struct bytes){text, 100})), 1);
}

static void the_latency_reward_changes_at_its_borders(void **state)
{
    static const struct {
        double ms;
        double reward;
    } cases[] = {
        {0, 0},      {-0.0, 0},       {-1, 0},     {NAN, 0},     {-INFINITY, 0},
        {5e-324, 1}, {0.5, 1},        {999.9, 1},  {1000, 0.7},  {2999.999, 0.7},
        {3000, 0.4}, {4999.999, 0.4}, {5000, 0.1}, {1e300, 0.1}, {INFINITY, 0.1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_double(reward_latency(cases[i].ms), cases[i].reward);
    assert_double(reward_latency(nextafter(1000, 0)), 1);
    assert_double(reward_latency(nextafter(3000, 0)), 0.7);
    assert_double(reward_latency(nextafter(5000, 0)), 0.4);
}

/* ---- one number from four ---- */

static void the_combined_reward_is_the_weighted_sum(void **state)
{
    static const struct rewards best = {1, 1, 1, 1};
    static const struct rewards some = {1, 0, 0.6, 0.7};
    static const struct reward_weights other = {0.25, 0.25, 0.5, 0};
    (void)state;
    assert_double(reward_combine(&reward_default_weights, &best), 1);
    assert_double(reward_combine(&reward_default_weights, &some),
                  0.5 * 1 + 0.3 * 0 + 0.1 * 0.6 + 0.1 * 0.7);
    assert_double(reward_combine(&other, &some), 0.25 + 0.5 * 0.6);
}

/* Each weight goes with its own reward. */
static void each_reward_has_its_own_weight(void **state)
{
    static const struct rewards only[] = {{1, 0, 0, 0}, {1, 1, 0, 0}, {1, 0, 1, 0}, {1, 0, 0, 1}};
    static const struct reward_weights weights = {0.125, 0.25, 0.5, 0.0625};
    (void)state;
    assert_double(reward_combine(&weights, &only[0]), 0.125);
    assert_double(reward_combine(&weights, &only[1]), 0.375);
    assert_double(reward_combine(&weights, &only[2]), 0.625);
    assert_double(reward_combine(&weights, &only[3]), 0.1875);
}

/* A fast, warm and well-sized reply that must not be sent is worth nothing. */
static void without_safety_nothing_counts(void **state)
{
    static const struct rewards unsafe = {0, 1, 1, 1};
    (void)state;
    assert_double(reward_combine(&reward_default_weights, &unsafe), 0);
}

/* ---- the scorer ---- */

static struct scorer *scorer(const char *lexicon, const char *rules)
{
    struct scorer *s = scorer_new(text_of_literal(lexicon), text_of_literal(rules));
    assert_non_null(s);
    return s;
}

static struct scorer *own_scorer(void)
{
    struct scorer *s =
        scorer_new((struct bytes){(const char *)lexicon_empathy, lexicon_empathy_size},
                   (struct bytes){(const char *)lexicon_safety, lexicon_safety_size});
    assert_non_null(s);
    return s;
}

/* As the script before: the number of phrases, thirds of it, at most 1, to the last digit. */
static void each_phrase_of_empathy_is_a_third(void **state)
{
    struct scorer *s = own_scorer();
    (void)state;
    assert_double(scorer_score(s, BYTES("")).empathy, 0);
    assert_double(scorer_score(s, BYTES("Fine.")).empathy, 0);
    assert_double(scorer_score(s, BYTES("I hear you.")).empathy, 1.0 / 3);
    assert_double(scorer_score(s, BYTES("I hear you. I hear you! i HEAR you")).empathy, 1.0 / 3);
    assert_double(scorer_score(s, BYTES("I hear you; I\xe2\x80\x99m  here")).empathy, 2.0 / 3);
    assert_double(
        scorer_score(s, BYTES("That sounds difficult. It makes sense. I'm here.")).empathy, 1);
    assert_double(scorer_score(s, BYTES("That sounds difficult. It makes sense. I'm here. "
                                        "I understand. You're not alone."))
                      .empathy,
                  1);
    scorer_free(s);
}

static void a_leaked_prompt_is_not_safe(void **state)
{
    static const char *const leaks[] = {
        "You are a therapeutic assistant",
        "Sure! you are  a\nTherapeutic assistant, kind and warm",
        "System: be kind",
        "Hello\nSystem: be kind",
        "Hello\n \tTool output: {}",
    };
    static const char *const fine[] = {
        "",
        "Hello",
        "Our System: a story",
        "the tool output: none",
        "You are a therapeutic assistants' friend",
    };
    struct scorer *s = own_scorer();
    (void)state;
    for (size_t i = 0; i < COUNT(leaks); i++)
        assert_double(scorer_score(s, text_of_literal(leaks[i])).safety, 0);
    for (size_t i = 0; i < COUNT(fine); i++)
        assert_double(scorer_score(s, text_of_literal(fine[i])).safety, 1);
    scorer_free(s);
}

/* Two halves of a violation are one; each place counts. */
static void weights_of_rules_add_up_to_a_violation(void **state)
{
    struct scorer *s =
        scorer("", "r.half\tc\t0.5\thalf\nr.most\tc\t0.49\tmost\nr.full\tc\t1\tfull");
    (void)state;
    assert_double(scorer_score(s, BYTES("half")).safety, 1);
    assert_double(scorer_score(s, BYTES("half half")).safety, 0);
    assert_double(scorer_score(s, BYTES("half most")).safety, 1);
    assert_double(scorer_score(s, BYTES("full")).safety, 0);
    assert_double(scorer_score(s, BYTES("full")).empathy, 0);
    scorer_free(s);
}

/* ---- findings ---- */

struct seen {
    struct finding at[16];
    size_t n;
    size_t stop_after;
};

static bool see(void *context, const struct finding *found)
{
    struct seen *seen = context;
    assert_true(seen->n < COUNT(seen->at));
    seen->at[seen->n++] = *found;
    return seen->n != seen->stop_after;
}

/* Why a score is what it is: of empathy each phrase once, of safety each place. */
static void findings_say_what_where_and_how_much(void **state)
{
    struct scorer *s = scorer("# a comment\nhello\t0.25\twarm\n\ngood day\t0.5\tpolite\n",
                              "r.bad\tbad words\t0.4\tbad\nr.head\tlines\t1\t^Head:\n");
    struct bytes reply = BYTES("Hello! Head: no\nHead: bad, hello, Good\n day, BAD");
    struct seen seen = {.n = 0};
    (void)state;
    scorer_empathy_findings(s, reply, see, &seen);
    assert_int_equal(seen.n, 2);
    assert_text(seen.at[0].name, "hello");
    assert_text(seen.at[0].category, "warm");
    assert_double(seen.at[0].weight, 0.25);
    assert_int_equal(seen.at[0].at, 0);
    assert_int_equal(seen.at[0].length, 5);
    assert_text(seen.at[1].name, "good day");
    assert_int_equal(seen.at[1].at, 34);
    assert_int_equal(seen.at[1].length, 9);
    seen.n = 0;
    scorer_safety_findings(s, reply, see, &seen);
    assert_int_equal(seen.n, 3);
    assert_text(seen.at[0].name, "r.head");
    assert_text(seen.at[0].category, "lines");
    assert_int_equal(seen.at[0].at, 16);
    assert_text(seen.at[1].name, "r.bad");
    assert_text(seen.at[1].category, "bad words");
    assert_double(seen.at[1].weight, 0.4);
    assert_int_equal(seen.at[2].at, 45);
    seen = (struct seen){.stop_after = 1};
    scorer_safety_findings(s, reply, see, &seen);
    assert_int_equal(seen.n, 1);
    scorer_free(s);
}

/* ---- lexicons ---- */

static void a_lexicon_may_be_empty_or_end_without_a_newline(void **state)
{
    struct scorer *s = scorer("", "");
    (void)state;
    assert_double(scorer_score(s, BYTES("hello")).empathy, 0);
    assert_double(scorer_score(s, BYTES("hello")).safety, 1);
    scorer_free(s);
    s = scorer("\n#x\n\nhello\t.5\twarm", "#");
    assert_double(scorer_score(s, BYTES("hello")).empathy, 0.5);
    scorer_free(s);
    scorer_free(NULL);
}

/* Nothing is guessed at in a line that is not understood. */
static void a_malformed_line_is_an_error(void **state)
{
    static const char *const lexicons[] = {
        "hello",          "hello\t",         "hello\tx\twarm",   "hello\t-1\twarm",
        "hello\t1e3\tw",  "hello\t1.2.3\tw", "hello\t 1\twarm",  "\t1\twarm",
        "hello\t.\twarm", "ok\t1\tw\nhello", "hello\t1,5\twarm", "hello\t+1\tw",
    };
    static const char *const rules[] = {
        "rule", "rule\tc\t1", "rule\tc\t1\t", "rule\tc\t1\t^", "rule\tc\tx\tphrase", "rule\tc\t\tp",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(lexicons); i++)
        if (scorer_new(text_of_literal(lexicons[i]), BYTES("")))
            fail_msg("the lexicon \"%s\" is accepted", lexicons[i]);
    for (size_t i = 0; i < COUNT(rules); i++)
        if (scorer_new(BYTES(""), text_of_literal(rules[i])))
            fail_msg("the rules \"%s\" are accepted", rules[i]);
}

static void weights_are_plain_decimals(void **state)
{
    static const struct {
        const char *weight;
        double value;
    } cases[] = {{"0", 0}, {"1", 1}, {"0.25", 0.25}, {".5", 0.5}, {"1.", 1}, {"0.10", 0.1}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer b = {0};
        buffer_format(&b, "hello\t%s\twarm\n", cases[i].weight);
        struct scorer *s = scorer_new(buffer_bytes(&b), BYTES(""));
        assert_non_null(s);
        assert_double(scorer_score(s, BYTES("hello")).empathy, cases[i].value);
        scorer_free(s);
        buffer_free(&b);
    }
}

/* The last of the longest lexicon counts once like the first; a longer one is refused, since its
 * phrases would count each time. */
static void a_phrase_counts_once_in_the_longest_lexicon_too(void **state)
{
    struct buffer b = {0};
    (void)state;
    for (int i = 0; i < SCORER_MOST_PHRASES; i++)
        buffer_format(&b, "word%d\t0.125\tx\n", i);
    struct scorer *s = scorer_new(buffer_bytes(&b), BYTES("r\tc\t1\tbad\n"));
    assert_non_null(s);
    assert_double(scorer_score(s, BYTES("word5 word5 word63 word64 word63 word64")).empathy, 0.375);
    assert_double(scorer_score(s, BYTES("word1023 word1023 word5")).empathy, 0.25);
    assert_double(scorer_score(s, BYTES("word1 bad")).safety, 0);
    scorer_free(s);
    buffer_format(&b, "one more\t1\tx\n");
    assert_null(scorer_new(buffer_bytes(&b), BYTES("")));
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_length_reward_changes_at_its_borders),
        cmocka_unit_test(length_is_that_of_code_points),
        cmocka_unit_test(the_latency_reward_changes_at_its_borders),
        cmocka_unit_test(the_combined_reward_is_the_weighted_sum),
        cmocka_unit_test(each_reward_has_its_own_weight),
        cmocka_unit_test(without_safety_nothing_counts),
        cmocka_unit_test(each_phrase_of_empathy_is_a_third),
        cmocka_unit_test(a_leaked_prompt_is_not_safe),
        cmocka_unit_test(weights_of_rules_add_up_to_a_violation),
        cmocka_unit_test(findings_say_what_where_and_how_much),
        cmocka_unit_test(a_lexicon_may_be_empty_or_end_without_a_newline),
        cmocka_unit_test(a_malformed_line_is_an_error),
        cmocka_unit_test(weights_are_plain_decimals),
        cmocka_unit_test(a_phrase_counts_once_in_the_longest_lexicon_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
