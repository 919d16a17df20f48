#include "trace_row.h"

#include "json.h"

void trace_row_begin(struct trace_row *row, struct bytes document)
{
    row->document = document;
    row->done = 0;
    row->is_trace = false;
}

void trace_row_free(struct trace_row *row)
{
    reply_free(&row->reply);
    buffer_free(&row->error);
    buffer_free(&row->packed);
    *row = (struct trace_row){.done = 0};
}

/* ---- steps ---- */

unsigned trace_row_steps(int column)
{
    switch (column) {
    case COLUMN_ID:
    case COLUMN_SCORER_ID:
    case COLUMN_PROMPT_ID:
    case COLUMN_DOCUMENT_ID:
    case COLUMN_DOCUMENT_SIZE:
        return 0;
    case COLUMN_REWARD_SAFETY:
    case COLUMN_REWARD_EMPATHY:
    case COLUMN_REWARD_LENGTH:
    case COLUMN_REWARD_LATENCY:
    case COLUMN_COMBINED_REWARD:
        return STEP_READ | STEP_SCORE;
    case COLUMN_HASH:
        return STEP_HASH;
    case COLUMN_PACKED:
        return STEP_PACK;
    default:
        return STEP_READ;
    }
}

static int step_read(struct trace_row *row, const struct trace_row_tools *tools)
{
    buffer_clear(&row->error);
    row->credentials = 0;
    row->is_trace = trace_read(&row->trace, row->document, &tools->keys, &row->why) == 0;
    if (!row->is_trace)
        return 0;
    reply_take(&row->reply, row->trace.response, row->trace.reply);
    if (row->reply.kind == REPLY_ERROR)
        row->credentials = credentials_mask(buffer_bytes(&row->reply.error), &row->error);
    return reply_failed(&row->reply) || row->error.failed ? -1 : 0;
}

static void step_score(struct trace_row *row, const struct trace_row_tools *tools)
{
    row->rewards =
        scoring_rewards(tools->scorer, &row->reply, row->trace.blocked, row->trace.latency_ms);
    row->combined = reward_combine(&reward_default_weights, &row->rewards);
}

int trace_row_do(struct trace_row *row, const struct trace_row_tools *tools, unsigned steps)
{
    unsigned due = steps & ~row->done;
    if ((due & STEP_READ) && step_read(row, tools) != 0)
        return -1;
    if ((due & STEP_SCORE) && row->is_trace)
        step_score(row, tools);
    if (due & STEP_HASH)
        pack_hash(row->document, row->hash);
    if (due & STEP_PACK) {
        buffer_clear(&row->packed);
        row->pack_failure = packer_pack(tools->packer, row->document, &row->packed);
        if (row->packed.failed)
            return -1;
    }
    row->done |= due;
    return 0;
}

void trace_row_explain(const struct trace_row *row, struct buffer *out)
{
    const struct trace_error *why = &row->why;
    if (row->document.n == 0)
        buffer_format(out, "empty");
    else if (why->incomplete)
        buffer_format(out, "ends at byte %zu, where %s is expected", why->offset, why->expected);
    else
        buffer_format(out, "expected %s at byte %zu", why->expected, why->offset);
}

/* ---- results ---- */

static void result_json_text(sqlite3_context *context, struct json_text text,
                             struct buffer *scratch)
{
    if (!text.raw.at || !text.escaped) {
        result_text(context, text.raw);
        return;
    }
    buffer_clear(scratch);
    json_text_decode(text, scratch);
    if (scratch->failed)
        sqlite3_result_error_nomem(context);
    else
        result_text(context, buffer_bytes(scratch));
}

/* A string as its words, null as NULL, anything else as its JSON. */
static void result_member(sqlite3_context *context, struct bytes member, struct buffer *scratch)
{
    struct json_reader r;
    struct json_text words;
    if (member.at) {
        reader_open(&r, member);
        if (reader_type(&r) == JSON_STRING && reader_text(&r, &words)) {
            result_json_text(context, words, scratch);
            return;
        }
        if (reader_type(&r) == JSON_NULL)
            return;
    }
    result_text(context, member);
}

static bool is_date(struct bytes text)
{
    static const char shape[] = "dddd-dd-dd";
    if (text.n < 10)
        return false;
    for (size_t i = 0; i < 10; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (shape[i] == 'd' ? !digit : text.at[i] != '-')
            return false;
    }
    return true;
}

static void result_day(sqlite3_context *context, const struct trace_row *row, const char *day)
{
    struct bytes end = row->trace.timestamp_end.raw;
    if (day[0])
        result_text(context, (struct bytes){day, strlen(day)});
    else if (row->is_trace && end.at && is_date(end))
        result_text(context, (struct bytes){end.at, 10});
}

static void result_count(sqlite3_context *context, int64_t count)
{
    if (count >= 0)
        sqlite3_result_int64(context, count);
}

static void add_note(struct buffer *out, const char *note)
{
    buffer_format(out, "%s%s", out->n ? "; " : "", note);
}

