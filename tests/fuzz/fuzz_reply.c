/*
 * fuzz_reply -- any bytes as the argument of response_text() and as an error message: words that
 * are no envelope stay as they are, and nothing but credentials goes from a message.
 */
#include "fuzz.h"

#include "credentials.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reply reply; /* used again, as in the reading of a folder */
    struct bytes text = input_bytes(data, size);
    reply_read_argument(&reply, text);
    REQUIRE(!reply_failed(&reply));
    check_kind(&reply, text);
    /* What begins otherwise is words at once; and no message is long. */
    if (size > 0 && size <= LONGEST_MESSAGE && data[0] != '{')
        check_message(text);
    return 0;
}
