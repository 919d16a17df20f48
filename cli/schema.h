/*
 * schema.h -- the tables of a new file (sql/schema.sql) and the way up from older ones
 * (sql/migrations/).
 *
 * schema.sql makes version 1. A later version N is made by the file migrations/NNNN-name.sql (four
 * digits), which holds plain statements: no BEGIN, no COMMIT, no PRAGMA user_version. It runs in a
 * transaction of its own with foreign keys off, so that it may rebuild tables; they are checked
 * before it is committed. Adding the file is all it takes.
 */
#ifndef LIGHTNING_SCHEMA_H
#define LIGHTNING_SCHEMA_H

#include "db.h"

#define APPLICATION_ID 1818847086 /* 'lign' */

/* The version that this program reads and writes. */
int schema_latest(void);

/* Prints what would make a new file, for --show-sql. */
void schema_show(void);

/* Makes the tables of an empty file; does nothing when another process has just done so. */
int schema_create(struct db *db);

/* Brings db->version up to schema_latest(). */
int schema_migrate(struct db *db);

#endif
