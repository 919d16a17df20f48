/*
 * dictionary.h -- which dictionary an import packs with: the file's newest, or a new one that is
 * trained on a sample of the folder.
 */
#ifndef LIGHTNING_DICTIONARY_H
#define LIGHTNING_DICTIONARY_H

#include "folder.h"
#include "ledger.h"

/* Binds it to `reading` as ?2, and tells the ledger. A new one is stored in the transaction of the
 * first batch. Returns an exit code, having said why. */
int dictionary_choose(struct ledger *ledger, struct folder *folder, sqlite3_stmt *reading);

#endif
