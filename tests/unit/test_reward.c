/*
 * test_reward.c -- the four rewards at their borders, and what a scorer finds in a reply.
 */
#include "check.h"

#include <math.h>

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

static const char lexicon[] = "# a comment\nhello\t0.25\twarm\n\ngood day\t0.5\tpolite\n";
static const char rules[] = "rule: r.bad\ncategory: bad words\nweight: 0.5\npattern: bad\n"
                            "rule: r.head\ncategory: lines\nweight: 1\npattern: ^Head:\n";

static struct scorer *scorer(void)
{
    struct scorer *s = scorer_new(text_of_literal(lexicon), text_of_literal(rules));
    assert_non_null(s);
    return s;
}

/* The patterns of both models are in one automaton: none is taken for one of the other's. */
static void both_models_score_in_one_pass(void **state)
{
    struct scorer *s = scorer();
    (void)state;
    struct word_scores scores = scorer_score(s, BYTES("Hello. Good day."));
    double warm = scores.empathy;
    assert_true(warm > 0);
    assert_double(scores.safety, 1);
    scores = scorer_score(s, BYTES("Hello. Good day. Bad."));
    assert_double(scores.safety, 1);
    assert_true(scores.empathy > 0);
    scores = scorer_score(s, BYTES("Hello. Good day. Bad. Bad."));
    assert_double(scores.safety, 0);
    scores = scorer_score(s, BYTES("bad\nHead: bad"));
    assert_double(scores.safety, 0);
    assert_double(scores.empathy, 0);
    scorer_free(s);
}

/* Of a model that could not be made there is no scorer, and the other is freed. */
static void a_scorer_needs_both_models(void **state)
{
    struct buffer wrong = {0};
    const char *why;
    (void)state;
    assert_null(scorer_of(NULL, NULL));
    assert_null(scorer_of(empathy_new(text_of_literal(lexicon), &why), NULL));
    assert_null(
        scorer_of(NULL, safety_new(text_of_literal(rules), (struct bytes){NULL, 0}, &wrong)));
    assert_int_equal(wrong.n, 0);
    assert_null(scorer_new(text_of_literal(lexicon), BYTES("rule")));
    assert_null(scorer_new(BYTES("hello"), text_of_literal(rules)));
    scorer_free(NULL);
}

static void without_a_lexicon_and_rules_nothing_is_found(void **state)
{
    struct scorer *s = scorer_new(BYTES(""), BYTES(""));
    (void)state;
    assert_non_null(s);
    assert_double(scorer_score(s, BYTES("Hello, Head: bad")).safety, 1);
    assert_double(scorer_score(s, BYTES("")).empathy, 0);
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

/* Why a score is what it is: each model tells of its own. */
static void findings_say_what_where_and_how_much(void **state)
{
    struct scorer *s = scorer();
    struct bytes reply = BYTES("Hello! Head: no\nHead: bad, hello, Good\n day, BAD");
    struct seen seen = {.n = 0};
    (void)state;
    scorer_empathy_findings(s, reply, see, &seen);
    assert_int_equal(seen.n, 2);
    assert_text(seen.at[0].name, "hello");
    assert_text(seen.at[0].category, "warm");
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
    assert_double(seen.at[0].weight, 1);
    assert_int_equal(seen.at[0].at, 16);
    assert_text(seen.at[1].name, "r.bad");
    assert_text(seen.at[1].category, "bad words");
    assert_int_equal(seen.at[2].at, 45);
    assert_int_equal(seen.at[2].length, 3);
    seen = (struct seen){.stop_after = 1};
    scorer_safety_findings(s, reply, see, &seen);
    assert_int_equal(seen.n, 1);
    scorer_free(s);
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
        cmocka_unit_test(both_models_score_in_one_pass),
        cmocka_unit_test(a_scorer_needs_both_models),
        cmocka_unit_test(without_a_lexicon_and_rules_nothing_is_found),
        cmocka_unit_test(findings_say_what_where_and_how_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
