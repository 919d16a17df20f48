/*
 * trace_row.h -- one document as a row of `traces`: which columns there are, and how each is
 * derived. The one place that does it, for folders, single documents, the inbox and import.
 *
 * Work is done in steps and only as far as the columns asked for need it. The steps make no SQLite
 * call; trace_row_result() does.
 */
#ifndef LIGHTNING_TRACE_ROW_H
#define LIGHTNING_TRACE_ROW_H

#include <stdbool.h>

#include "connection.h"
#include "credentials.h"
#include "scoring.h"
#include "trace.h"

/* The columns of `traces`, in its order. TRACE_ROW_COLUMNS declares them. */
enum trace_column {
    COLUMN_ID,
    COLUMN_TRACE_ID,
    COLUMN_COMPONENT,
    COLUMN_DAY,
    COLUMN_TIMESTAMP_START,
    COLUMN_TIMESTAMP_END,
    COLUMN_SESSION_ID,
    COLUMN_USER_ID,
    COLUMN_MODEL,
    COLUMN_LATENCY_MS,
    COLUMN_PROMPT_TOKENS,
    COLUMN_COMPLETION_TOKENS,
    COLUMN_FINISH_REASON,
    COLUMN_BLOCKED,
    COLUMN_ERROR_CLASS,
    COLUMN_REWARD,
    COLUMN_REWARD_SAFETY,
    COLUMN_REWARD_EMPATHY,
    COLUMN_REWARD_LENGTH,
    COLUMN_REWARD_LATENCY,
    COLUMN_COMBINED_REWARD,
    COLUMN_SCORER_ID,
    COLUMN_PROMPT_ID,
    COLUMN_DOCUMENT_ID,
    COLUMN_SAMPLE_WEIGHT,
    COLUMN_ERROR,
    COLUMN_RESPONSE_TEXT,
    TRACE_COLUMNS,
    /* Further facts of a document, which the tables offer as hidden columns. */
    COLUMN_PROMPT = TRACE_COLUMNS,
    COLUMN_METADATA,
    COLUMN_RESPONSE,
    COLUMN_HASH,
    COLUMN_DOCUMENT_SIZE,
    COLUMN_PACKED,
    COLUMN_NOTE,
    COLUMN_CREDENTIALS,
    COLUMN_UNKNOWN_SHAPE,
    ROW_COLUMNS
};

#define TRACE_ROW_COLUMNS                                                                          \
    "id INTEGER, trace_id TEXT, component TEXT, day TEXT, timestamp_start TEXT, "                  \
    "timestamp_end TEXT, session_id TEXT, user_id TEXT, model TEXT, latency_ms REAL, "             \
    "prompt_tokens INTEGER, completion_tokens INTEGER, finish_reason TEXT, blocked INTEGER, "      \
    "error_class TEXT, reward REAL, reward_safety REAL, reward_empathy REAL, "                     \
    "reward_length REAL, reward_latency REAL, combined_reward REAL, scorer_id INTEGER, "           \
    "prompt_id INTEGER, document_id INTEGER, sample_weight REAL, error TEXT, response_text TEXT"

/* prompt, metadata and response: these members, a string as its words, null as NULL, anything else
 * as its JSON; document_hash, document_size and packed: what
 * `documents` holds; note: what was odd, for people;
 * credentials: how many were masked in `error`; unknown_shape: 1 when the response is JSON of no
 * known shape. */
#define ROW_HIDDEN_COLUMNS                                                                         \
    "prompt TEXT HIDDEN, metadata TEXT HIDDEN, response TEXT HIDDEN, document_hash BLOB HIDDEN, "  \
    "document_size INTEGER HIDDEN, packed BLOB HIDDEN, note TEXT HIDDEN, credentials INTEGER "     \
    "HIDDEN, "                                                                                     \
    "unknown_shape INTEGER HIDDEN"

enum trace_step {
    STEP_READ = 1, /* trace and reply */
    STEP_SCORE = 2,
    STEP_HASH = 4,
    STEP_PACK = 8,
};

struct trace_row {
    struct bytes document; /* borrowed */
    unsigned done;         /* steps done */
    bool is_trace;
    struct trace_error why; /* when it is none */
    struct trace trace;
    struct reply reply;
    struct buffer error; /* masked */
    size_t credentials;
    struct rewards rewards;
    double combined;
    unsigned char hash[PACK_HASH_SIZE];
    struct buffer packed;
    const char *pack_failure;
};

/* What a row is made with; the pointers are borrowed. */
struct trace_row_tools {
    const struct scorer *scorer;
    struct packer *packer;
    struct trace_keys keys;
};

/* All-zero is an empty row. Begins a new document, which must stay where it is meanwhile. */
void trace_row_begin(struct trace_row *row, struct bytes document);
void trace_row_free(struct trace_row *row);

/* Which steps a column needs; 0 for one that needs none. */
unsigned trace_row_steps(int column);

/* Does the steps not done yet. Returns 0, or -1 when out of memory. */
int trace_row_do(struct trace_row *row, const struct trace_row_tools *tools, unsigned steps);

/* Why the document is no trace: "expected ':' at byte 17". */
void trace_row_explain(const struct trace_row *row, struct buffer *out);

/* Sets the value of a column whose steps are done. `day` is the folder's day, or "" for the date of
 * timestamp_end. Columns of what is no trace are NULL, but for hash and packed. */
void trace_row_result(const struct trace_row *row, sqlite3_context *context, int column,
                      const char *day, struct buffer *scratch);

#endif
