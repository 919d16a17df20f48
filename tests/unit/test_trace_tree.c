/*
 * test_trace_tree.c -- walking a folder of traces: the order, the days, the roots. What is hostile
 * in it has tests of its own.
 */
#include "folder.h"

#include <fcntl.h>

/* ---- days ---- */

static void a_day_is_one_of_the_calendar(void **state)
{
    static const struct {
        const char *name;
        const char *day; /* NULL: no day */
    } cases[] = {
        {"20241201", "2024-12-01"}, {"20240229", "2024-02-29"},
        {"20000229", "2000-02-29"}, {"00010101", "0001-01-01"},
        {"99991231", "9999-12-31"}, {"20240430", "2024-04-30"},
        {"20240131", "2024-01-31"}, {"20241301", NULL},
        {"20240001", NULL},         {"20240100", NULL},
        {"20240132", NULL},         {"20230229", NULL},
        {"19000229", NULL},         {"20240230", NULL},
        {"20240431", NULL},         {"20240631", NULL},
        {"20240931", NULL},         {"20241131", NULL},
        {"00000101", NULL},         {"2024120", NULL},
        {"202412011", NULL},        {"2024-12-01", NULL},
        {"2024120a", NULL},         {" 0241201", NULL},
        {"+0241201", NULL},         {"2024/201", NULL},
        {"2024:201", NULL},         {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char day[11] = "untouched";
        bool is_day = tree_parse_day(cases[i].name, day);
        if (is_day != (cases[i].day != NULL))
            fail_msg("\"%s\" is %sa day", cases[i].name, is_day ? "" : "no ");
        assert_string_equal(day, is_day ? cases[i].day : "untouched");
    }
}

/* ---- walking ---- */

static void make_days(void)
{
    make_folder("20241201");
    make_folder("20241202");
    make_folder("20241203");
    make_file("20241202/b.json");
    make_file("20241202/a.json");
    make_file("20241201/z.json");
    make_file("20241203/c.json");
}

static void every_entry_is_met_once_in_the_order_of_the_bytes(void **state)
{
    (void)state;
    make_days();
    make_file("20241202/B.json");
    make_file("20241202/a.json.json");
    make_file("20241202/\xc3\xa9.json");
    make_file("20241202/a-1.json");
    assert_walk(folder_top, NULL,
                "20241201/z.json [2024-12-01]\n"
                "20241202/B.json [2024-12-02]\n"
                "20241202/a-1.json [2024-12-02]\n"
                "20241202/a.json [2024-12-02]\n"
                "20241202/a.json.json [2024-12-02]\n"
                "20241202/b.json [2024-12-02]\n"
                "20241202/\xc3\xa9.json [2024-12-02]\n"
                "20241203/c.json [2024-12-03]\n");
}

/* Nothing is silently passed over: what cannot be a trace says why. */
static void what_is_no_candidate_says_why(void **state)
{
    (void)state;
    make_days();
    make_file("notes.json");
    make_file("20241204");
    make_folder("20241301");
    make_file("20241301/x.json");
    make_folder("archive");
    make_folder("20241201/x.json");
    make_file("20241201/x.json/inner.json");
    make_file("20241201/y.json.tmp");
    make_file("20241201/.json");
    make_file("20241201/y.JSON");
    make_file("20241201/y.json~");
    make_file("20241201/.y.json.swp");
    make_file("20241201/json");
    assert_walk(folder_top, NULL,
                "20241201/.json [2024-12-01] its name does not end in .json\n"
                "20241201/.y.json.swp [2024-12-01] its name does not end in .json\n"
                "20241201/json [2024-12-01] its name does not end in .json\n"
                "20241201/x.json [2024-12-01] a folder\n"
                "20241201/y.JSON [2024-12-01] its name does not end in .json\n"
                "20241201/y.json.tmp [2024-12-01] its name does not end in .json\n"
                "20241201/y.json~ [2024-12-01] its name does not end in .json\n"
                "20241201/z.json [2024-12-01]\n"
                "20241202/a.json [2024-12-02]\n"
                "20241202/b.json [2024-12-02]\n"
                "20241203/c.json [2024-12-03]\n"
                "20241204 [] not in a day's folder (YYYYMMDD)\n"
                "20241301 [] a folder whose name is no day (YYYYMMDD)\n"
                "archive [] a folder whose name is no day (YYYYMMDD)\n"
                "notes.json [] not in a day's folder (YYYYMMDD)\n");
}

static void empty_folders_hold_nothing(void **state)
{
    (void)state;
    assert_walk(folder_top, NULL, "");
    make_folder("20241201");
    assert_walk(folder_top, NULL, "");
}

/* The listing is kept in one buffer, which moves as it grows. */
static void many_names_are_all_met_in_order(void **state)
{
    struct tree *tree;
    char name[64];
    int met = 0;
    (void)state;
    make_folder("20241201");
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof name, "20241201/%05d_with_a_longer_name.json", i * 7 % 1500);
        make_file_of(name, BYTES(""));
    }
    tree = open_tree(folder_top, NULL);
    for (; tree_next(tree) == 1; met++) {
        snprintf(name, sizeof name, "20241201/%05d_with_a_longer_name.json", met);
        assert_text(tree_entry(tree)->path, name);
    }
    assert_int_equal(met, 1500);
    tree_close(tree);
}

