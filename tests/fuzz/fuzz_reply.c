/*
 * fuzz_reply -- any bytes as the argument of response_text(), as the response of a trace, and as an
 * error message: words that are no envelope stay as they are, a string in a trace is read as its
 * words are, and nothing but credentials goes from a message.
 */
#include "fuzz.h"

#include "credentials.h"
#include "json.h"
#include "reply.h"
#include "utf8.h"

#define LONGEST_MESSAGE 300

static void check_kind(const struct reply *reply, struct bytes text)
{
    struct bytes words = reply_words(reply);
    switch (reply->kind) {
    case REPLY_TEXT:
        REQUIRE(bytes_equal(words, text));
        REQUIRE(!reply->blocked && !reply->has_finish && !reply->has_model);
        break;
    case REPLY_ENVELOPE:
        REQUIRE(words.at && utf8_valid_prefix(words) == words.n);
        REQUIRE(words.n <= text.n);
        REQUIRE(!reply->error_class);
        break;
    case REPLY_ERROR:
        REQUIRE(!words.at && reply->error_class);
        break;
    default:
        REQUIRE(reply->kind == REPLY_TEXT); /* and none of the others */
    }
    REQUIRE(reply->prompt_tokens >= -1 && reply->completion_tokens >= -1);
}

static void check_message(struct bytes message)
{
    struct buffer once = {0};
    struct buffer twice = {0};
    REQUIRE(reply_error_class(message));
    size_t masked = credentials_mask(message, &once);
    if (masked == 0)
        REQUIRE(bytes_equal(buffer_bytes(&once), message));
    else
        REQUIRE(once.n >= 3 * masked);
    credentials_mask(buffer_bytes(&once), &twice);
    buffer_free(&once);
    buffer_free(&twice);
}

/* The text as a string of JSON; false when it is none, for it is not UTF-8. */
static bool quote(struct bytes text, struct buffer *out)
{
    if (utf8_valid_prefix(text) != text.n)
        return false;
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20)
            buffer_format(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            buffer_format(out, "\\%c", c);
        else
            buffer_append_byte(out, text.at[i]);
    }
    buffer_append_byte(out, '"');
    return true;
}

static bool same(struct bytes a, struct bytes b)
{
    return (a.at == NULL) == (b.at == NULL) && bytes_equal(a, b);
}

/* A stream that a client put into one string is the same as the stream itself; so are words. Only a
 * body in a string in a string is not undone. */
static void check_string(const struct reply *reply, struct bytes text)
{
    static struct reply other;
    struct buffer string = {0};
    if (quote(text, &string)) {
        reply_read(&other, buffer_bytes(&string));
        REQUIRE(!reply_failed(&other));
        if (reply->decoded.n == 0) {
            REQUIRE(other.kind == reply->kind);
            REQUIRE(same(reply_words(reply), reply_words(&other)));
            REQUIRE(bytes_equal(buffer_bytes(&reply->error), buffer_bytes(&other.error)));
            REQUIRE(reply->completion_tokens == other.completion_tokens);
        }
    }
    buffer_free(&string);
}

/* In a trace, where it is checked JSON, it is the same too; but what are words alone is unknown. */
static void check_response(const struct reply *reply, struct bytes text)
{
    static struct reply other;
    struct json_reader r;
    reader_open(&r, text);
    enum json_type type = reader_type(&r);
    struct bytes json;
    if ((type != JSON_OBJECT && type != JSON_ARRAY) || !reader_skip(&r, &json) ||
        !reader_finish(&r))
        return;
    reply_read(&other, json);
    REQUIRE(other.kind == (reply->kind == REPLY_TEXT ? REPLY_UNKNOWN : reply->kind));
    if (other.kind == REPLY_ENVELOPE)
        REQUIRE(same(reply_words(reply), reply_words(&other)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reply reply; /* used again, as in the reading of a folder */
    struct bytes text = input_bytes(data, size);
    reply_read_argument(&reply, text);
    REQUIRE(!reply_failed(&reply));
    check_kind(&reply, text);
    check_string(&reply, text);
    check_response(&reply, text);
    /* No message is long. */
    if (size > 0 && size <= LONGEST_MESSAGE && reply.kind == REPLY_TEXT)
        check_message(text);
    return 0;
}
