/*
 * test_trace_tree_odd.c -- what lies in folders beside files, and what happens to them while they are
 * read. Nothing of it may stop the rest.
 */
#include "folder.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>

/* The tree, standing on its first entry. */
static struct tree *first_entry(void)
{
    struct tree *tree = open_tree(folder_top, NULL);
    assert_int_equal(tree_next(tree), 1);
    return tree;
}

/* ---- names and kinds ---- */

/* A path is bytes: there is no name that Linux allows and the ledger cannot hold. */
static void a_name_is_any_bytes(void **state)
{
    char longest[300] = "20241201/";
    struct tree *tree;
    struct buffer document = {0};
    int met = 0;
    (void)state;
    make_folder("20241201");
    make_file("20241201/\n.json");
    make_file("20241201/\x01\x7f.json");
    make_file("20241201/ .json");
    make_file("20241201/\"'\\.json");
    make_file("20241201/\xff\xfe.json");
    make_file("20241201/caf\xe9.json");
    memset(longest + 9, 'n', 250);
    strcpy(longest + 9 + 250, ".json");
    make_file(longest);
    tree = open_tree(folder_top, NULL);
    for (; tree_next(tree) == 1; met++) {
        /* Each file holds its own name. */
        buffer_clear(&document);
        assert_int_equal(tree_read(tree_entry(tree), NULL, &document), 0);
        assert_bytes(buffer_bytes(&document), tree_entry(tree)->path);
        assert_null(tree_entry(tree)->no_trace);
    }
    assert_int_equal(met, 7);
    tree_close(tree);
    buffer_free(&document);
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int here = open(".", O_RDONLY | O_DIRECTORY);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    /* The path of a socket is short. */
    must(chdir(folder_top), "chdir");
    strcpy(address.sun_path, name);
    must(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
    must(fchdir(here), "fchdir");
    close(fd);
    close(here);
}

/* Whatever ends in .json; none of it is opened, and a link is not followed. */
static void only_a_regular_file_is_a_candidate(void **state)
{
    (void)state;
    make_folder("20241201");
    make_file("20241201/a.json");
    make_folder("20241201/b.json");
    must(mkfifo(below("20241201/c.json"), 0644), "mkfifo");
    make_socket("20241201/d.json");
    must(symlink("a.json", below("20241201/e.json")), "symlink");
    must(symlink("missing", below("20241201/f.json")), "symlink");
    must(symlink("20241201", below("20241202")), "symlink");
    must(mkfifo(below("20241203"), 0644), "mkfifo");
    make_socket("20241204");
    must(symlink("/dev/null", below("x.json")), "symlink");
    assert_walk(folder_top, NULL,
                "20241201/a.json [2024-12-01]\n"
                "20241201/b.json [2024-12-01] a folder\n"
                "20241201/c.json [2024-12-01] a FIFO\n"
                "20241201/d.json [2024-12-01] a socket\n"
                "20241201/e.json [2024-12-01] a symbolic link, which is not followed\n"
                "20241201/f.json [2024-12-01] a symbolic link, which is not followed\n"
                "20241202 [] a symbolic link, which is not followed\n"
                "20241203 [] a FIFO\n"
                "20241204 [] a socket\n"
                "x.json [] a symbolic link, which is not followed\n");
}

static void a_device_is_no_candidate(void **state)
{
    (void)state;
    make_folder("20241201");
    if (mknod(below("20241201/a.json"), S_IFCHR | 0644, makedev(1, 5)) != 0 ||
        mknod(below("20241201/b.json"), S_IFBLK | 0644, makedev(7, 0)) != 0) {
        print_message("only root may make a device\n");
        skip();
    }
    assert_walk(folder_top, NULL,
                "20241201/a.json [2024-12-01] a device\n20241201/b.json [2024-12-01] a device\n");
}

/* ---- reading ---- */

/* The sizes at which the reading goes on with another call, or the buffer grows. */
static void a_file_of_any_size_is_read_whole(void **state)
{
    static const size_t sizes[] = {
        0,      1,      63,     64,     65,     16383,  16384,          16385,
        32767,  32768,  32769,  65535,  65536,  65537,  100000,         131072,
        131073, 200000, 262144, 300000, 524288, 524289, (size_t)9 << 20};
    struct buffer content = {0};
    struct buffer document = {0};
    uint64_t seed = 3;
    (void)state;
    make_folder("20241201");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        while (content.n < sizes[i])
            buffer_append_byte(&content, (char)random_next(&seed));
        make_file_of("20241201/a.json", buffer_bytes(&content));
        struct tree *tree = first_entry();
        struct tree_facts facts = {-1, -1};
        buffer_clear(&document);
        buffer_append(&document, "before", 6);
        assert_int_equal(tree_read(tree_entry(tree), &facts, &document), 0);
        assert_int_equal(facts.size, sizes[i]);
        assert_memory_equal(document.at, "before", 6);
        assert_bytes(((struct bytes){document.at + 6, document.n - 6}), buffer_bytes(&content));
        tree_close(tree);
    }
    buffer_free(&content);
    buffer_free(&document);
}