/* ---- bounds ---- */

/* What WHERE day >= '2024-12-02' and the like become; what is in no day's folder has no day. */
static void bounds_leave_out_other_days_and_what_has_no_day(void **state)
{
    static const struct {
        struct tree_days days;
        const char *met;
    } cases[] = {
        {{NULL, NULL, false, false}, "z a b c 20241399 other "},
        {{"2024-12-02", NULL, false, false}, "a b c "},
        {{"2024-12-02", NULL, true, false}, "c "},
        {{NULL, "2024-12-02", false, false}, "z a b "},
        {{NULL, "2024-12-02", false, true}, "z "},
        {{"2024-12-02", "2024-12-02", false, false}, "a b "},
        {{"2024-12-02", "2024-12-02", true, false}, ""},
        {{"2024-12-02", "2024-12-02", false, true}, ""},
        {{"2024-12-01", "2024-12-03", true, true}, "a b "},
        {{"2024-12-03", "2024-12-01", false, false}, ""},
        {{"2024-12-04", NULL, false, false}, ""},
        {{NULL, "2024-11-30", false, false}, ""},
        {{"0000-00-00", "9999-99-99", false, false}, "z a b c "},
        /* Compared as text, as SQLite compares the column. */
        {{"2024-12-02x", NULL, false, false}, "c "},
        {{"2024", "2024-12-02 ", false, false}, "z a b "},
        {{"", "", false, false}, ""},
        /* What is no day has no use for "the first itself is left out" without a first. */
        {{NULL, "2024-12-01", true, false}, "z "},
        {{"2024-12-03", NULL, false, true}, "c "},
    };
    (void)state;
    make_days();
    make_file("other");
    make_folder("20241399");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tree *tree = open_tree(folder_top, &cases[i].days);
        struct buffer met = {0};
        while (tree_next(tree) == 1)
            buffer_format(&met, "%.*s ", (int)strcspn(tree_entry(tree)->name, "."),
                          tree_entry(tree)->name);
        if (!bytes_equal(buffer_bytes(&met), text_of_literal(cases[i].met)))
            fail_msg("case %zu: met %.*s", i, (int)met.n, met.at);
        tree_close(tree);
        buffer_free(&met);
    }
}

/* The bounds are copied: they may be gone when the first entry is asked for. */
static void bounds_may_be_released_at_once(void **state)
{
    char first[] = "2024-12-02";
    char last[] = "2024-12-02";
    struct tree_days days = {first, last, false, false};
    struct tree *tree;
    (void)state;
    make_days();
    tree = open_tree(folder_top, &days);
    memset(first, '9', 4);
    memset(last, '0', 4);
    days = (struct tree_days){NULL, NULL, true, true};
    assert_int_equal(tree_next(tree), 1);
    assert_text(tree_entry(tree)->path, "20241202/a.json");
    assert_int_equal(tree_next(tree), 1);
    assert_int_equal(tree_next(tree), 0);
    tree_close(tree);
}

