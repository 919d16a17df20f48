#include "trace.h"

#include <math.h>

/* Where spans are kept: those of the response first, at the places reply.c gives them. */
enum slot {
    TRACE_ID = REPLY_SPANS,
    COMPONENT,
    START,
    PROMPT,
    METADATA,
    MODEL,
    BLOCKED,
    SESSION_ID,
    USER_ID,
    RESPONSE,
    END,
    LATENCY,
    REWARD,
    SLOTS
};

static const struct json_want metadata_wants[] = {
    JSON_WANT("model", MODEL),
    JSON_WANT("blocked_by_safety", BLOCKED),
    JSON_WANT("session_id", SESSION_ID),
    JSON_WANT("user_id", USER_ID),
    JSON_WANTS_END,
};
static const struct json_want trace_wants[] = {
    JSON_WANT("trace_id", TRACE_ID),
    JSON_WANT("component", COMPONENT),
    JSON_WANT("timestamp_start", START),
    JSON_WANT("prompt", PROMPT),
    JSON_WANT_IN("metadata", METADATA, metadata_wants),
    JSON_WANT_IN("response", RESPONSE, reply_wants),
    JSON_WANT("timestamp_end", END),
    JSON_WANT("latency_ms", LATENCY),
    JSON_WANT("reward", REWARD),
    JSON_WANTS_END,
};
static const struct json_want whole = JSON_WANT_IN("", 0, trace_wants);

/* The text of a JSON string; absent for any other value. */
static struct json_text text_of(struct bytes value)
{
    struct json_reader r;
    struct json_text text = {{NULL, 0}, false};
    if (json_type_of(value) == JSON_STRING) {
        reader_open(&r, value);
        reader_text(&r, &text);
    }
    return text;
}

/* An identifier may be written as a number: then it is the number's text. */
static struct json_text identifier_of(struct bytes value)
{
    if (json_type_of(value) == JSON_NUMBER)
        return (struct json_text){value, false};
    return text_of(value);
}

static double number_of(struct bytes value, unsigned *notes)
{
    struct json_reader r;
    double number = NAN;
    if (json_type_of(value) != JSON_NUMBER)
        return NAN;
    reader_open(&r, value);
    reader_number(&r, &number);
    if (isfinite(number))
        return number;
    *notes |= TRACE_NOT_FINITE;
    return NAN;
}

/* Follows a path of names joined by dots from the top of the document. */
static struct json_text text_at(struct bytes document, const char *path)
{
    struct json_reader r;
    reader_open(&r, document);
    while (*path) {
        char key[256];
        size_t n = strcspn(path, ".");
        if (n >= sizeof key)
            return (struct json_text){{NULL, 0}, false};
        memcpy(key, path, n);
        key[n] = '\0';
        r = reader_member(r, key);
        path += n;
        path += *path == '.';
    }
    struct bytes value = {NULL, 0};
    reader_skip(&r, &value);
    return identifier_of(value);
}

bool trace_metadata_blocked(struct bytes metadata)
{
    struct json_reader r;
    reader_open(&r, metadata);
    struct json_reader blocked = reader_member(r, "blocked_by_safety");
    return reader_type(&blocked) == JSON_TRUE;
}

int trace_read(struct trace *trace, struct bytes document, const struct trace_keys *keys,
               struct trace_error *error)
{
    struct bytes spans[SLOTS] = {{NULL, 0}};
    struct json_reader r;
    bool repeated = false;
    reader_open(&r, document);
    if (reader_type(&r) != JSON_OBJECT)
        reader_enter(&r, JSON_OBJECT); /* fails, saying what is expected */
    if (!reader_collect(&r, &whole, spans, &repeated) || !reader_finish(&r)) {
        *error = (struct trace_error){r.expected, reader_offset(&r), r.at >= r.end};
        return -1;
    }
    *trace = (struct trace){.trace_id = text_of(spans[TRACE_ID])};
    if (!trace->trace_id.raw.at || trace->trace_id.raw.n == 0) {
        bool there = spans[TRACE_ID].at != NULL;
        error->expected =
            there ? "a trace_id that is a non-empty string" : "an object with a trace_id";
        error->offset = there ? (size_t)(spans[TRACE_ID].at - document.at) : 0;
        error->incomplete = false;
        return -1;
    }
    trace->notes = repeated ? TRACE_REPEATED_KEY : 0;
    trace->component = text_of(spans[COMPONENT]);
    trace->timestamp_start = text_of(spans[START]);
    trace->timestamp_end = text_of(spans[END]);
    trace->prompt = spans[PROMPT];
    trace->metadata = spans[METADATA];
    trace->model = text_of(spans[MODEL]);
    trace->blocked = json_type_of(spans[BLOCKED]) == JSON_TRUE;
    trace->response = spans[RESPONSE];
    memcpy(trace->reply, spans, sizeof trace->reply);
    trace->latency_ms = number_of(spans[LATENCY], &trace->notes);
    trace->reward = number_of(spans[REWARD], &trace->notes);
    trace->session_id =
        keys && keys->session ? text_at(document, keys->session) : identifier_of(spans[SESSION_ID]);
    trace->user_id =
        keys && keys->user ? text_at(document, keys->user) : identifier_of(spans[USER_ID]);
    return 0;
}
