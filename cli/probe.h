/*
 * probe.h -- what lies at a path, found out before SQLite opens it.
 *
 * SQLite may change a file by opening it (a left-over journal is played back), so what is not ours
 * must be recognised from the file's first 100 bytes.
 */
#ifndef LIGHTNING_PROBE_H
#define LIGHTNING_PROBE_H

enum probed {
    PROBED_MISSING,
    PROBED_EMPTY, /* no bytes at all */
    PROBED_BLANK, /* SQLite's, with no tables: being made, or its tables are still in the -wal */
    PROBED_OURS,
};

/* Looks at a file; `path` is what messages call it. Returns DONE, or UNUSABLE having said why the
 * file cannot be ours: a folder, unreadable, no database, another program's, a newer version's. */
int probe_file(const char *filename, const char *path, enum probed *out);

/* Refuses another program's numbers; `latest` is the newest version known. DONE when they are ours. */
int check_identity(const char *path, long long application_id, long long version, int latest);

#endif
