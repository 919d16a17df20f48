#include "dictionary.h"

#include <stddef.h>

/* A dictionary costs 64 KiB: fewer documents do not pay for it. */
#define SAMPLE_AT_LEAST 200
#define SAMPLE_AT_MOST 1000
#define DOCUMENTS_PER_DICTIONARY 500000

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Every so-manyth file, so that all days and components are in the sample. A file that is not
 * picked is not opened, nor is a huge one. */
static const char sample_sql[] =
    "CREATE TEMP TABLE sample AS SELECT trace_id, document FROM legacy_traces(?1, NULL, ?3, ?4) "
    "WHERE CASE WHEN rowid % ?2 = 0 AND size <= 65536 THEN file_error IS NULL END "
    "LIMIT " TEXT(SAMPLE_AT_MOST);

/* The dictionary that documents are packed with; without it they would be packed with none, and say
 * otherwise. */
static int bind_dictionary(sqlite3_stmt *reading, sqlite3_value *bytes)
{
    return sqlite3_bind_value(reading, 2, bytes) == SQLITE_OK ? DONE : complain_of_memory();
}

/* Binds the file's newest dictionary. *wanted: there is none, or the file has grown so much since that
 * what it was trained on may be a thing of the past. */
static int newest_dictionary(struct ledger *ledger, sqlite3_stmt *reading, bool *wanted)
{
    static const char sql[] =
        "SELECT id, bytes, (SELECT coalesce(max(id), 0) FROM main.documents) - documents_before "
        "FROM main.dictionaries ORDER BY id DESC LIMIT 1";
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(ledger->db, sql, &stmt);
    *wanted = true;
    if (db_next_row(ledger->db, stmt, &code)) {
        ledger->dictionary = sqlite3_column_int64(stmt, 0);
        code = bind_dictionary(reading, sqlite3_column_value(stmt, 1));
        *wanted = sqlite3_column_int64(stmt, 2) > DOCUMENTS_PER_DICTIONARY;
    }
    sqlite3_finalize(stmt);
    return code;
}

/* Stores a dictionary and whose documents it was trained on, inside the open transaction. */
static int store_dictionary(struct ledger *ledger, struct folder *folder, sqlite3_value *bytes)
{
    struct db *db = ledger->db;
    sqlite3_stmt *insert = NULL;
    sqlite3_stmt *sample = NULL;
    int code = db_prepare(db,
                          "INSERT INTO main.dictionaries (bytes, documents_before) "
                          "SELECT ?1, count(*) FROM main.documents",
                          &insert);
    if (code == DONE && sqlite3_bind_value(insert, 1, bytes) != SQLITE_OK)
        code = complain_of_memory();
    if (code == DONE && sqlite3_step(insert) != SQLITE_DONE)
        code = db_complain(db, "storing a dictionary");
    sqlite3_finalize(insert);
    insert = NULL;
    ledger->dictionary = sqlite3_last_insert_rowid(db->handle);
    if (code == DONE)
        code = db_prepare(db, "INSERT OR IGNORE INTO main.dictionary_samples VALUES (?1, ?2)",
                          &insert);
    if (code == DONE)
        code = db_prepare(&folder->db, "SELECT trace_id FROM temp.sample", &sample);
    while (db_next_row(&folder->db, sample, &code)) {
        sqlite3_bind_int64(insert, 1, ledger->dictionary);
        if (sqlite3_bind_value(insert, 2, sqlite3_column_value(sample, 0)) != SQLITE_OK)
            code = complain_of_memory();
        sqlite3_step(insert);
        if (sqlite3_reset(insert) != SQLITE_OK)
            code = db_complain(db, "storing a dictionary");
    }
    sqlite3_finalize(insert);
    sqlite3_finalize(sample);
    return code;
}

/* Stores a trained dictionary with the first batch, and binds it to `reading`; or the one that another
 * importer has stored meanwhile. */
static int adopt_dictionary(struct ledger *ledger, struct folder *folder, sqlite3_stmt *reading,
                            sqlite3_value *bytes)
{
    bool wanted = false;
    int code = ledger_begin(ledger);
    if (code == DONE)
        code = newest_dictionary(ledger, reading, &wanted);
    if (code == DONE && wanted)
        code = bind_dictionary(reading, bytes);
    if (code == DONE && wanted)
        code = store_dictionary(ledger, folder, bytes);
    return code;
}

/* Trains a dictionary on a sample of the folder when that pays. */
static int train(struct ledger *ledger, struct folder *folder, sqlite3_stmt *reading)
{
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(&folder->db, sample_sql, &stmt);
    if (code == DONE) {
        folder_bind(folder, stmt);
        sqlite3_bind_int64(stmt, 2, 1 + folder->total / SAMPLE_AT_MOST);
        if (sqlite3_step(stmt) != SQLITE_DONE)
            code = db_complain(&folder->db, NULL);
    }
    sqlite3_finalize(stmt);
    stmt = NULL;
    if (code == DONE)
        code = db_prepare(&folder->db,
                          "SELECT train_dictionary(document) FROM temp.sample "
                          "HAVING count(*) >= " TEXT(SAMPLE_AT_LEAST),
                          &stmt);
    if (db_next_row(&folder->db, stmt, &code) && sqlite3_column_type(stmt, 0) == SQLITE_BLOB)
        code = adopt_dictionary(ledger, folder, reading, sqlite3_column_value(stmt, 0));
    sqlite3_finalize(stmt);
    if (code == DONE)
        code = db_run(&folder->db, "DROP TABLE temp.sample");
    return code;
}

int dictionary_choose(struct ledger *ledger, struct folder *folder, sqlite3_stmt *reading)
{
    bool wanted;
    int code = newest_dictionary(ledger, reading, &wanted);
    if (code == DONE && wanted && folder->total == 0)
        code = folder_count(folder);
    if (code != DONE || !wanted || folder->total < SAMPLE_AT_LEAST)
        return code;
    return train(ledger, folder, reading);
}
