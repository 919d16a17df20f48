#include "trace.h"

#include <math.h>

enum member { TRACE_ID, COMPONENT, START, PROMPT, METADATA, RESPONSE, END, LATENCY, REWARD, MEMBERS };

static const char *const member_names[MEMBERS] = {
    "trace_id", "component",     "timestamp_start", "prompt", "metadata",
    "response", "timestamp_end", "latency_ms",      "reward",
};

static struct json_text text_next(struct json_reader r)
{
    struct json_text text = {{NULL, 0}, false};
    if (reader_type(&r) == JSON_STRING)
        reader_text(&r, &text);
    return text;
}

/* An identifier may be written as a number: then it is the number's text. */
static struct json_text identifier_next(struct json_reader r)
{
    struct json_text text = text_next(r);
    if (reader_type(&r) == JSON_NUMBER)
        reader_skip(&r, &text.raw);
    return text;
}

/* The text of a JSON string; absent for any other value. */
static struct json_text text_of(struct bytes value)
{
    struct json_reader r;
    if (!value.at)
        return (struct json_text){{NULL, 0}, false};
    reader_open(&r, value);
    return text_next(r);
}

static double number_of(struct bytes value, unsigned *notes)
{
    struct json_reader r;
    double number = NAN;
    if (!value.at)
        return NAN;
    reader_open(&r, value);
    if (reader_type(&r) != JSON_NUMBER)
        return NAN;
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
    return identifier_next(r);
}

static void read_metadata(struct trace *trace)
{
    static const char *const keys[] = {"model", "blocked_by_safety", "session_id", "user_id"};
    struct json_reader r;
    struct json_reader found[4];
    if (!trace->metadata.at)
        return;
    reader_open(&r, trace->metadata);
    reader_members(r, keys, 4, found);
    trace->model = text_next(found[0]);
    trace->blocked = reader_type(&found[1]) == JSON_TRUE;
    trace->session_id = identifier_next(found[2]);
    trace->user_id = identifier_next(found[3]);
}

bool trace_metadata_blocked(struct bytes metadata)
{
    struct json_reader r;
    reader_open(&r, metadata);
    struct json_reader blocked = reader_member(r, "blocked_by_safety");
    return reader_type(&blocked) == JSON_TRUE;
}

/* Splits the top level into the spans of its members, checking the whole document. */
static bool split(struct json_reader *r, struct bytes *members, unsigned *notes)
{
    struct json_text key;
    if (!reader_enter(r, JSON_OBJECT))
        return false;
    while (reader_next_member(r, &key)) {
        struct bytes *member = NULL;
        for (size_t i = 0; i < MEMBERS && !member; i++)
            if (json_text_is(key, (struct bytes){member_names[i], strlen(member_names[i])}))
                member = &members[i];
        if (member && member->at)
            *notes |= TRACE_REPEATED_KEY;
        reader_skip(r, member);
    }
    return reader_finish(r);
}

int trace_read(struct trace *trace, struct bytes document, const struct trace_keys *keys,
               struct trace_error *error)
{
    struct bytes members[MEMBERS] = {{NULL, 0}};
    struct json_reader r;
    *trace = (struct trace){.latency_ms = NAN, .reward = NAN};
    reader_open(&r, document);
    if (!split(&r, members, &trace->notes)) {
        *error = (struct trace_error){r.expected, reader_offset(&r), r.at >= r.end};
        return -1;
    }
    trace->trace_id = text_of(members[TRACE_ID]);
    if (!trace->trace_id.raw.at || trace->trace_id.raw.n == 0) {
        size_t at = members[TRACE_ID].at ? (size_t)(members[TRACE_ID].at - document.at) : 0;
        *error = (struct trace_error){
            members[TRACE_ID].at ? "a trace_id that is a non-empty string"
                                 : "an object with a trace_id",
            at, false};
        return -1;
    }
    trace->component = text_of(members[COMPONENT]);
    trace->timestamp_start = text_of(members[START]);
    trace->timestamp_end = text_of(members[END]);
    trace->prompt = members[PROMPT];
    trace->metadata = members[METADATA];
    trace->response = members[RESPONSE];
    trace->latency_ms = number_of(members[LATENCY], &trace->notes);
    trace->reward = number_of(members[REWARD], &trace->notes);
    read_metadata(trace);
    if (keys && keys->session)
        trace->session_id = text_at(document, keys->session);
    if (keys && keys->user)
        trace->user_id = text_at(document, keys->user);
    return 0;
}
