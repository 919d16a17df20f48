/*
 * lightning.h -- what every binding shares: SQLite's extension API and the list of registrars.
 *
 * A registrar adds one family of functions or tables to a connection and returns SQLITE_OK or the
 * error code of the call that failed. lightning.c runs them in turn; nothing else calls them.
 */
#ifndef LIGHTNING_H
#define LIGHTNING_H

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3

#define LIGHTNING_VERSION "0.1.0"

struct connection; /* bind/connection.h */

int register_about(sqlite3 *db, struct connection *c);
int register_rewards(sqlite3 *db, struct connection *c);
int register_findings(sqlite3 *db, struct connection *c);
int register_documents(sqlite3 *db, struct connection *c);
int register_legacy_traces(sqlite3 *db, struct connection *c);
int register_read_trace(sqlite3 *db, struct connection *c);
int register_take_in(sqlite3 *db, struct connection *c);
int register_stats(sqlite3 *db, struct connection *c);
int register_agreement(sqlite3 *db, struct connection *c);

#endif
