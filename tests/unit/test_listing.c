/*
 * test_listing.c -- the names of a folder: all of them, in the order of their bytes.
 */
#include "folder.h"

#include <fcntl.h>
#include <stdlib.h>

#include "listing.h"

/* Reads the top folder; returns how many names there are, having checked their order. */
static size_t check_order(struct listing *listing)
{
    int folder = open(folder_top, O_RDONLY | O_DIRECTORY);
    must(folder, folder_top);
    assert_int_equal(listing_read(listing, folder), 0);
    close(folder);
    const char *before = NULL;
    const char *name;
    unsigned char type;
    size_t n = 0;
    for (; (name = listing_next(listing, &type)); n++) {
        if (before && strcmp(before, name) >= 0)
            fail_msg("\"%s\" comes before \"%s\"", before, name);
        before = name;
    }
    return n;
}

/* Eight bytes are compared at once: names that end within them, at their end, one behind it. */
static void a_name_comes_before_those_that_it_begins(void **state)
{
    struct listing listing = {0};
    char name[40];
    (void)state;
    memset(name, 'a', sizeof name);
    for (size_t n = 1; n < sizeof name; n++) {
        name[n] = '\0';
        make_file(name);
        name[n] = 'a';
    }
    assert_int_equal(check_order(&listing), sizeof name - 1);
    listing_free(&listing);
}

/* Bytes above 127 come last: they are not negative. */
static void the_order_is_that_of_bytes_without_sign(void **state)
{
    struct listing listing = {0};
    (void)state;
    make_file("trace_\x01.json");
    make_file("trace_\x7f.json");
    make_file("trace_\xc3\xa9.json");
    make_file("trace_\xff.json");
    make_file("trace_.json");
    assert_int_equal(check_order(&listing), 5);
    listing_free(&listing);
}

/* Names of few letters have much in common, as those of traces have. */
static void many_names_are_in_order(void **state)
{
    struct listing listing = {0};
    (void)state;
    srand(1);
    size_t made = 0;
    for (int i = 0; i < 3000; i++) {
        char name[32];
        size_t n = 1 + (size_t)rand() % 24;
        for (size_t k = 0; k < n; k++)
            name[k] = "abz\xe9"[(unsigned)rand() % (k < 10 ? 2 : 4)];
        name[n] = '\0';
        if (access(below(name), F_OK) != 0) {
            make_file(name);
            made++;
        }
    }
    assert_int_equal(check_order(&listing), made);
    assert_int_equal(check_order(&listing), made); /* in the memory of the first time */
    listing_free(&listing);
}

static void an_empty_folder_has_no_names(void **state)
{
    struct listing listing = {0};
    (void)state;
    assert_int_equal(check_order(&listing), 0);
    listing_free(&listing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_name_comes_before_those_that_it_begins),
        in_folder(the_order_is_that_of_bytes_without_sign),
        in_folder(many_names_are_in_order),
        in_folder(an_empty_folder_has_no_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
