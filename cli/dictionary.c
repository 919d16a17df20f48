#include "dictionary.h"

#include <stddef.h>

/* Fewer documents do not pay for a dictionary. */
#define SAMPLE_AT_LEAST 200
#define SAMPLE_AT_MOST 1000
/* What a dictionary is for is so many times as large. Measured on traces whose texts are not in the
 * sample, of 1.8 and of 3.3 KB: half of that or twice as much stores more. */
#define TIMES_AS_LARGE 100
#define SMALLEST 4096
/* What packing with it needs stays in a processor's cache, and a sample of a thousand has little more to
 * give. */
#define LARGEST 524288
/* A new one is wanted when so many times as much has come in as it is for, ... */
#define GROWTH 8
/* ... and after so many documents in any case. */
#define DOCUMENTS_PER_DICTIONARY 500000

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Every so-manyth file, so that all days and components are in the sample. A file that is not
 * picked is not opened, nor is a huge one. */
static const char sample_sql[] =
    "CREATE TEMP TABLE sample AS SELECT trace_id, document FROM legacy_traces(?1, NULL, ?3, ?4) "
    "WHERE CASE WHEN rowid % ?2 = 0 AND size <= 65536 THEN file_error IS NULL END "
    "LIMIT " TEXT(SAMPLE_AT_MOST);

/* clang-format off */
/* ?1: how many documents it is for. */
static const char train_sql[] =
    "SELECT train_dictionary(document, (SELECT max(" TEXT(SMALLEST) ", min(" TEXT(LARGEST) ", "
    "?1 * avg(length(CAST(document AS BLOB))) / " TEXT(TIMES_AS_LARGE) ")) FROM temp.sample)) "
    "FROM temp.sample HAVING count(*) >= " TEXT(SAMPLE_AT_LEAST);
/* clang-format on */

/* The dictionary that documents are packed with; without it they would be packed with none, and say
 * otherwise. */
static int bind_dictionary(sqlite3_stmt *reading, sqlite3_value *bytes)
{
    return sqlite3_bind_value(reading, 2, bytes) == SQLITE_OK ? DONE : complain_of_memory();
}

/* The file's newest dictionary. */
struct newest {
    sqlite3_int64 bytes;     /* 0: there is none */
    sqlite3_int64 since;     /* documents that came in after it */
    sqlite3_int64 documents; /* that ever came in */
    double size;             /* of the latest of them, in the mean */
};

/* Binds the newest dictionary, if there is one. */
static int bind_newest(struct ledger *ledger, sqlite3_stmt *reading, struct newest *newest)
{
    static const char sql[] =
        "SELECT id, bytes, documents_before, (SELECT max(id) FROM main.documents), "
        "(SELECT avg(size) FROM (SELECT size FROM main.documents ORDER BY id DESC LIMIT 100)) "
        "FROM main.dictionaries ORDER BY id DESC LIMIT 1";
    sqlite3_stmt *stmt = NULL;
    int code = db_prepare(ledger->db, sql, &stmt);
    *newest = (struct newest){0};
    if (db_next_row(ledger->db, stmt, &code)) {
        sqlite3_value *bytes = sqlite3_column_value(stmt, 1);
        ledger->dictionary = sqlite3_column_int64(stmt, 0);
        code = bind_dictionary(reading, bytes);
        newest->bytes = sqlite3_value_bytes(bytes);
        newest->documents = sqlite3_column_int64(stmt, 3);
        newest->since = newest->documents - sqlite3_column_int64(stmt, 2);
        newest->size = sqlite3_column_double(stmt, 4);
    }
    sqlite3_finalize(stmt);
    return code;
}

/* Whether a folder of any size can call for a dictionary. */
static bool may_be_outgrown(const struct newest *newest)
{
    return newest->bytes < LARGEST / 2 || newest->since > DOCUMENTS_PER_DICTIONARY;
}

/* Whether a folder with so many entries calls for a dictionary: there is none, it is too small for what
 * has come in since or comes now, or what it was trained on may be a thing of the past. */
static bool is_outgrown(const struct newest *newest, sqlite3_int64 entries)
{
    sqlite3_int64 documents = newest->since;
    double is_for = (double)newest->bytes * TIMES_AS_LARGE;
    if (newest->bytes == 0)
        return entries >= SAMPLE_AT_LEAST;
    if (entries < SAMPLE_AT_MOST || !may_be_outgrown(newest)) /* not for less than a whole sample */
        return false;
    if (entries > 2 * newest->documents) /* most of them are new, then */
        documents = entries;
    return documents > DOCUMENTS_PER_DICTIONARY ||
           (double)documents * newest->size > GROWTH * is_for;
}

/* Stores a dictionary and whose documents it was trained on, inside the open transaction. */
static int store_dictionary(struct ledger *ledger, struct folder *folder, sqlite3_value *bytes)
{
    struct db *db = ledger->db;
    sqlite3_stmt *insert = NULL;
    sqlite3_stmt *sample = NULL;
    int code = db_prepare(db,
                          "INSERT INTO main.dictionaries (bytes, documents_before) "
                          "SELECT ?1, coalesce(max(id), 0) FROM main.documents",
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
    struct newest newest;
    int code = ledger_begin(ledger);
    if (code == DONE)
        code = bind_newest(ledger, reading, &newest);
    if (code != DONE || !is_outgrown(&newest, folder->total))
        return code;
    code = bind_dictionary(reading, bytes);
    if (code == DONE)
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
        code = db_prepare(&folder->db, train_sql, &stmt);
    if (stmt)
        sqlite3_bind_int64(stmt, 1, folder->total);
    if (db_next_row(&folder->db, stmt, &code) && sqlite3_column_type(stmt, 0) == SQLITE_BLOB)
        code = adopt_dictionary(ledger, folder, reading, sqlite3_column_value(stmt, 0));
    sqlite3_finalize(stmt);
    if (code == DONE)
        code = db_run(&folder->db, "DROP TABLE temp.sample");
    return code;
}

int dictionary_choose(struct ledger *ledger, struct folder *folder, sqlite3_stmt *reading)
{
    struct newest newest;
    bool wanted = false;
    int code = bind_newest(ledger, reading, &newest);
    if (code != DONE || !may_be_outgrown(&newest))
        return code;
    code = folder_count(folder);
    /* Not for a folder in which nothing has changed. */
    if (code == DONE && is_outgrown(&newest, folder->total))
        code = folder_has_news(folder, &wanted);
    return code == DONE && wanted ? train(ledger, folder, reading) : code;
}