/* A constraint on the day opens that day's folder only: another may be unreadable or gone. */
static void days_left_out_are_not_opened(void **state)
{
    static const struct tree_days days = {"2024-12-02", "2024-12-02", false, false};
    (void)state;
    make_days();
    must(chmod(below("20241201"), 0), "chmod");
    become_nobody();
    struct buffer met = walk(folder_top, &days);
    become_again();
    must(chmod(below("20241201"), 0755), "chmod");
    assert_text(buffer_bytes(&met), "20241202/a.json [2024-12-02]\n20241202/b.json [2024-12-02]\n");
    buffer_free(&met);
}

/* ---- roots ---- */

static const char second_day[] = "20241202/a.json [2024-12-02]\n20241202/b.json [2024-12-02]\n";

/* `lightning import traces/20241202`: the same paths as of the whole folder, so the same files. */
static void a_single_days_folder_is_walked_alone(void **state)
{
    static const struct tree_days other = {"2024-12-03", NULL, false, false};
    struct tree *tree;
    (void)state;
    make_days();
    make_file("other");
    assert_walk(below("20241202"), NULL, second_day);
    assert_walk(below("20241202/"), NULL, second_day);
    assert_walk(below("20241201/../20241202/."), NULL, second_day);
    assert_walk(below("20241202"), &other, "");
    tree = open_tree(below("20241202"), NULL);
    assert_string_equal(tree_root(tree), folder_top);
    tree_close(tree);
}

static void a_symbolic_link_to_the_folder_is_followed(void **state)
{
    struct tree *tree;
    (void)state;
    make_days();
    must(symlink(folder_top, below("self")), "symlink");
    must(symlink("20241202", below("latest")), "symlink");
    assert_walk(below("latest"), NULL, second_day);
    tree = open_tree(below("self"), NULL);
    assert_string_equal(tree_root(tree), folder_top);
    tree_close(tree);
}

static void a_relative_path_has_an_absolute_root(void **state)
{
    int here = open(".", O_RDONLY | O_DIRECTORY);
    struct tree *tree;
    (void)state;
    make_days();
    must(chdir(folder_top), "chdir");
    assert_walk("20241202", NULL, second_day);
    tree = open_tree(".", NULL);
    must(fchdir(here), "fchdir");
    /* The root is open: where the process goes afterwards does not matter. */
    assert_string_equal(tree_root(tree), folder_top);
    assert_int_equal(tree_next(tree), 1);
    assert_text(tree_entry(tree)->path, "20241201/z.json");
    tree_close(tree);
    close(here);
}

static void assert_cannot_open(const char *directory, const char *why)
{
    struct buffer error = {0};
    struct buffer expected = {0};
    assert_null(tree_open(directory, NULL, &error));
    buffer_format(&expected, "cannot open the folder '%s': %s", directory, why);
    assert_bytes(buffer_bytes(&error), buffer_bytes(&expected));
    buffer_free(&error);
    buffer_free(&expected);
}

static void a_folder_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    make_file("file.json");
    make_file("20241201");
    assert_cannot_open(below("missing"), "No such file or directory");
    assert_cannot_open(below("20240101"), "No such file or directory");
    assert_cannot_open(below("file.json"), "Not a directory");
    assert_cannot_open(below("20241201"), "Not a directory");
    assert_cannot_open("", "No such file or directory");
    make_folder("closed");
    must(chmod(below("closed"), 0), "chmod");
    become_nobody();
    assert_cannot_open(below("closed"), "Permission denied");
    become_again();
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    tree_close(NULL);
    tree_folder_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_one_of_the_calendar),
        in_folder(every_entry_is_met_once_in_the_order_of_the_bytes),
        in_folder(what_is_no_candidate_says_why),
        in_folder(empty_folders_hold_nothing),
        in_folder(many_names_are_all_met_in_order),
        in_folder(bounds_leave_out_other_days_and_what_has_no_day),
        in_folder(bounds_may_be_released_at_once),
        in_folder(days_left_out_are_not_opened),
        in_folder(a_single_days_folder_is_walked_alone),
        in_folder(a_symbolic_link_to_the_folder_is_followed),
        in_folder(a_relative_path_has_an_absolute_root),
        in_folder(a_folder_that_cannot_be_opened_is_named),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
