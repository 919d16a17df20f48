#include "reply_parts.h"

static const char *class_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return "auth";
    case 408:
    case 504:
    case 522: /* Cloudflare's */
    case 524:
        return "timeout";
    case 402: /* credits are used up */
    case 429:
    case 498: /* Groq's, over capacity */
        return "rate_limit";
    default:
        return status >= 500 ? "server" : "bad_request";
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether the number of three digits at offset `at` counts something, or goes on: "512 tokens",
 * "512,000". A status stands alone or before its reason: "429 - slow down", "503 Service
 * Unavailable". */
static bool counts_something(struct bytes text, size_t at)
{
    if (at + 4 >= text.n)
        return false;
    char joint = text.at[at + 3];
    char next = text.at[at + 4];
    return (joint == ' ' || joint == '-' || joint == ',' || joint == '.') &&
           (is_digit(next) || (next >= 'a' && next <= 'z'));
}

/* Whether what stands before offset `at` announces a status: nothing at all, or one of the words
 * that clients put there. A port or a token count is announced by other words; "error" announces
 * anything. */
static bool announces_status(struct bytes text, size_t at)
{
    static const char *const words[] = {"status", "code", "http", "http/1.1", "http/2", "error"};
    size_t end = at;
    while (end > 0 && !is_letter(text.at[end - 1]) && !is_digit(text.at[end - 1]))
        end--;
    if (end == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct bytes w = {words[i], strlen(words[i])};
        if (end >= w.n && bytes_contain_nocase((struct bytes){text.at + end - w.n, w.n}, w))
            return strcmp(words[i], "error") != 0 || !counts_something(text, at);
    }
    return false;
}

/* The HTTP status from 400 to 599 that the message names, or 0. */
static int status_in(struct bytes text)
{
    for (size_t i = 0; i + 3 <= text.n; i++) {
        const char *p = text.at + i;
        bool starts = i == 0 || (!is_digit(p[-1]) && !is_letter(p[-1]));
        if (!starts || (p[0] != '4' && p[0] != '5') || !is_digit(p[1]) || !is_digit(p[2]))
            continue;
        if (i + 3 < text.n && (is_digit(p[3]) || is_letter(p[3])))
            continue;
        if (announces_status(text, i))
            return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
    }
    return 0;
}

/* What the words of a message tell, first match first. Strong ones go before any status: filters and
 * Google's check of keys speak through status 400. */
static const struct error_word {
    const char *word;
    const char *class;
    bool strong;
} error_words[] = {
    {"content_filter", "content_filter", true},
    {"content filter", "content_filter", true},
    {"content policy", "content_filter", true},
    {"content_policy", "content_filter", true},
    {"content management policy", "content_filter", true},
    {"responsibleaipolicy", "content_filter", true},
    {"requires moderation", "content_filter", true},
    {"was flagged", "content_filter", true},
    {"sensitive content", "content_filter", true},
    {"safety system", "content_filter", true},
    {"api key not valid", "auth", true},
    {"api key expired", "auth", true},
    {"api_key_invalid", "auth", true},
    {"rate limit", "rate_limit", false},
    {"rate_limit", "rate_limit", false},
    {"rate-limit", "rate_limit", false},
    {"ratelimit", "rate_limit", false},
    {"too many requests", "rate_limit", false},
    {"please wait before", "rate_limit", false},
    {"quota", "rate_limit", false},
    {"resource_exhausted", "rate_limit", false},
    {"throttl", "rate_limit", false},
    {"trial key", "rate_limit", false},
    {"credit balance", "rate_limit", false},
    {"insufficient balance", "rate_limit", false},
    {"insufficient credits", "rate_limit", false},
    {"billing", "rate_limit", false},
    {"timed out", "timeout", false},
    {"timed_out", "timeout", false},
    {"timeout", "timeout", false},
    {"time out", "timeout", false},
    {"deadline", "timeout", false},
    {"unauthorized", "auth", false},
    {"unauthenticated", "auth", false},
    {"authentication", "auth", false},
    {"not authorized", "auth", false},
    {"permission", "auth", false},
    {"forbidden", "auth", false},
    {"access denied", "auth", false},
    {"accessdenied", "auth", false},
    {"api key", "auth", false},
    {"api_key", "auth", false},
    {"x-api-key", "auth", false},
    {"api token", "auth", false},
    {"security token", "auth", false},
    {"expiredtoken", "auth", false},
    {"unrecognizedclient", "auth", false},
    {"overloaded", "server", false},
    {"over capacity", "server", false},
    {"too busy", "server", false},
    {"currently loading", "server", false},
    {"modelnotready", "server", false},
    {"modelerror", "server", false},
    {"modelstreamerror", "server", false},
    {"unavailable", "server", false},
    {"internal server", "server", false},
    {"internalserver", "server", false},
    {"internal error", "server", false},
    {"bad gateway", "server", false},
    {"server_error", "server", false},
    {"api_error", "server", false},
    {"connection", "server", false},
    {"bad request", "bad_request", false},
    {"bad_request", "bad_request", false},
    {"invalid", "bad_request", false},
    {"malformed", "bad_request", false},
    {"validation", "bad_request", false},
    {"not found", "bad_request", false},
    {"not_found", "bad_request", false},
    {"notfound", "bad_request", false},
    {"does not exist", "bad_request", false},
    {"not supported", "bad_request", false},
    {"unsupported", "bad_request", false},
    {"deprecated", "bad_request", false},
    {"failed_precondition", "bad_request", false},
    {"out_of_range", "bad_request", false},
    {"context length", "bad_request", false},
    {"context_length", "bad_request", false},
    {"too long", "bad_request", false},
    {"too_large", "bad_request", false},
    {"too large", "bad_request", false},
};

