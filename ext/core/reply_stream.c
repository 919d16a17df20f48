#include "reply_stream.h"

#include "json.h"
#include "reply_faults.h"
#include "reply_parts.h"
#include "reply_shapes.h"

struct stream {
    struct reply_intake in;
    bool known; /* there was a chunk of a known shape */
};

/* What follows the chunk that was looked at. */
enum course {
    COURSE_ON,
    COURSE_OVER,   /* an error: nothing after it counts */
    COURSE_CUT,    /* the text ended within it */
    COURSE_NO_MORE /* it is no chunk of a stream */
};

static bool is_error(const struct stream *stream)
{
    return stream->in.reply->kind == REPLY_ERROR;
}

/* Whether a failed reader failed because the text ended. */
static bool is_cut(const struct json_reader *r)
{
    return r->at >= r->end;
}

/* Takes the object that comes next. */
static enum course take_chunk(struct stream *stream, struct json_reader *r)
{
    struct bytes inner;
    enum shape shape = shape_take(&stream->in, r, &inner);
    if (reader_failed(r))
        return is_cut(r) ? COURSE_CUT : COURSE_NO_MORE;
    if (shape == SHAPE_KNOWN)
        stream->known = true;
    if (is_error(stream))
        return COURSE_OVER;
    /* Later on there may be chunks that nobody knows yet. */
    return shape == SHAPE_KNOWN || shape == SHAPE_ASIDE || stream->known ? COURSE_ON
                                                                         : COURSE_NO_MORE;
}

/* Takes all objects of the text; the mark of OpenAI's end may stand between them. */
static enum course take_objects(struct stream *stream, struct bytes text)
{
    const struct bytes mark = BYTES("[DONE]");
    const char *end = text.at + text.n;
    struct json_reader r;
    reader_open(&r, text);
    for (;;) {
        enum json_type type = reader_type(&r);
        size_t left = (size_t)(end - r.at);
        if (left == 0)
            return COURSE_ON;
        if (left >= mark.n && memcmp(r.at, mark.at, mark.n) == 0) {
            reader_open(&r, (struct bytes){r.at + mark.n, left - mark.n});
            continue;
        }
        if (type != JSON_OBJECT)
            return COURSE_NO_MORE;
        reader_open(&r, (struct bytes){r.at, left});
        enum course course = take_chunk(stream, &r);
        if (course != COURSE_ON)
            return course;
        reader_open(&r, (struct bytes){r.at, (size_t)(end - r.at)});
    }
}

bool stream_take_objects(struct reply *reply, struct bytes text)
{
    struct stream stream = {.in.reply = reply};
    enum course course = take_objects(&stream, text);
    return course != COURSE_NO_MORE && stream.known;
}

bool stream_take_array(struct reply *reply, struct bytes text)
{
    struct stream stream = {.in.reply = reply};
    struct json_reader r;
    int depth = 1;
    reader_open(&r, text);
    reader_enter(&r, JSON_ARRAY);
    while (depth > 0) {
        if (!reader_next_element(&r)) {
            if (reader_failed(&r))
                return is_cut(&r) && stream.known;
            depth--;
        } else if (reader_type(&r) == JSON_ARRAY && depth == 1 && !stream.known) {
            reader_enter(&r, JSON_ARRAY);
            depth++;
        } else if (reader_type(&r) != JSON_OBJECT || is_error(&stream)) {
            if (!stream.known)
                return false;
            if (!reader_skip(&r, NULL))
                return is_cut(&r);
        } else {
            enum course course = take_chunk(&stream, &r);
            if (course == COURSE_CUT)
                return stream.known;
            if (course == COURSE_NO_MORE)
                return false;
        }
    }
    return stream.known && reader_finish(&r);
}

/* ---- server-sent events ---- */

struct events {
    struct stream stream;
    struct buffer *joined; /* the data, when there are several lines of it */
    struct bytes data;     /* when there is one */
    unsigned lines;        /* of data */
    struct bytes name;     /* of the event; "" mostly */
};

/* A text of lines that end in any of the three ways. The next ends of both kinds are kept, so that
 * none is searched for twice. */
struct lines {
    const char *at;
    const char *end;
    const char *newline;
    const char *carriage;
};

static const char *find(const char *from, const char *end, char c)
{
    const char *found = memchr(from, c, (size_t)(end - from));
    return found ? found : end;
}

static struct lines lines_of(struct bytes text)
{
    const char *end = text.at + text.n;
    return (struct lines){text.at, end, find(text.at, end, '\n'), find(text.at, end, '\r')};
}

