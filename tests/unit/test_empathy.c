/*
 * test_empathy.c -- what counts as empathy where it stands, and how what counts makes a score.
 */
#include "check.h"

#include "empathy.h"
#include "lexicons.h"
#include "phrases.h"

/* ---- a model and what it finds ---- */

struct met {
    const struct empathy *e;
    struct bytes reply;
    struct empathy_tally tally;
    struct finding found[64];
    size_t n;
};

static bool meet(void *context, const struct phrase_hit *hit)
{
    struct met *met = context;
    struct finding found;
    if (empathy_meet(met->e, &met->tally, hit->phrase, met->reply, hit->at, hit->length, &found) &&
        met->n < COUNT(met->found))
        met->found[met->n++] = found;
    return true;
}

static struct empathy *model(const char *lexicon)
{
    const char *wrong;
    struct empathy *e = empathy_new(text_of_literal(lexicon), &wrong);
    if (!e)
        fail_msg("%s", wrong);
    return e;
}

static struct empathy *own_model(void)
{
    const char *wrong;
    struct empathy *e =
        empathy_new((struct bytes){(const char *)lexicon_empathy, lexicon_empathy_size}, &wrong);
    assert_non_null(e);
    return e;
}

static double score(const struct empathy *e, const char *reply, struct met *met)
{
    struct bytes patterns[2048];
    size_t n = empathy_patterns(e, NULL);
    assert_in_range(n, 1, COUNT(patterns));
    assert_int_equal(empathy_patterns(e, patterns), n);
    struct phrases *phrases = phrases_new(patterns, n);
    assert_non_null(phrases);
    *met = (struct met){.e = e, .reply = exact_copy(text_of_literal(reply))};
    phrases_find(phrases, met->reply, meet, met);
    double result = empathy_score(e, &met->tally, met->reply);
    phrases_free(phrases);
    free((char *)met->reply.at);
    return result;
}

/* Whether exactly these phrases count, in this order; NULL ends them. */
static void assert_found(const struct empathy *e, const char *reply, const char *const *names)
{
    struct met met;
    size_t i = 0;
    score(e, reply, &met);
    for (; names[i] && i < met.n; i++) {
        if (bytes_equal(met.found[i].name, text_of_literal(names[i])))
            continue;
        print_error("in \"%s\": ", reply);
        assert_text(met.found[i].name, names[i]);
    }
    if (names[i] || i < met.n)
        fail_msg("in \"%s\": %zu found", reply, met.n);
}

#define FOUND(e, reply, ...) assert_found(e, reply, (const char *const[]){__VA_ARGS__, NULL})
#define NOTHING(e, reply) assert_found(e, reply, (const char *const[]){NULL})

/* ---- where a phrase counts ---- */

static void a_phrase_counts_once(void **state)
{
    struct empathy *e = model("i hear you\t1\treflection\nsorry\t1\treaction");
    struct met met;
    (void)state;
    FOUND(e, "I hear you. I HEAR  you, sorry! I hear\nyou, Sorry.", "i hear you", "sorry");
    assert_double(score(e, "sorry", &met), score(e, "Sorry, sorry, sorry", &met));
    empathy_free(e);
}

/* What is denied is not said; each of these would count without the word before. */
static void a_denied_phrase_does_not_count(void **state)
{
    static const char *const denied[] = {
        "I am not sorry",
        "I'm not really sorry",
        "never sorry",
        "I don't feel sorry",
        "I don\xe2\x80\x99t feel sorry",
        "dont feel sorry",
        "NOT sorry",
        "can't say sorry",
        "without any sorry",
        "No sorry",
    };
    static const char *const said[] = {
        "sorry",
        "It is not. Sorry",
        "not you, sorry",
        "I do not know what to say but sorry",
        "nothing: sorry",
        "knot sorry",
        "I doubt it sorry",
    };
    struct empathy *e = model("sorry\t1\treaction");
    (void)state;
    for (size_t i = 0; i < COUNT(denied); i++)
        NOTHING(e, denied[i]);
    for (size_t i = 0; i < COUNT(said); i++)
        FOUND(e, said[i], "sorry");
    FOUND(e, "I'm not sorry. No: I am sorry", "sorry");
    empathy_free(e);
}

/* "Don't worry" denies the worry, and not what comes after it. */
static void what_a_phrase_denies_itself_denies_nothing_more(void **state)
{
    struct empathy *e = model("don't worry\t1\treaction\ni'm here\t1\treaction\nalone\t1\tx");
    (void)state;
    FOUND(e, "dont worry I'm here", "don't worry", "i'm here");
    NOTHING(e, "you don't look alone");
    empathy_free(e);
}

static void a_phrase_may_have_to_begin_a_clause(void **state)
{
    struct empathy *e = model("^sorry\t1\treaction");
    (void)state;
    FOUND(e, "Sorry to hear", "^sorry");
    FOUND(e, "Oh, sorry", "^sorry");
    FOUND(e, "Oh no. \"Sorry\"", "^sorry");
    FOUND(e, "well \xe2\x80\x94 sorry", "^sorry");
    NOTHING(e, "a sorry state");
    FOUND(e, "a sorry state. Sorry", "^sorry");
    empathy_free(e);
}

