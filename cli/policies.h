/*
 * policies.h -- the policies that a file keeps: a team's own rules, as JSON.
 *
 * Functions of the extension are given a policy as an argument and never look for one: commands do,
 * with these. A file of version 1, which may be opened for reading, has none.
 *
 * The functions return exit codes and have said what is wrong. *out is NULL where there is no policy,
 * and else to be freed.
 */
#ifndef LIGHTNING_POLICIES_H
#define LIGHTNING_POLICIES_H

#include "db.h"

/* The JSON that a scorer went by. */
int policy_of_scorer(struct db *db, sqlite3_int64 scorer, char **out);

/* The JSON that a trace was scored by. */
int policy_of_trace(struct db *db, const char *trace_id, char **out);

/* The safety policy in force: its JSON (NULL: not asked for) and its name. */
int policy_in_force(struct db *db, char **json, char **name);

/* A file's JSON, as it stands there; not looked into. */
int policy_read(const char *path, char **out);

#endif