/* What tells stands at the beginning; some clients append all that the provider sent. */
#define TELLING 4096

static struct bytes beginning(struct bytes message)
{
    return (struct bytes){message.at, message.n < TELLING ? message.n : TELLING};
}

/* The first of the words that the message has, ASCII letters of either case being the same. */
static const struct error_word *word_in(struct bytes message)
{
    char folded[TELLING];
    size_t n = beginning(message).n;
    for (size_t i = 0; i < n; i++) {
        char c = message.at[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    for (size_t i = 0; n > 0 && i < sizeof error_words / sizeof *error_words; i++)
        if (memmem(folded, n, error_words[i].word, strlen(error_words[i].word)))
            return &error_words[i];
    return NULL;
}

/* What one text tells: class is NULL when nothing. */
struct verdict {
    const char *class;
    bool strong;
};

static struct verdict judge(struct bytes text)
{
    const struct error_word *word = word_in(text);
    if (word && word->strong)
        return (struct verdict){word->class, true};
    int status = status_in(beginning(text));
    if (status)
        return (struct verdict){class_of_status(status), false};
    return (struct verdict){word ? word->class : NULL, false};
}

const char *reply_error_class(struct bytes message)
{
    const char *class = judge(message).class;
    return class ? class : "other";
}

/* The code says most, then the status; the type next, unless it says no more than that the request
 * was bad, which some providers say of everything. */
static const char *class_of_error(const struct error_facts *facts, struct bytes message)
{
    /* Numbers and quoted words are both told by what they contain. */
    const struct verdict code = judge(facts->code);
    const struct verdict status = judge(facts->status);
    const struct verdict type = judge(facts->type);
    const struct verdict words = judge(message);
    const struct verdict *const order[] = {&words, &type, &code, &status};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i]->strong)
            return order[i]->class;
    if (code.class)
        return code.class;
    if (status.class)
        return status.class;
    if (type.class && strcmp(type.class, "bad_request") != 0)
        return type.class;
    if (words.class)
        return words.class;
    return type.class ? type.class : "other";
}

void reply_take_error(struct reply *reply, const struct error_facts *facts)
{
    struct buffer *message = &reply->error;
    message->n = 0;
    reply->kind = REPLY_ERROR;
    if (facts->plain.at)
        buffer_append(message, facts->plain.at, facts->plain.n);
    else if (!part_append(facts->message, message) && !part_append(facts->whole, message))
        buffer_append(message, facts->whole.at, facts->whole.n);
    reply->error_class = class_of_error(facts, buffer_bytes(message));
}