/* ---- questions ---- */

/* A question mark alone asks nothing, and neither do the words without it. */
static void a_question_needs_its_words_and_its_mark(void **state)
{
    struct empathy *e = model("^what ?\t1\texploration\nhow are you ?\t1\texploration");
    struct met met;
    (void)state;
    FOUND(e, "What happened?", "^what ?");
    FOUND(e, "Hey, what happened?", "^what ?");
    FOUND(e, "So. How  ARE you now? What else?", "how are you ?", "^what ?");
    NOTHING(e, "What happened.");
    NOTHING(e, "?");
    NOTHING(e, "??? ??");
    NOTHING(e, "What?");
    NOTHING(e, "What? What!? \"What?\"");
    NOTHING(e, "what a day. Right then?");
    NOTHING(e, "I know what happened?");
    score(e, "Hi. What happened?", &met);
    assert_int_equal(met.found[0].at, 4);
    assert_int_equal(met.found[0].length, 4);
    empathy_free(e);
}

static void the_longest_phrase_of_a_question_counts(void **state)
{
    struct empathy *e = model("^do you ?\t1\texploration\nyou ?\t0.1\texploration\n"
                              "what's wrong with you ?\t-1\tdistance\n^what's ?\t1\texploration");
    (void)state;
    FOUND(e, "Do you sleep?", "^do you ?");
    FOUND(e, "And you?", "you ?");
    FOUND(e, "What\xe2\x80\x99s wrong?", "^what's ?");
    FOUND(e, "Whats wrong with you?", "what's wrong with you ?");
    empathy_free(e);
}

/* Thinking aloud is no question to the person. */
static void a_question_to_oneself_asks_little(void **state)
{
    struct empathy *e = model("^what ?\t1\texploration\n^how can i help ?\t1\texploration");
    (void)state;
    NOTHING(e, "What am I doing?");
    NOTHING(e, "What does it do for me?");
    FOUND(e, "What can I do for you?", "^what ?");
    FOUND(e, "How can I help?", "^how can i help ?");
    empathy_free(e);
}

/* From far away a question is not looked for: the cost of a mark is bounded. */
static void a_very_long_sentence_is_looked_at_from_its_end(void **state)
{
    struct empathy *e = model("do you ?\t1\texploration");
    char reply[1024];
    (void)state;
    memset(reply, 'a', sizeof reply);
    memcpy(reply, "do you ", 7);
    memcpy(reply + 1000, " go?", 5);
    NOTHING(e, reply);
    memcpy(reply + 900, " do you ", 8);
    FOUND(e, reply, "do you ?");
    empathy_free(e);
}

/* ---- lists ---- */

static void a_list_of_phrases_counts_against_itself(void **state)
{
    struct empathy *e = model("aa\t1\tx\nbb\t1\tx\ncc\t1\tx\ndd\t1\tx\nee\t1\tx\nff\t1\tx\n"
                              "gg\t1\tx\nhh\t1\tx\nii\t-1\ty");
    struct met met;
    (void)state;
    FOUND(e, "aa bb cc dd", "aa", "bb", "cc", "dd");
    FOUND(e, "aa, and bb. cc dd - or so ee ff gg", "aa", "bb", "cc", "dd");
    score(e, "aa bb cc dd ee ff gg hh", &met);
    assert_int_equal(met.n, 5);
    assert_text(met.found[4].name, "hh");
    assert_double(met.found[4].weight, -1);
    /* Sentences between them make a reply of it; what is cold counts wherever it stands. */
    FOUND(e, "aa one two three bb one two three cc one two three dd one two three ee", "aa", "bb",
          "cc", "dd", "ee");
    FOUND(e, "aa bb cc dd ee ii", "aa", "bb", "cc", "dd", "ii");
    empathy_free(e);
}

static void too_many_questions_count_against_themselves(void **state)
{
    struct empathy *e = model("^what ?\t1\tx\n^why ?\t1\tx\n^how ?\t1\tx\n^who ?\t1\tx");
    struct met met;
    (void)state;
    FOUND(e, "What is it? Why is it? How is it? Who is it?", "^what ?", "^why ?", "^how ?");
    NOTHING(e, "Eh? Eh? Eh? Who is it?");
    score(e, "What is it? What is it? What is it? What is it? What is it? What is it? Who is it?",
          &met);
    assert_int_equal(met.n, 2);
    assert_double(met.found[1].weight, -1);
    empathy_free(e);
}

/* ---- the score ---- */

static double as_score(double worth)
{
    return worth / (1 + worth);
}

