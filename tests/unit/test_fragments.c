/*
 * test_fragments.c -- which parts of many documents a dictionary is made of.
 */
#include "check.h"

#include "fragments.h"

/* Chooses among the n samples, of which each is a text of the array. */
static struct buffer chosen(const char *const *texts, size_t n, size_t capacity)
{
    struct buffer samples = {0};
    struct buffer out = {0};
    size_t sizes[100];
    assert_in_range(n, 0, COUNT(sizes));
    for (size_t i = 0; i < n; i++) {
        sizes[i] = strlen(texts[i]);
        buffer_append(&samples, texts[i], sizes[i]);
    }
    /* A copy of the exact size, so that valgrind sees a read behind it. */
    struct bytes exact = exact_copy(buffer_bytes(&samples));
    assert_int_equal(fragments_choose(exact, sizes, n, capacity, &out), 0);
    assert_in_range(out.n, 0, capacity);
    free((char *)exact.at);
    buffer_free(&samples);
    return out;
}

/* What one document alone says is of no use to the next, and need not be in the dictionary. */
static void what_only_one_sample_has_is_not_taken(void **state)
{
    static const char *const texts[] = {
        "0123456789 the same instructions in each of them",
        "abcdefghij the same instructions in each of them",
        "ABCDEFGHIJ the same instructions in each of them",
    };
    struct buffer out = chosen(texts, COUNT(texts), 1000);
    (void)state;
    assert_text(buffer_bytes(&out), " the same instructions in each of them");
    buffer_free(&out);
}

/* A document that repeats itself is packed well without a dictionary. */
static void what_recurs_in_one_sample_only_is_not_taken(void **state)
{
    static const char *const texts[] = {
        "again and again and again and again and again and again and again",
        "this is another thing altogether, with nothing of the first in it",
    };
    struct buffer out = chosen(texts, COUNT(texts), 1000);
    (void)state;
    assert_int_equal(out.n, 0);
    buffer_free(&out);
}

/* Nearer is cheaper to point at. Between the texts there is more than a fragment holds. */
static void what_most_samples_have_stands_last(void **state)
{
    struct buffer samples = {0};
    struct buffer out = {0};
    size_t sizes[5];
    char filler = 1;
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t before = samples.n;
        buffer_format(&samples, "in all of the five samples");
        for (int k = 0; k < 3000; k++) {
            buffer_append_byte(&samples, filler);
            if (i < 2 && k == 1500)
                buffer_format(&samples, "IN TWO OF THEM ONLY");
        }
        filler++; /* nobody else's */
        sizes[i] = samples.n - before;
    }
    assert_int_equal(fragments_choose(buffer_bytes(&samples), sizes, COUNT(sizes), 100000, &out),
                     0);
    assert_text(buffer_bytes(&out), "IN TWO OF THEM ONLYin all of the five samples");
    buffer_free(&samples);
    buffer_free(&out);
}

static void what_was_taken_once_is_not_taken_again(void **state)
{
    const char *texts[100];
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        texts[i] = "You are a companion in a support chat.";
    struct buffer out = chosen(texts, COUNT(texts), 1000);
    /* The grams that span two samples are counted nowhere, but a fragment may hold them. */
    assert_in_range(out.n, strlen(texts[0]), 2 * strlen(texts[0]));
    buffer_free(&out);
}

/* A dictionary is stored, so two imports of one folder must not differ. */
static void the_same_samples_give_the_same_bytes(void **state)
{
    enum { SIZE = 300000, N = 600 };
    struct buffer samples = {0};
    struct buffer first = {0};
    struct buffer second = {0};
    size_t sizes[N];
    uint64_t seed = 7;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        size_t before = samples.n;
        for (int k = 0; k < 25; k++)
            buffer_format(&samples, "sentence %d of those that recur; ",
                          (int)(random_next(&seed) % 500));
        sizes[i] = samples.n - before;
    }
    assert_int_equal(fragments_choose(buffer_bytes(&samples), sizes, N, 20000, &first), 0);
    assert_int_equal(fragments_choose(buffer_bytes(&samples), sizes, N, 20000, &second), 0);
    /* All 500 sentences fit, of which each is in some thirty samples. */
    assert_in_range(first.n, 5000, 20000);
    assert_bytes(buffer_bytes(&second), buffer_bytes(&first));
    buffer_free(&samples);
    buffer_free(&first);
    buffer_free(&second);
}

static void samples_of_no_use_give_nothing(void **state)
{
    static const char *const texts[] = {"", "short", "", "short", "short", ""};
    (void)state;
    for (size_t n = 0; n <= COUNT(texts); n++) {
        struct buffer out = chosen(texts, n, 1000);
        /* "short" is no gram; two of them side by side are none of one sample. */
        assert_int_equal(out.n, 0);
        buffer_free(&out);
    }
}

static void what_was_in_the_buffer_stays(void **state)
{
    static const size_t sizes[] = {20, 20};
    struct buffer out = {0};
    (void)state;
    buffer_append(&out, "before", 6);
    assert_int_equal(
        fragments_choose(BYTES("abcdefghijklmnopqrstabcdefghijklmnopqrst"), sizes, 2, 100, &out),
        0);
    assert_memory_equal(out.at, "before", 6);
    assert_in_range(out.n, 6 + 20, 6 + 40);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_one_sample_has_is_not_taken),
        cmocka_unit_test(what_recurs_in_one_sample_only_is_not_taken),
        cmocka_unit_test(what_most_samples_have_stands_last),
        cmocka_unit_test(what_was_taken_once_is_not_taken_again),
        cmocka_unit_test(the_same_samples_give_the_same_bytes),
        cmocka_unit_test(samples_of_no_use_give_nothing),
        cmocka_unit_test(what_was_in_the_buffer_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