static void result_note(sqlite3_context *context, const struct trace_row *row,
                        struct buffer *scratch)
{
    buffer_clear(scratch);
    if (row->trace.notes & TRACE_REPEATED_KEY)
        add_note(scratch, "a key stands twice, the last counts");
    if (row->trace.notes & TRACE_NOT_FINITE)
        add_note(scratch, "a number is not finite, which is NULL here");
    if (row->reply.kind == REPLY_UNKNOWN)
        add_note(scratch, "the response is of no known shape");
    if (scratch->failed)
        sqlite3_result_error_nomem(context);
    else if (scratch->n)
        result_text(context, buffer_bytes(scratch));
}

/* The columns that only what is a trace has. */
static void result_of_trace(const struct trace_row *row, sqlite3_context *context, int column,
                            struct buffer *scratch)
{
    const struct trace *trace = &row->trace;
    const struct reply *reply = &row->reply;
    switch (column) {
    case COLUMN_TRACE_ID:
        result_json_text(context, trace->trace_id, scratch);
        break;
    case COLUMN_COMPONENT:
        result_json_text(context, trace->component, scratch);
        break;
    case COLUMN_TIMESTAMP_START:
        result_json_text(context, trace->timestamp_start, scratch);
        break;
    case COLUMN_TIMESTAMP_END:
        result_json_text(context, trace->timestamp_end, scratch);
        break;
    case COLUMN_SESSION_ID:
        result_json_text(context, trace->session_id, scratch);
        break;
    case COLUMN_USER_ID:
        result_json_text(context, trace->user_id, scratch);
        break;
    case COLUMN_MODEL:
        if (trace->model.raw.at)
            result_json_text(context, trace->model, scratch);
        else if (reply->has_model)
            result_text(context, buffer_bytes(&reply->model));
        break;
    case COLUMN_LATENCY_MS:
        result_real(context, trace->latency_ms);
        break;
    case COLUMN_PROMPT_TOKENS:
        result_count(context, reply->prompt_tokens);
        break;
    case COLUMN_COMPLETION_TOKENS:
        result_count(context, reply->completion_tokens);
        break;
    case COLUMN_FINISH_REASON:
        if (reply->has_finish)
            result_text(context, buffer_bytes(&reply->finish));
        break;
    case COLUMN_BLOCKED:
        sqlite3_result_int(context, trace->blocked || reply->blocked);
        break;
    case COLUMN_ERROR_CLASS:
        if (reply->error_class)
            sqlite3_result_text(context, reply->error_class, -1, SQLITE_STATIC);
        break;
    case COLUMN_REWARD:
        result_real(context, trace->reward);
        break;
    case COLUMN_REWARD_SAFETY:
        sqlite3_result_double(context, row->rewards.safety);
        break;
    case COLUMN_REWARD_EMPATHY:
        sqlite3_result_double(context, row->rewards.empathy);
        break;
    case COLUMN_REWARD_LENGTH:
        sqlite3_result_double(context, row->rewards.length);
        break;
    case COLUMN_REWARD_LATENCY:
        sqlite3_result_double(context, row->rewards.latency);
        break;
    case COLUMN_COMBINED_REWARD:
        sqlite3_result_double(context, row->combined);
        break;
    case COLUMN_SAMPLE_WEIGHT:
        sqlite3_result_double(context, 1);
        break;
    case COLUMN_ERROR:
        if (reply->kind == REPLY_ERROR)
            result_text(context, buffer_bytes(&row->error));
        break;
    case COLUMN_RESPONSE_TEXT:
        result_text(context, reply_words(reply));
        break;
    case COLUMN_PROMPT:
        result_member(context, trace->prompt, scratch);
        break;
    case COLUMN_METADATA:
        result_member(context, trace->metadata, scratch);
        break;
    case COLUMN_RESPONSE:
        result_member(context, trace->response, scratch);
        break;
    case COLUMN_NOTE:
        result_note(context, row, scratch);
        break;
    case COLUMN_CREDENTIALS:
        sqlite3_result_int64(context, (sqlite3_int64)row->credentials);
        break;
    case COLUMN_UNKNOWN_SHAPE:
        sqlite3_result_int(context, reply->kind == REPLY_UNKNOWN);
        break;
    default:
        break; /* the ids, which a document that is not stored has not */
    }
}

void trace_row_result(const struct trace_row *row, sqlite3_context *context, int column,
                      const char *day, struct buffer *scratch)
{
    if (column == COLUMN_DAY)
        result_day(context, row, day);
    else if (column == COLUMN_HASH)
        sqlite3_result_blob(context, row->hash, PACK_HASH_SIZE, SQLITE_TRANSIENT);
    else if (column == COLUMN_DOCUMENT_SIZE)
        sqlite3_result_int64(context, (sqlite3_int64)row->document.n);
    else if (column == COLUMN_PACKED && row->pack_failure)
        result_errorf(context, "cannot pack a document: %s", row->pack_failure);
    else if (column == COLUMN_PACKED)
        sqlite3_result_blob64(context, row->packed.at, row->packed.n, SQLITE_TRANSIENT);
    else if (row->is_trace)
        result_of_trace(row, context, column, scratch);
}
