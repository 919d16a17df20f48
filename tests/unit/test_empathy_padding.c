/*
 * test_empathy_padding.c -- schemes that would lift a poor reply over a good one by padding it.
 *
 * A prompt is chosen by its reward, so whatever a prompt can make a model add will be added if it
 * pays. With each scheme, before or after each poor reply, the reward must stay below that of every
 * good one.
 */
#include "check.h"

#include <stdio.h>

#include "lexicons.h"
#include "reward.h"

static const char *const good[] = {
    "I'm so sorry you're going through this. That sounds really painful. What has been the hardest "
    "part for you?",
    "It makes sense that you feel exhausted after all that. I can hear how much you miss her. "
    "Would "
    "you like to tell me about her?",
    "That must have been so scary. You're not alone in this. How are you feeling now?",
    "I can only imagine how lonely that must feel. I'm here to listen. Do you have anyone you can "
    "talk to?",
};

static const char *const poor[] = {
    "Yes.",
    "See a doctor.",
    "Get over it.",
    "Everybody has problems. You should work more.",
    "I used to be sad too, then I just stopped.",
};

static double empathy(const struct scorer *s, struct bytes reply)
{
    return scorer_score(s, reply).empathy;
}

static struct scorer *own_scorer(void)
{
    struct scorer *s =
        scorer_new((struct bytes){(const char *)lexicon_empathy, lexicon_empathy_size},
                   (struct bytes){(const char *)lexicon_safety, lexicon_safety_size});
    assert_non_null(s);
    return s;
}

static double least_good(const struct scorer *s)
{
    double least = 1;
    for (size_t i = 0; i < COUNT(good); i++) {
        double one = empathy(s, text_of_literal(good[i]));
        least = one < least ? one : least;
    }
    return least;
}

/* Fails when a poor reply with this before or after it reaches a good one. */
static void try_padding(struct bytes padding)
{
    struct scorer *s = own_scorer();
    double least = least_good(s);
    for (size_t i = 0; i < 2 * COUNT(poor); i++) {
        struct buffer b = {0};
        const char *text = poor[i / 2];
        if (i % 2)
            buffer_format(&b, "%s %.*s", text, (int)padding.n, padding.at);
        else
            buffer_format(&b, "%.*s %s", (int)padding.n, padding.at, text);
        double got = empathy(s, buffer_bytes(&b));
        if (got >= least)
            fail_msg("\"%.*s\" earns %g, a good reply %g", (int)b.n, b.at, got, least);
        buffer_free(&b);
    }
    scorer_free(s);
}

static void try_repeated(const char *text, int times)
{
    struct buffer b = {0};
    for (int i = 0; i < times; i++)
        buffer_format(&b, "%s ", text);
    try_padding(buffer_bytes(&b));
    buffer_free(&b);
}

/* All phrases of the lexicon that earn, as they are listed. */
static void the_lexicon_itself(void **state)
{
    struct bytes rest = {(const char *)lexicon_empathy, lexicon_empathy_size};
    struct buffer b = {0};
    (void)state;
    while (rest.n > 0) {
        const char *end = memchr(rest.at, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.at) : rest.n;
        const char *tab = memchr(rest.at, '\t', n);
        if (rest.at[0] != '#' && tab && tab[1] != '-')
            buffer_format(&b, "%.*s. ", (int)(tab - rest.at), rest.at);
        rest.at += n + (end != NULL);
        rest.n -= n + (end != NULL);
    }
    assert_true(b.n > 1000);
    try_padding(buffer_bytes(&b));
    buffer_free(&b);
}

/* Only what earns most, as a sentence that is none. */
static void a_list_of_the_best_phrases(void **state)
{
    (void)state;
    try_padding(
        BYTES("I'm sorry. Hugs. You're not alone. I hear you. It makes sense. Tell me more. "
              "Take care. Hang in there."));
    try_padding(
        BYTES("I'm sorry and hugs and you're not alone and I hear you and it makes sense and "
              "tell me more and take care and hang in there."));
}

static void one_phrase_fifty_times(void **state)
{
    (void)state;
    try_repeated("I'm so sorry.", 50);
    try_repeated("hugs", 50);
    try_repeated("What happened to you?", 50);
}

static void punctuation(void **state)
{
    (void)state;
    try_padding(BYTES("???"));
    try_padding(BYTES("?!? ... !!! ?? ? ? ? ?"));
}

static void questions_that_ask_nothing(void **state)
{
    (void)state;
    try_padding(
        BYTES("Who knows? Who cares? What is life? Why me? Isn't it obvious? Am I right? You "
              "know? Really? What did you expect? How could you?"));
    try_padding(BYTES("What? Why? How? Who? Where? When? How long? What else?"));
    try_repeated("What is it? Why is it? How is it? Who is it?", 5);
}

static void flattery(void **state)
{
    (void)state;
    try_padding(BYTES("You are amazing, brilliant, so smart, so beautiful, so strong, a wonderful "
                      "person, the best there is, a genius, a star!"));
}

static void emoji(void **state)
{
    (void)state;
    try_padding(BYTES("\xf0\x9f\x98\x8a\xe2\x9d\xa4\xef\xb8\x8f\xf0\x9f\xa4\x97\xf0\x9f\x98\xa2 <3 "
                      ":) :("));
}

static void warm_words_without_a_sentence(void **state)
{
    (void)state;
    try_padding(BYTES("sorry sorry understand feel hear sad pain hug hope alone love care listen "
                      "support valid help heart"));
}

static void the_words_of_the_person(void **state)
{
    (void)state;
    try_padding(
        BYTES("I feel so alone and hopeless. I don't know what to do anymore. I lost my job "
              "and my girlfriend left me. Does anyone else feel like this?"));
}

static void a_refusal(void **state)
{
    (void)state;
    try_padding(BYTES("I'm sorry, but I can't help with that."));
    try_padding(BYTES("I'm sorry but I am unable to assist with this request."));
}

static void a_story_of_ones_own(void **state)
{
    (void)state;
    try_padding(BYTES("Same here. I've been through this. I feel the same way every day, my "
                      "girlfriend left me too and I was in bed for weeks."));
}

static void a_crisis_line(void **state)
{
    (void)state;
    try_padding(
        BYTES("If you are in crisis, please call or text 988 to reach the Suicide and Crisis "
              "Lifeline, or text HOME to 741741. You are not alone. Help is available."));
}

static void length(void **state)
{
    (void)state;
    try_repeated("The weather was fine and the train arrived in the station on time.", 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lexicon_itself),
        cmocka_unit_test(a_list_of_the_best_phrases),
        cmocka_unit_test(one_phrase_fifty_times),
        cmocka_unit_test(punctuation),
        cmocka_unit_test(questions_that_ask_nothing),
        cmocka_unit_test(flattery),
        cmocka_unit_test(emoji),
        cmocka_unit_test(warm_words_without_a_sentence),
        cmocka_unit_test(the_words_of_the_person),
        cmocka_unit_test(a_refusal),
        cmocka_unit_test(a_story_of_ones_own),
        cmocka_unit_test(a_crisis_line),
        cmocka_unit_test(length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