/* The ledger knows a file again by these two. */
static void the_facts_are_size_and_time_in_nanoseconds(void **state)
{
    const struct timespec times[] = {{1733040000, 0}, {1733040123, 987654321}};
    struct tree_facts facts = {0, 0};
    struct tree_facts read_facts = {0, 0};
    struct buffer document = {0};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_file_of("20241201/a.json", BYTES("12345"));
    must(utimensat(AT_FDCWD, below("20241201/a.json"), times, 0), "utimensat");
    tree = first_entry();
    assert_int_equal(tree_stat(tree_entry(tree), &facts), 0);
    assert_int_equal(facts.size, 5);
    assert_int_equal(facts.mtime, INT64_C(1733040123987654321));
    assert_int_equal(tree_read(tree_entry(tree), &read_facts, &document), 0);
    assert_int_equal(read_facts.size, 5);
    assert_int_equal(read_facts.mtime, facts.mtime);
    tree_close(tree);
    buffer_free(&document);
}

/* Of a link these are the link's own: it is not followed, not even to look. */
static void the_facts_of_a_link_are_its_own(void **state)
{
    struct tree_facts facts = {0, 0};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    must(symlink("/etc/passwd", below("20241201/a.json")), "symlink");
    tree = first_entry();
    assert_int_equal(tree_stat(tree_entry(tree), &facts), 0);
    assert_int_equal(facts.size, strlen("/etc/passwd"));
    tree_close(tree);
}

/* Sparse: it takes no room on the disk, and is not read to its end to be refused. */
static void a_file_beyond_the_cap_is_not_read(void **state)
{
    struct buffer document = {0};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_file_of("20241201/a.json", BYTES("{"));
    must(truncate(below("20241201/a.json"), (off_t)10 << 30), "truncate");
    tree = first_entry();
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), EFBIG);
    assert_in_range(document.cap, 0, 1 << 20);
    buffer_clear(&document);
    must(truncate(below("20241201/a.json"), (off_t)TREE_LARGEST_FILE + 1), "truncate");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), EFBIG);
    buffer_clear(&document);
    must(truncate(below("20241201/a.json"), (off_t)TREE_LARGEST_FILE), "truncate");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), 0);
    assert_int_equal(document.n, TREE_LARGEST_FILE);
    tree_close(tree);
    buffer_free(&document);
}

static void a_file_without_permission_is_an_error_of_its_own(void **state)
{
    struct buffer document = {0};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_file("20241201/a.json");
    make_file("20241201/b.json");
    must(chmod(below("20241201/a.json"), 0), "chmod");
    become_nobody();
    tree = first_entry();
    int error = tree_read(tree_entry(tree), NULL, &document);
    int more = tree_next(tree);
    int fine = tree_read(tree_entry(tree), NULL, &document);
    become_again();
    assert_int_equal(error, EACCES);
    assert_int_equal(more, 1);
    assert_int_equal(fine, 0);
    assert_text(buffer_bytes(&document), "20241201/b.json");
    tree_close(tree);
    buffer_free(&document);
}

/* ---- while it is walked ---- */

/* Between the listing and the reading everything may happen to a file; none of it may block. */
static void a_file_that_became_something_else_is_not_read_as_a_file(void **state)
{
    struct buffer document = {0};
    struct tree_facts facts;
    struct tree *tree;
    const char *path;
    (void)state;
    make_folder("20241201");
    make_file("20241201/a.json");
    make_file("20241201/b.json");
    tree = first_entry();
    path = below("20241201/a.json");
    must(unlink(path), "unlink");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), ENOENT);
    assert_int_equal(tree_stat(tree_entry(tree), &facts), ENOENT);
    must(symlink("b.json", path), "symlink");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), ELOOP);
    must(unlink(path), "unlink");
    make_folder("20241201/a.json");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), EISDIR);
    must(rmdir(below("20241201/a.json")), "rmdir");
    make_socket("20241201/a.json");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), ENXIO);
    must(unlink(below("20241201/a.json")), "unlink");
    must(mkfifo(below("20241201/a.json"), 0644), "mkfifo");
    alarm(20); /* should it wait for a writer after all */
    tree_read(tree_entry(tree), NULL, &document);
    alarm(0);
    assert_int_equal(document.n, 0);
    tree_close(tree);
    buffer_free(&document);
}

/* It has no size to tell and no end: the reading itself stops. */
static void what_has_no_end_is_read_to_the_cap(void **state)
{
    struct buffer document = {0};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_file("20241201/a.json");
    tree = first_entry();
    must(unlink(below("20241201/a.json")), "unlink");
    if (mknod(below("20241201/a.json"), S_IFCHR | 0644, makedev(1, 5)) != 0) {
        tree_close(tree);
        print_message("only root may make a device\n");
        skip();
    }
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), EFBIG);
    assert_in_range(document.n, TREE_LARGEST_FILE + 1, 2 * TREE_LARGEST_FILE);
    tree_close(tree);
    buffer_free(&document);
}

