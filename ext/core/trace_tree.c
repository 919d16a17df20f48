#include "trace_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listing.h"

/* A traces folder holds files of a few KB: most are read by one call. */
#define FIRST_READ ((size_t)16 << 10)

struct tree {
    char *root;
    char *only_day; /* the folder's name when DIR is a day's folder, else NULL */
    char *first;
    char *last;
    bool after_first;
    bool before_last;
    struct tree_folder *top_folder;
    struct tree_folder *day_folder; /* NULL while not inside a day's folder */
    struct listing top;
    struct listing day;
    char day_name[9]; /* the day's folder it is in */
    struct tree_entry entry;
    struct buffer path;
};

/* ---- days ---- */

bool tree_parse_day(const char *name, char day[11])
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int digits[8];
    if (strlen(name) != 8)
        return false;
    for (int i = 0; i < 8; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        digits[i] = name[i] - '0';
    }
    int year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
    int month = digits[4] * 10 + digits[5];
    int of_month = digits[6] * 10 + digits[7];
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year == 0 || month < 1 || month > 12 || of_month < 1)
        return false;
    if (of_month > lengths[month - 1] + (month == 2 && leap))
        return false;
    memcpy(day, name, 4);
    day[4] = '-';
    memcpy(day + 5, name + 4, 2);
    day[7] = '-';
    memcpy(day + 8, name + 6, 3);
    return true;
}

static bool day_wanted(const struct tree *tree, const char *day)
{
    if (tree->first) {
        int order = strcmp(day, tree->first);
        if (order < 0 || (order == 0 && tree->after_first))
            return false;
    }
    if (tree->last) {
        int order = strcmp(day, tree->last);
        if (order > 0 || (order == 0 && tree->before_last))
            return false;
    }
    return true;
}

/* ---- folders ---- */

/* Opens a folder below another, or by its path (AT_FDCWD); NULL: errno tells. */
static struct tree_folder *open_folder(int at, const char *name, int flags)
{
    struct tree_folder *folder = malloc(sizeof *folder);
    if (!folder) {
        errno = ENOMEM;
        return NULL;
    }
    folder->references = 1;
    folder->fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
    if (folder->fd >= 0)
        return folder;
    int error = errno;
    free(folder);
    errno = error;
    return NULL;
}

void tree_folder_hold(struct tree_folder *folder)
{
    folder->references++;
}

void tree_folder_release(struct tree_folder *folder)
{
    if (!folder || --folder->references > 0)
        return;
    close(folder->fd);
    free(folder);
}

/* ---- names ---- */

