/*
 * trace_name.h -- traces as people name them.
 */
#ifndef LIGHTNING_TRACE_NAME_H
#define LIGHTNING_TRACE_NAME_H

#include "db.h"

/* Completes a name that may be cut short, as long as one trace alone begins so; *out is to be freed.
 * Returns DONE, WRONG_USAGE when several begin so, or UNUSABLE when none does, having said so. */
int trace_find(struct db *db, const char *given, char **out);

/* The trace that was most likely meant by a name that none has; *out is to be freed, and NULL when
 * none is near. Returns an exit code. */
int trace_nearest(struct db *db, const char *given, char **out);

#endif
