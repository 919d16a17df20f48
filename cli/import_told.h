/*
 * import_told.h -- what an import tells of the files it met: on stderr what needs a look, on stdout the
 * counts.
 */
#ifndef LIGHTNING_IMPORT_TOLD_H
#define LIGHTNING_IMPORT_TOLD_H

#include <time.h>

#include "folder.h"
#include "ledger.h"

struct import {
    const struct arguments *args;
    struct db *db;        /* written */
    struct folder folder; /* read */
    struct ledger ledger;
    sqlite3_int64 met;         /* so far */
    sqlite3_int64 credentials; /* masked */
    sqlite3_int64 unknown;     /* responses of no known shape */
    char *unknown_example;     /* where one of them is; freed by import_told_free() */
    sqlite3_int64 named;       /* files that need a look, and were or would be named */
    bool on_terminal;
    time_t shown; /* when the progress line was last drawn, or the folder begun */
    bool drawn;   /* there is one */
};

void import_told_free(struct import *import);

/* One more file was met. */
void show_progress(struct import *import);
void clear_progress(struct import *import);

/* Names a file that was settled, if it needs a look. Conflicts wait: they may end yet. */
void name_file(struct import *import, sqlite3_stmt *row, enum outcome outcome);
/* Names the conflicts that are new. Returns an exit code. */
int name_conflicts(struct import *import);
/* What a trace that was stored has to tell besides. */
void note_oddities(struct import *import, sqlite3_stmt *row);

/* The counts, what is in the file now, and what needs a look. Returns an exit code. */
int import_tell(struct import *import);

#endif