/* Some file systems do not tell the type in the listing. */
static unsigned char known_type(int fd, const char *name, unsigned char type)
{
    struct stat st;
    if (type != DT_UNKNOWN || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return type;
    return (unsigned char)IFTODT(st.st_mode);
}

static const char *describe_type(unsigned char type)
{
    switch (type) {
    case DT_REG:
        return NULL;
    case DT_DIR:
        return "a folder";
    case DT_LNK:
        return "a symbolic link, which is not followed";
    case DT_FIFO:
        return "a FIFO";
    case DT_SOCK:
        return "a socket";
    case DT_CHR:
    case DT_BLK:
        return "a device";
    default:
        return "no regular file";
    }
}

/* ---- walking ---- */

static int set_entry(struct tree *tree, const char *day, const char *name, const char *no_trace)
{
    struct tree_entry *entry = &tree->entry;
    buffer_clear(&tree->path);
    if (day) {
        buffer_append(&tree->path, day, strlen(day));
        buffer_append_byte(&tree->path, '/');
    } else {
        entry->day[0] = '\0';
    }
    size_t before_name = tree->path.n;
    buffer_append(&tree->path, name, strlen(name) + 1);
    if (tree->path.failed) {
        errno = ENOMEM;
        return -1;
    }
    entry->path = (struct bytes){tree->path.at, tree->path.n - 1};
    entry->name = tree->path.at + before_name;
    entry->no_trace = no_trace;
    entry->failure = 0;
    entry->folder = day ? tree->day_folder : tree->top_folder;
    return 1;
}

static bool ends_in_json(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

static int next_in_day(struct tree *tree)
{
    unsigned char type;
    const char *name = listing_next(&tree->day, &type);
    if (!name)
        return 0;
    const char *no_trace = describe_type(known_type(tree->day_folder->fd, name, type));
    if (!no_trace && !ends_in_json(name))
        no_trace = "its name does not end in .json";
    return set_entry(tree, tree->day_name, name, no_trace);
}

static void leave_day(struct tree *tree)
{
    tree_folder_release(tree->day_folder);
    tree->day_folder = NULL;
}

/* Out of descriptors or memory is the caller's trouble, not this folder's. */
static bool is_exhaustion(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/* Opens and lists a day's folder: 0, or an errno. */
static int enter_day(struct tree *tree, const char *name)
{
    tree->day_folder = open_folder(tree->top_folder->fd, name, O_NOFOLLOW);
    if (!tree->day_folder)
        return errno;
    int rc = listing_read(&tree->day, tree->day_folder->fd);
    if (rc != 0)
        leave_day(tree);
    else
        memcpy(tree->day_name, name, sizeof tree->day_name);
    return rc;
}

/* The entry for a day's folder that could not be entered. */
static int failed_day(struct tree *tree, const char *name, int error)
{
    char day[11];
    if (is_exhaustion(error)) {
        errno = error;
        return -1;
    }
    memcpy(day, tree->entry.day, sizeof day);
    if (set_entry(tree, NULL, name, "a day's folder that cannot be opened") < 0)
        return -1;
    memcpy(tree->entry.day, day, sizeof day);
    tree->entry.failure = error;
    return 1;
}

static const char *why_not_in_a_day(unsigned char type)
{
    if (type == DT_DIR)
        return "a folder whose name is no day (YYYYMMDD)";
    const char *other = describe_type(type);
    return other ? other : "not in a day's folder (YYYYMMDD)";
}

int tree_next(struct tree *tree)
{
    for (;;) {
        if (tree->day_folder) {
            int rc = next_in_day(tree);
            if (rc != 0)
                return rc;
            leave_day(tree);
        }
        unsigned char type;
        const char *name = listing_next(&tree->top, &type);
        if (!name)
            return 0;
        if (tree->only_day && strcmp(name, tree->only_day) != 0)
            continue;
        type = known_type(tree->top_folder->fd, name, type);
        if (type == DT_DIR && tree_parse_day(name, tree->entry.day)) {
            if (!day_wanted(tree, tree->entry.day))
                continue;
            int error = enter_day(tree, name);
            if (error != 0)
                return failed_day(tree, name, error);
        } else if (!tree->first && !tree->last) {
            return set_entry(tree, NULL, name, why_not_in_a_day(type));
        }
    }
}

const struct tree_entry *tree_entry(const struct tree *tree)
{
    return &tree->entry;
}

const char *tree_root(const struct tree *tree)
{
    return tree->root;
}

/* ---- files ---- */

static struct tree_facts facts_of(const struct stat *st)
{
    return (struct tree_facts){
        .size = st->st_size,
        .mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
    };
}

int tree_stat(const struct tree_entry *entry, struct tree_facts *facts)
{
    struct stat st;
    if (fstatat(entry->folder->fd, entry->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    *facts = facts_of(&st);
    return 0;
}

/* Asked once a file turned out not to be small: a sparse one need not be read to its end. */
static bool says_too_large(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size > (off_t)TREE_LARGEST_FILE;
}

/* Whether a closing brace stands at the beginning of the last line: the end of an indented object, and
 * nowhere else in one. */
static bool ends_an_object(struct bytes text)
{
    size_t n = text.n;
    n -= n > 0 && text.at[n - 1] == '\n';
    return n > 1 && text.at[n - 1] == '}' && text.at[n - 2] == '\n';
}

/* Reads to the end of the file, whose size is known when it is not negative; 0 or an errno. */
static int read_all(int fd, int64_t size, struct buffer *document)
{
    size_t before = document->n;
    size_t want = FIRST_READ;
    for (;;) {
        ssize_t got;
        if (buffer_reserve(document, want) != 0)
            return ENOMEM;
        do
            got = read(fd, document->at + document->n, want);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return errno;
        if (got == 0)
            return 0;
        document->n += (size_t)got;
        size_t n = document->n - before;
        if (n > TREE_LARGEST_FILE)
            return EFBIG;
        if (n == FIRST_READ && says_too_large(fd))
            return EFBIG;
        /* A short read mostly is the last one, and to be told so by another costs a twentieth of all. */
        bool whole = size >= 0 ? n == (size_t)size
                               : ends_an_object((struct bytes){document->at + before, n});
        if ((size_t)got < want && whole)
            return 0;
        if (n > want)
            want = n;
    }
}

int tree_read(const struct tree_entry *entry, struct tree_facts *facts, struct buffer *document)
{
    struct stat st;
    int rc = 0;
    /* O_NONBLOCK: what was a file when it was listed may be a FIFO by now. */
    int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fd = openat(entry->folder->fd, entry->name, flags);
    if (fd < 0)
        return errno;
    /* Before the reading: should the file be written meanwhile, its facts differ from these. */
    if (facts && fstat(fd, &st) != 0)
        rc = errno;
    else if (facts)
        *facts = facts_of(&st);
    if (rc == 0)
        rc = read_all(fd, facts ? facts->size : -1, document);
    close(fd);
    return rc;
}

/* ---- opening ---- */

static char *copy_or_null(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* Whether a day's folder lies in the folder: then it is a traces folder, whatever its name. */
static bool holds_days(const char *folder)
{
    char day[11];
    bool found = false;
    DIR *dir = opendir(folder);
    struct dirent *e;
    while (dir && !found && (e = readdir(dir)))
        found = (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN) && tree_parse_day(e->d_name, day);
    if (dir)
        closedir(dir);
    return found;
}

/* When DIR is a day's folder, cuts its name off the root. */
static int split_day(struct tree *tree)
{
    char day[11];
    struct stat st;
    char *slash = strrchr(tree->root, '/');
    if (!slash || !tree_parse_day(slash + 1, day) || holds_days(tree->root))
        return 0;
    if (stat(tree->root, &st) != 0)
        return errno;
    if (!S_ISDIR(st.st_mode))
        return ENOTDIR;
    tree->only_day = strdup(slash + 1);
    if (!tree->only_day)
        return ENOMEM;
    slash[slash == tree->root] = '\0';
    return 0;
}

static int open_root(struct tree *tree, const char *directory, const struct tree_days *days)
{
    tree->root = realpath(directory, NULL);
    if (!tree->root)
        return errno;
    int rc = split_day(tree);
    if (rc != 0)
        return rc;
    if (days) {
        tree->first = copy_or_null(days->first);
        tree->last = copy_or_null(days->last);
        tree->after_first = days->after_first;
        tree->before_last = days->before_last;
        if ((days->first && !tree->first) || (days->last && !tree->last))
            return ENOMEM;
    }
    tree->top_folder = open_folder(AT_FDCWD, tree->root, 0);
    return tree->top_folder ? listing_read(&tree->top, tree->top_folder->fd) : errno;
}

struct tree *tree_open(const char *directory, const struct tree_days *days, struct buffer *error)
{
    struct tree *tree = calloc(1, sizeof *tree);
    int rc = ENOMEM;
    if (tree)
        rc = open_root(tree, directory, days);
    if (rc == 0)
        return tree;
    buffer_format(error, "cannot open the folder '%s': %s", directory, strerror(rc));
    tree_close(tree);
    return NULL;
}

void tree_close(struct tree *tree)
{
    if (!tree)
        return;
    leave_day(tree);
    tree_folder_release(tree->top_folder);
    listing_free(&tree->top);
    listing_free(&tree->day);
    buffer_free(&tree->path);
    free(tree->root);
    free(tree->only_day);
    free(tree->first);
    free(tree->last);
    free(tree);
}
