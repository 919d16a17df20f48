/*
 * trace_tree.h -- walks a folder of traces, DIR/YYYYMMDD/NAME.json, and reads its files.
 *
 * DIR may also be one day's folder (its name is a day, and none lies in it); then the root is its
 * parent and only that day is walked. Every
 * entry of a day's folder, and every entry of the root that is no day's folder, is met exactly once,
 * in the order of the names' bytes; what is no candidate for a trace says why. Symbolic links
 * below DIR are not followed. One day's names are in memory at a time.
 */
#ifndef LIGHTNING_TRACE_TREE_H
#define LIGHTNING_TRACE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/* A file that is larger is not read. */
#define TREE_LARGEST_FILE ((size_t)64 << 20)

/* Days to walk, as YYYY-MM-DD; NULL: no bound. A bound skips the folders outside it unopened, and
 * everything that is in no day's folder. */
struct tree_days {
    const char *first;
    const char *last;
    bool after_first; /* the first day itself is left out */
    bool before_last;
};

/* An open folder. Counted by one thread only; reading from it is for any. */
struct tree_folder {
    int fd;
    unsigned references;
};

void tree_folder_hold(struct tree_folder *folder);
/* NULL-safe. */
void tree_folder_release(struct tree_folder *folder);

struct tree_entry {
    struct bytes path;          /* below the root: YYYYMMDD/NAME or NAME; NUL-terminated */
    const char *name;           /* its last part */
    char day[11];               /* YYYY-MM-DD, or "" when it is in no day's folder */
    const char *no_trace;       /* why it cannot be a trace: a static string; NULL: a candidate */
    int failure;                /* a day's folder that could not be opened: the errno; else 0 */
    struct tree_folder *folder; /* where the name is */
};

struct tree_facts {
    int64_t size;  /* in bytes */
    int64_t mtime; /* nanoseconds since 1970 */
};

struct tree;

/* Opens the folder. NULL: *error says why, naming the folder. `days` is copied. */
struct tree *tree_open(const char *directory, const struct tree_days *days, struct buffer *error);
void tree_close(struct tree *tree);

/* The folder's absolute path, symbolic links resolved; a day's folder has its parent's. */
const char *tree_root(const struct tree *tree);

/* Goes to the next entry: 1, or 0 after the last, or -1 when out of memory or of file descriptors
 * (errno tells). */
int tree_next(struct tree *tree);
/* The entry it stands on, until the next tree_next(). To use it for longer, copy it, its path too,
 * and hold its folder. */
const struct tree_entry *tree_entry(const struct tree *tree);

/* The entry's size and mtime; 0, or the errno. */
int tree_stat(const struct tree_entry *entry, struct tree_facts *facts);

/* Appends the file's bytes to *document; *facts (may be NULL) gets what it was when it was opened. 0,
 * or an errno: EFBIG when it is larger than TREE_LARGEST_FILE, ELOOP for a symbolic link, ENOMEM. */
int tree_read(const struct tree_entry *entry, struct tree_facts *facts, struct buffer *document);

/* Whether YYYYMMDD is a day of the calendar; then *day gets YYYY-MM-DD. */
bool tree_parse_day(const char *name, char day[11]);

#endif