/* The formula of the header, by which findings account for the score. */
static void the_score_is_what_the_header_says(void **state)
{
    struct empathy *e = model("base\t0.1\tlimit\nx\t3\tlimit\naa\t0.5\tx\nbb\t0.25\tx\n"
                              "cc\t1\ty\ndd\t-0.5\tz\nee\t-0.25\tx");
    struct met met;
    (void)state;
    assert_double(score(e, "nothing of note", &met), as_score(0.1));
    assert_double(score(e, "aa", &met), as_score(0.1 + 3 * (0.5 / 1.5)));
    assert_double(score(e, "bb aa", &met), as_score(0.1 + 3 * (0.75 / 1.75)));
    assert_double(score(e, "aa cc", &met), as_score(0.1 + 3 * (0.5 / 1.5) + 1 * (1.0 / 2)));
    assert_double(score(e, "dd", &met), as_score(0.1 / 1.5));
    assert_double(score(e, "aa, but dd ee", &met), as_score((0.1 + 3 * (0.5 / 1.5)) / 1.75));
    empathy_free(e);
}

static void what_is_empty_earns_nothing(void **state)
{
    struct empathy *e = own_model();
    struct met met;
    (void)state;
    assert_double(score(e, "", &met), 0);
    assert_double(score(e, " \t\r\n", &met), 0);
    assert_true(score(e, "Fine.", &met) < 0.05);
    empathy_free(e);
}

/* One more warm phrase never earns less, one more cold one never more. */
static void the_score_is_monotone_and_below_one(void **state)
{
    struct empathy *e = own_model();
    struct met met;
    static const char *const warmer[] = {
        "It was late.",
        "It was late. That must be so painful.",
        "It was late. That must be so painful. I can hear how much she meant to you all along.",
        "It was late. That must be so painful. I can hear how much she meant to you all along. "
        "Would you like to tell me about her?",
        "It was late. That must be so painful. I can hear how much she meant to you all along. "
        "Would you like to tell me about her? It makes sense to be angry after such a night.",
    };
    double before = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(warmer); i++) {
        double now = score(e, warmer[i], &met);
        if (now <= before || now >= 1)
            fail_msg("\"%s\" earns %g after %g", warmer[i], now, before);
        before = now;
    }
    assert_true(score(e, "That must be so painful. But get over it.", &met) <
                score(e, "That must be so painful.", &met));
    empathy_free(e);
}

/* Cold, mocking, denied and refused: none is near the middle of what supportive replies earn. */
static void what_is_not_empathy_earns_little(void **state)
{
    static const char *const replies[] = {
        "I don't understand you.",
        "I dont understand you at all, grow up",
        "Boo hoo.",
        "Boo hoo, cry me a river.",
        "I'm not sorry for you.",
        "Sorry not sorry.",
        "I couldn't care less.",
        "I'm sorry, but I can't help with that.",
        "I'm sorry but I am unable to assist with this request.",
        "No one cares. Suck it up.",
        "Same here, I've been through this, I feel the same.",
        "I can't imagine why you would whine about that. Just get over it.",
        "What's wrong with you? Who cares?",
        "The capital of France is Paris.",
    };
    struct empathy *e = own_model();
    struct met met;
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++)
        if (score(e, replies[i], &met) > 0.25)
            fail_msg("\"%s\" earns %g", replies[i], score(e, replies[i], &met));
    empathy_free(e);
}

/* People leave apostrophes out, write in full, shout, and break lines; it is the same reply. */
static void one_reply_in_many_spellings_earns_the_same(void **state)
{
    static const char *const spelled[] = {
        "I'm so sorry you're going through this. It's okay to cry. How are you feeling?",
        "I\xe2\x80\x99m so sorry you\xe2\x80\x99re going through this. It\xe2\x80\x99s okay to "
        "cry. "
        "How are you feeling?",
        "im so sorry youre going through this. its ok to cry. how are you feeling?",
        "I AM SO SORRY YOU ARE GOING THROUGH THIS. IT IS OKAY TO CRY. HOW ARE YOU FEELING?",
        "I am so sory you're\ngoing thru this.  It's ok\tto cry.\n\nHow  are you feeling ?",
    };
    struct empathy *e = own_model();
    struct met met;
    (void)state;
    double first = score(e, spelled[0], &met);
    assert_true(first > 0.6);
    for (size_t i = 1; i < COUNT(spelled); i++)
        assert_double(score(e, spelled[i], &met), first);
    empathy_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phrase_counts_once),
        cmocka_unit_test(a_denied_phrase_does_not_count),
        cmocka_unit_test(what_a_phrase_denies_itself_denies_nothing_more),
        cmocka_unit_test(a_phrase_may_have_to_begin_a_clause),
        cmocka_unit_test(a_question_needs_its_words_and_its_mark),
        cmocka_unit_test(the_longest_phrase_of_a_question_counts),
        cmocka_unit_test(a_question_to_oneself_asks_little),
        cmocka_unit_test(a_very_long_sentence_is_looked_at_from_its_end),
        cmocka_unit_test(a_list_of_phrases_counts_against_itself),
        cmocka_unit_test(too_many_questions_count_against_themselves),
        cmocka_unit_test(the_score_is_what_the_header_says),
        cmocka_unit_test(what_is_empty_earns_nothing),
        cmocka_unit_test(the_score_is_monotone_and_below_one),
        cmocka_unit_test(what_is_not_empathy_earns_little),
        cmocka_unit_test(one_reply_in_many_spellings_earns_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
