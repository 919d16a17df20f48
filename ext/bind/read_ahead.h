/*
 * read_ahead.h -- the files of a folder, read and turned into rows ahead of whoever asks for them.
 *
 * The caller's thread walks the tree and hands out batches of names; threads read, parse, score and
 * pack them; the caller gets the rows in the order of the names whatever the threads. While it would
 * have to wait it does such work itself. The threads make no SQLite call.
 *
 * It begins with one file and no thread and grows as rows are taken, so that a LIMIT reads little; and
 * it watches what is asked for: where documents are not looked at (an import that knows its files)
 * it stops reading them ahead, where they are it begins again.
 */
#ifndef LIGHTNING_READ_AHEAD_H
#define LIGHTNING_READ_AHEAD_H

#include "trace_row.h"
#include "trace_tree.h"

/* One entry of the folder. What is not done yet is done when it is asked for. */
struct folder_row {
    struct tree_entry entry;
    bool has_facts;
    int facts_error; /* errno */
    struct tree_facts facts;
    bool has_document; /* the reading of the file was tried */
    int read_error;    /* its errno; EINVAL when the entry is no candidate */
    struct trace_row row;
};

/* What the rows are for, as far as the query's plan tells. */
struct read_ahead_plan {
    bool facts;     /* size and mtime will be asked for */
    bool documents; /* documents will be, of every row; `steps` too */
    bool doubtful;  /* only of some rows, perhaps of none: see first */
    unsigned steps; /* enum trace_step */
};

struct read_ahead;

/* Takes the tree over, in any case. `tools` and what it points to are borrowed, but for its packer:
 * each thread makes its own for `dictionary`, which is borrowed too. NULL when out of memory. */
struct read_ahead *read_ahead_new(struct tree *tree, const struct read_ahead_plan *plan,
                                  const struct trace_row_tools *tools, struct bytes dictionary);
/* Stops and joins the threads. NULL-safe. */
void read_ahead_free(struct read_ahead *ahead);

/* Goes to the next row: 1, 0 after the last, or -1: errno is ENOMEM or that of the walk. */
int read_ahead_next(struct read_ahead *ahead);
/* The row it stands on. */
struct folder_row *read_ahead_row(struct read_ahead *ahead);

/* Says that steps are wanted that the plan did not know of: they are done ahead from now on. */
void read_ahead_expect(struct read_ahead *ahead, unsigned steps);

/* Makes sure that the row's facts are there, that its file was read, that steps are done. The latter
 * two return 0, or -1 when out of memory. */
void read_ahead_need_facts(struct read_ahead *ahead);
int read_ahead_need_document(struct read_ahead *ahead);
int read_ahead_need_steps(struct read_ahead *ahead, unsigned steps);

#endif