/* The folder is open: that it was moved away does not matter to what is in it. */
static void a_folder_that_is_moved_away_is_walked_to_its_end(void **state)
{
    struct buffer document = {0};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_file("20241201/a.json");
    make_file("20241201/b.json");
    tree = first_entry();
    must(rename(below("20241201"), below("moved")), "rename");
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), 0);
    assert_int_equal(tree_next(tree), 1);
    buffer_clear(&document);
    assert_int_equal(tree_read(tree_entry(tree), NULL, &document), 0);
    assert_text(buffer_bytes(&document), "20241201/b.json");
    assert_int_equal(tree_next(tree), 0);
    tree_close(tree);
    buffer_free(&document);
}

/* One day's folder that cannot be opened is met as an entry, and the other days are walked. */
static void a_days_folder_that_cannot_be_opened_is_an_entry(void **state)
{
    static const int errors[] = {ENOENT, EACCES, ENOTDIR};
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_folder("20241202");
    make_folder("20241203");
    make_folder("20241204");
    make_file("20241204/d.json");
    must(chmod(below("20241202"), 0), "chmod");
    tree = open_tree(folder_top, NULL);
    must(rmdir(below("20241201")), "rmdir");
    must(rmdir(below("20241203")), "rmdir");
    must(symlink("20241204", below("20241203")), "symlink");
    become_nobody();
    for (size_t i = 0; i < COUNT(errors); i++) {
        assert_int_equal(tree_next(tree), 1);
        const struct tree_entry *entry = tree_entry(tree);
        assert_int_equal(entry->failure, errors[i]);
        assert_string_equal(entry->no_trace, "a day's folder that cannot be opened");
        assert_int_equal(entry->path.n, 8);
        assert_int_equal(entry->path.at[7], '1' + (int)i);
        assert_int_equal(strlen(entry->day), strlen("2024-12-01"));
        assert_int_equal(entry->day[9], '1' + (int)i);
    }
    assert_int_equal(tree_next(tree), 1);
    become_again();
    assert_text(tree_entry(tree)->path, "20241204/d.json");
    assert_int_equal(tree_entry(tree)->failure, 0);
    assert_null(tree_entry(tree)->no_trace);
    assert_int_equal(tree_next(tree), 0);
    tree_close(tree);
}

/* Reader threads read an entry after the walk has gone on, and after it has ended. */
static void an_entry_can_be_kept_with_its_folder(void **state)
{
    struct buffer document = {0};
    struct tree_entry kept;
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_folder("20241202");
    make_file("20241201/a.json");
    make_file("20241202/b.json");
    tree = first_entry();
    kept = *tree_entry(tree);
    char *path = strdup(kept.path.at);
    kept.name = path + 9;
    tree_folder_hold(kept.folder);
    assert_int_equal(tree_next(tree), 1);
    assert_int_equal(tree_next(tree), 0);
    tree_close(tree);
    int fd = kept.folder->fd;
    assert_int_equal(tree_read(&kept, NULL, &document), 0);
    assert_text(buffer_bytes(&document), "20241201/a.json");
    tree_folder_release(kept.folder);
    /* The last to release it closes it. */
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    free(path);
    buffer_free(&document);
}

/* Out of descriptors is no fault of the day's folder: it must not be passed over as unreadable. */
static void running_out_of_descriptors_stops_the_walk(void **state)
{
    struct rlimit before;
    struct tree *tree;
    (void)state;
    make_folder("20241201");
    make_file("20241201/a.json");
    tree = open_tree(folder_top, NULL);
    int lowest = dup(0);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (int more = 0; more < 2; more++) {
        struct rlimit limit = {(rlim_t)(lowest + more), before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        errno = 0;
        int rc = tree_next(tree);
        int error = errno;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(rc, -1);
        assert_int_equal(error, EMFILE);
        tree_close(tree);
        /* None was lost on the way. */
        int still = dup(0);
        close(still);
        tree = open_tree(folder_top, NULL);
        assert_true(still <= lowest);
    }
    tree_close(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_name_is_any_bytes),
        in_folder(only_a_regular_file_is_a_candidate),
        in_folder(a_device_is_no_candidate),
        in_folder(a_file_of_any_size_is_read_whole),
        in_folder(the_facts_are_size_and_time_in_nanoseconds),
        in_folder(the_facts_of_a_link_are_its_own),
        in_folder(a_file_beyond_the_cap_is_not_read),
        in_folder(a_file_without_permission_is_an_error_of_its_own),
        in_folder(a_file_that_became_something_else_is_not_read_as_a_file),
        in_folder(what_has_no_end_is_read_to_the_cap),
        in_folder(a_folder_that_is_moved_away_is_walked_to_its_end),
        in_folder(a_days_folder_that_cannot_be_opened_is_an_entry),
        in_folder(an_entry_can_be_kept_with_its_folder),
        in_folder(running_out_of_descriptors_stops_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