/* *whole: whether the end of the line is there. */
static bool next_line(struct lines *lines, struct bytes *line, bool *whole)
{
    const char *at = lines->at;
    if (at == lines->end)
        return false;
    if (lines->newline < at)
        lines->newline = find(at, lines->end, '\n');
    if (lines->carriage < at)
        lines->carriage = find(at, lines->end, '\r');
    const char *end = lines->newline < lines->carriage ? lines->newline : lines->carriage;
    *line = (struct bytes){at, (size_t)(end - at)};
    *whole = end < lines->end;
    lines->at = end + (*whole ? 1 : 0);
    if (*whole && *end == '\r' && lines->at < lines->end && *lines->at == '\n')
        lines->at++;
    return true;
}

static bool begins(struct bytes text, const char *word)
{
    size_t n = strlen(word);
    return text.n >= n && memcmp(text.at, word, n) == 0;
}

static const char *const fields[] = {"data", "event", "id", "retry"};

/* Which field the line has, its value in *value; NULL for none. */
static const char *field_of(struct bytes line, struct bytes *value)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t n = strlen(fields[i]);
        if (!begins(line, fields[i]) || (line.n > n && line.at[n] != ':'))
            continue;
        *value = (struct bytes){line.at + n, line.n - n};
        for (const char *skip = ": "; *skip && value->n > 0 && *value->at == *skip; skip++)
            *value = (struct bytes){value->at + 1, value->n - 1};
        return fields[i];
    }
    return NULL;
}

static void add_data(struct events *events, struct bytes data)
{
    if (events->lines == 0) {
        events->data = data;
    } else {
        if (events->lines == 1) {
            events->joined->n = 0; /* and a failure stays */
            buffer_append(events->joined, events->data.at, events->data.n);
        }
        buffer_append_byte(events->joined, '\n');
        buffer_append(events->joined, data.at, data.n);
    }
    events->lines += events->lines < 2;
}

/* The data of an event that is called an error. Words alone are one only in the midst of a stream. */
static bool take_error(struct reply *reply, struct bytes data, bool amidst)
{
    struct json_reader r;
    reader_open(&r, data);
    if (reader_type(&r) == JSON_OBJECT && reader_skip(&r, NULL) && reader_finish(&r))
        fault_take_any(reply, data);
    else if (amidst)
        reply_take_error(reply, &(struct error_facts){.plain = data});
    return reply->kind == REPLY_ERROR;
}

/* The event is complete. Returns false when it shows that this is no stream. */
static bool take_event(struct events *events)
{
    struct stream *stream = &events->stream;
    struct reply *reply = stream->in.reply;
    bool error = bytes_equal(events->name, BYTES("error"));
    if (events->lines == 0)
        return true;
    struct bytes data = events->lines == 1 ? events->data : buffer_bytes(events->joined);
    enum course course = take_objects(stream, data);
    if (error && !is_error(stream) && take_error(reply, data, stream->known))
        stream->known = true;
    if (events->lines > 1)
        reply_own(reply); /* the joined lines will not stay */
    events->lines = 0;
    events->name = BYTES("");
    return stream->known || course == COURSE_ON || course == COURSE_CUT;
}

static bool take_line(struct events *events, struct bytes line, bool whole)
{
    struct bytes value;
    const char *field = field_of(line, &value);
    if (line.n == 0)
        return take_event(events);
    if (*line.at == ':')
        return true;
    if (!field && *line.at == '{')
        add_data(events, line);
    else if (!field)
        return !whole; /* it was cut within the field's name */
    else if (*field == 'd')
        add_data(events, value);
    else if (*field == 'e')
        events->name = value;
    return true;
}

bool stream_has_events(struct bytes text)
{
    struct lines lines = lines_of(text);
    struct bytes line = {text.at, 0};
    struct bytes value;
    bool whole;
    if (text.n > 0 && *text.at == ':')
        return true;
    if (!begins(text, "data") && !begins(text, "event") && !begins(text, "id") &&
        !begins(text, "retry"))
        return false;
    return next_line(&lines, &line, &whole) && memchr(line.at, ':', line.n) &&
           field_of(line, &value);
}

bool stream_take_events(struct reply *reply, struct bytes text)
{
    struct events events = {.stream.in.reply = reply, .joined = &reply->event, .name = BYTES("")};
    struct lines lines = lines_of(text);
    struct bytes line;
    bool whole;
    while (!is_error(&events.stream) && next_line(&lines, &line, &whole))
        if (!take_line(&events, line, whole))
            return false;
    return (is_error(&events.stream) || take_event(&events)) && events.stream.known;
}
