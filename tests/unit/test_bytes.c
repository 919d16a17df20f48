/*
 * test_bytes.c -- slices and the growing buffer.
 */
#include "check.h"

#include <stdio.h>

/* ---- slices ---- */

/* A value that is absent is not the empty text, but two slices compare by what is in them. */
static void slices_are_equal_by_their_bytes(void **state)
{
    (void)state;
    assert_true(bytes_equal(BYTES("a\0b"), BYTES("a\0b")));
    assert_false(bytes_equal(BYTES("a\0b"), BYTES("a\0c")));
    assert_false(bytes_equal(BYTES("ab"), BYTES("abc")));
    assert_true(bytes_equal(BYTES(""), (struct bytes){NULL, 0}));
}

/* Error messages are searched with it, and their words stand at the very ends too. */
static void a_word_is_found_at_both_ends_whatever_its_case(void **state)
{
    (void)state;
    assert_true(bytes_contain_nocase(BYTES("Rate limit hit"), BYTES("rATE")));
    assert_true(bytes_contain_nocase(BYTES("hit the RATE LIMIT"), BYTES("rate limit")));
    assert_true(bytes_contain_nocase(BYTES("aab"), BYTES("ab")));
    assert_true(bytes_contain_nocase(BYTES("x"), BYTES("X")));
    assert_true(bytes_contain_nocase(BYTES("AZaz"), BYTES("azAZ")));
    assert_false(bytes_contain_nocase(BYTES("rate limi"), BYTES("rate limit")));
    assert_false(bytes_contain_nocase(BYTES(""), BYTES("x")));
    assert_true(bytes_contain_nocase(BYTES("x"), BYTES("")));
}

/* '@' and '[' stand next to the capitals, '`' and '{' next to the small letters, 32 apart. */
static void only_letters_have_a_case(void **state)
{
    (void)state;
    assert_false(bytes_contain_nocase(BYTES("@"), BYTES("`")));
    assert_false(bytes_contain_nocase(BYTES("["), BYTES("{")));
    assert_false(bytes_contain_nocase(BYTES("\xc3\x89"), BYTES("\xc3\xa9")));
}

/* ---- buffers ---- */

static void an_empty_buffer_has_bytes_that_can_be_read(void **state)
{
    struct buffer b = {0};
    (void)state;
    assert_text(buffer_bytes(&b), "");
    buffer_append(&b, NULL, 0);
    assert_int_equal(b.cap, 0);
    buffer_free(&b);
}

/* One byte at a time passes every size at which it grows. */
static void what_was_appended_stays_as_the_buffer_grows(void **state)
{
    struct buffer b = {0};
    (void)state;
    for (size_t i = 0; i < 10000; i++)
        buffer_append_byte(&b, (char)(i % 251));
    assert_int_equal(b.n, 10000);
    assert_true(b.cap >= b.n);
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal((unsigned char)b.at[i], i % 251);
    assert_false(b.failed);
    buffer_free(&b);
    assert_null(b.at);
    assert_int_equal(b.cap, 0);
}

/* Callers write into what they reserved; one byte short would be somebody else's memory. */
static void reserved_room_is_all_there(void **state)
{
    (void)state;
    for (size_t before = 0; before <= 130; before++) {
        for (size_t more = 0; more <= 130; more++) {
            struct buffer b = {0};
            for (size_t i = 0; i < before; i++)
                buffer_append_byte(&b, 'x');
            assert_int_equal(buffer_reserve(&b, more), 0);
            assert_true(b.cap - b.n >= more);
            if (more > 0)
                memset(b.at + b.n, 'y', more);
            buffer_free(&b);
        }
    }
}

static void formatted_text_is_appended_without_its_nul(void **state)
{
    struct buffer b = {0};
    char expected[300];
    (void)state;
    /* 62, 63, 64: the text alone fits the first 64 bytes, with its NUL it does not. */
    for (int width = 0; width < 200; width++) {
        int n = snprintf(expected, sizeof expected, "<%0*d>", width, 7);
        buffer_clear(&b);
        buffer_append_byte(&b, '=');
        buffer_format(&b, "<%0*d>", width, 7);
        assert_int_equal(b.n, n + 1);
        assert_bytes(((struct bytes){b.at + 1, b.n - 1}), text_of_literal(expected));
        buffer_free(&b);
    }
}

/* ASan would rather stop than let realloc say no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* A caller that checks once, at the end, must learn of the failure in the middle. No machine has the
 * first size; the second does not even fit when doubled. */
static void a_failure_stays_and_keeps_what_was_there(void **state)
{
    static const size_t sizes[] = {SIZE_MAX / 8, SIZE_MAX};
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct buffer b = {0};
        buffer_append(&b, "kept", 4);
        assert_int_equal(buffer_reserve(&b, sizes[i]), -1);
        assert_true(b.failed);
        buffer_append(&b, "lost", 4);
        buffer_append_byte(&b, '!');
        buffer_format(&b, "%d", 1);
        assert_int_equal(buffer_reserve(&b, 0), -1);
        assert_true(b.failed);
        assert_text(buffer_bytes(&b), "kept");
        buffer_free(&b);
    }
}

/* The next document gets the same memory and a clean slate. */
static void clearing_forgets_the_failure_and_keeps_the_memory(void **state)
{
    struct buffer b = {0};
    (void)state;
    buffer_append(&b, "first", 5);
    buffer_reserve(&b, SIZE_MAX);
    char *at = b.at;
    buffer_clear(&b);
    assert_false(b.failed);
    buffer_append(&b, "second", 6);
    assert_ptr_equal(b.at, at);
    assert_text(buffer_bytes(&b), "second");
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_equal_by_their_bytes),
        cmocka_unit_test(a_word_is_found_at_both_ends_whatever_its_case),
        cmocka_unit_test(only_letters_have_a_case),
        cmocka_unit_test(an_empty_buffer_has_bytes_that_can_be_read),
        cmocka_unit_test(what_was_appended_stays_as_the_buffer_grows),
        cmocka_unit_test(reserved_room_is_all_there),
        cmocka_unit_test(formatted_text_is_appended_without_its_nul),
        cmocka_unit_test(a_failure_stays_and_keeps_what_was_there),
        cmocka_unit_test(clearing_forgets_the_failure_and_keeps_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
