/*
 * folder.h -- folders made for a test: below one temporary folder, which goes away afterwards.
 */
#ifndef LIGHTNING_TESTS_FOLDER_H
#define LIGHTNING_TESTS_FOLDER_H

#include "check.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace_tree.h"

static char folder_top[4096]; /* absolute, symbolic links resolved */

static inline void must(int result, const char *what)
{
    if (result < 0)
        fail_msg("%s: %s", what, strerror(errno));
}

/* The path of a name below the top; of the last four asked for. */
static inline const char *below(const char *name)
{
    static char paths[4][8192];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder_top, name);
    return path;
}

static inline void make_folder(const char *name)
{
    must(mkdir(below(name), 0755), name);
}

static inline void make_file_of(const char *name, struct bytes content)
{
    FILE *file = fopen(below(name), "wb");
    must(file ? 0 : -1, name);
    assert_int_equal(fwrite(content.at, 1, content.n, file), content.n);
    must(fclose(file), name);
}

static inline void make_file(const char *name)
{
    make_file_of(name, text_of_literal(name));
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int folder_set_up(void **state)
{
    const char *tmp = getenv("TMPDIR");
    char template[2048];
    (void)state;
    snprintf(template, sizeof template, "%s/lightning-test-XXXXXX", tmp ? tmp : "/tmp");
    /* Others may enter: some tests go on as somebody else. */
    return mkdtemp(template) && realpath(template, folder_top) && chmod(folder_top, 0755) == 0 ? 0
                                                                                               : -1;
}

static inline int folder_tear_down(void **state)
{
    (void)state;
    if (seteuid(getuid()) != 0)
        return -1;
    return nftw(folder_top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A test that has such a folder to itself. */
#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)

/* Root may read everything: as somebody else, until become_again(). */
static inline void become_nobody(void)
{
    if (geteuid() == 0)
        must(seteuid(65534), "seteuid");
}

static inline void become_again(void)
{
    must(seteuid(getuid()), "seteuid");
}

static inline struct tree *open_tree(const char *directory, const struct tree_days *days)
{
    struct buffer error = {0};
    struct tree *tree = tree_open(directory, days, &error);
    if (!tree)
        fail_msg("%.*s", (int)error.n, error.at);
    assert_int_equal(error.n, 0);
    return tree;
}

/* All that is met, a line for each: path, day, and why it is no trace. */
static inline struct buffer walk(const char *directory, const struct tree_days *days)
{
    struct tree *tree = open_tree(directory, days);
    struct buffer out = {0};
    int rc;
    while ((rc = tree_next(tree)) == 1) {
        const struct tree_entry *entry = tree_entry(tree);
        assert_int_equal(strlen(entry->path.at), entry->path.n);
        assert_true(entry->path.n >= strlen(entry->name));
        assert_string_equal(entry->name, entry->path.at + entry->path.n - strlen(entry->name));
        buffer_append(&out, entry->path.at, entry->path.n);
        buffer_format(&out, " [%s]", entry->day);
        if (entry->no_trace)
            buffer_format(&out, " %s", entry->no_trace);
        if (entry->failure)
            buffer_format(&out, ": %s", strerror(entry->failure));
        buffer_append_byte(&out, '\n');
    }
    must(rc, "tree_next");
    assert_int_equal(tree_next(tree), 0);
    tree_close(tree);
    return out;
}

#define assert_walk(directory, days, expected)                                                     \
    do {                                                                                           \
        struct buffer met_ = walk(directory, days);                                                \
        assert_text(buffer_bytes(&met_), expected);                                                \
        buffer_free(&met_);                                                                        \
    } while (0)

#endif
