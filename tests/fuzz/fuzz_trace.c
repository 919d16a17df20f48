/*
 * fuzz_trace -- any bytes as a trace document: what is taken points into it, and the reply is the
 * same from the one pass over the trace as from its response alone.
 */
#include "fuzz.h"

#include <math.h>

#include "credentials.h"
#include "reply.h"
#include "trace.h"
#include "utf8.h"

static void check_within(struct bytes part, struct bytes whole)
{
    if (part.at)
        REQUIRE(part.at >= whole.at && part.n <= whole.n && part.at + part.n <= whole.at + whole.n);
}

static void check_value(struct bytes value, struct bytes document)
{
    struct json_reader r;
    struct bytes span;
    check_within(value, document);
    if (!value.at)
        return;
    reader_open(&r, value);
    REQUIRE(reader_skip(&r, &span) && reader_finish(&r));
    REQUIRE(span.at == value.at && span.n == value.n);
}

static void check_error(const struct reply *reply)
{
    struct buffer masked = {0};
    REQUIRE(reply->error_class);
    credentials_mask(buffer_bytes(&reply->error), &masked);
    buffer_free(&masked);
}

static void check_reply(const struct trace *trace)
{
    static struct reply taken;
    static struct reply read;
    reply_take(&taken, trace->response, trace->reply);
    reply_read(&read, trace->response);
    REQUIRE(taken.kind == read.kind);
    REQUIRE(taken.blocked == read.blocked);
    REQUIRE(taken.has_finish == read.has_finish);
    REQUIRE(taken.has_model == read.has_model);
    REQUIRE(taken.error_class == read.error_class);
    REQUIRE(taken.prompt_tokens == read.prompt_tokens);
    REQUIRE(taken.completion_tokens == read.completion_tokens);
    REQUIRE(bytes_equal(buffer_bytes(&taken.text), buffer_bytes(&read.text)));
    REQUIRE(bytes_equal(buffer_bytes(&taken.error), buffer_bytes(&read.error)));
    REQUIRE(bytes_equal(buffer_bytes(&taken.finish), buffer_bytes(&read.finish)));
    REQUIRE(bytes_equal(buffer_bytes(&taken.model), buffer_bytes(&read.model)));
    REQUIRE(utf8_valid_prefix(buffer_bytes(&taken.text)) == taken.text.n);
    REQUIRE(!trace->response.at || taken.kind != REPLY_NONE ||
            json_type_of(trace->response) == JSON_NULL);
    if (taken.kind == REPLY_ERROR)
        check_error(&taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct trace_keys keys = {"metadata.context.session", "user"};
    struct bytes document = input_bytes(data, size);
    struct trace trace;
    struct trace_error error;
    if (trace_read(&trace, document, size % 2 ? &keys : NULL, &error) != 0) {
        REQUIRE(error.expected && error.offset <= size);
        REQUIRE(!error.incomplete || error.offset == size);
        return 0;
    }
    REQUIRE(trace.trace_id.raw.at && trace.trace_id.raw.n > 0);
    const struct json_text *texts[] = {&trace.trace_id,       &trace.component, &trace.model,
                                       &trace.timestamp_end,  &trace.user_id,   &trace.session_id,
                                       &trace.timestamp_start};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_within(texts[i]->raw, document);
    check_value(trace.prompt, document);
    check_value(trace.metadata, document);
    check_value(trace.response, document);
    REQUIRE(!isinf(trace.latency_ms) && !isinf(trace.reward));
    if (trace.metadata.at)
        REQUIRE(trace.blocked == trace_metadata_blocked(trace.metadata));
    check_reply(&trace);
    return 0;
}
