#include "reply_faults.h"

#include "json.h"
#include "reply_members.h"
#include "reply_parts.h"

static bool is_word_of_error(struct bytes type)
{
    static const char *const ends[] = {"error", "Error", "Exception"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (part_is_string(type) && type.n - 2 >= n &&
            memcmp(type.at + type.n - 1 - n, ends[i], n) == 0)
            return true;
    }
    return false;
}

bool fault_status(struct bytes status)
{
    return status.n == 3 && (*status.at == '4' || *status.at == '5');
}

static size_t count_members(struct bytes object)
{
    struct json_reader r;
    struct json_text key;
    size_t n = 0;
    reader_open(&r, object);
    reader_enter(&r, JSON_OBJECT);
    for (; reader_next_member(&r, &key); n++)
        reader_skip(&r, NULL);
    return n;
}

static bool is_uuid(struct bytes value)
{
    static const char pattern[] = "\"hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh\"";
    if (value.n != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < value.n; i++)
        if (pattern[i] == 'h' ? !strchr("0123456789abcdefABCDEF", value.at[i])
                              : value.at[i] != pattern[i])
            return false;
    return true;
}

/* A message that stands alone is likely a planner's, but for what gateways and Bedrock say. */
static bool is_gateways_message(struct bytes message)
{
    static const char *const phrases[] = {
        "security token",
        "model identifier",
        "too many requests",
        "not authorized to perform",
        "malformed input",
        "validation error",
        "input is too long",
        "access to the model",
        "on-demand through",
        "api token",
        "api key",
        "authentication token",
        "internal server",
        "endpoint request",
        "trial key",
        "service unavailable",
        "not found, make sure",
        "invalid request",
        "too many tokens",
        "operation not allowed",
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (bytes_contain_nocase(message, (struct bytes){phrases[i], strlen(phrases[i])}))
            return true;
    return bytes_equal(message, BYTES("\"Forbidden\"")) ||
           bytes_equal(message, BYTES("\"Unauthorized\""));
}

static bool tells_error(struct bytes value)
{
    return value.at && strcmp(reply_error_class(value), "other") != 0;
}

/* Errors of those who do not put them into a member `error`. */
static bool is_flat_error(const struct bytes *s, struct bytes object)
{
    bool message = part_is_string(s[MESSAGE]);
    bool detail = part_is_string(s[DETAIL]) || part_is_array(s[DETAIL]);
    if (part_is_string(s[ERROR]) || (part_is(s[OBJECT], "error") && s[MESSAGE].at))
        return true;
    if (part_is_object(s[FAULT]))
        return true;
    if (part_is_string(s[ERROR_MESSAGE]) && part_is_array(s[ERRORS]))
        return s[ERROR_CODE].at || fault_status(s[STATUS]) || count_members(object) <= 3;
    if ((message || detail) && (fault_status(s[STATUS]) || fault_status(s[CODE]) ||
                                part_is_string(s[ERROR_NAME]) || is_word_of_error(s[TYPE])))
        return true;
    if (message && s[SUCCESS].n == 5) /* false */
        return true;
    if (part_is_array(s[DETAIL]) && part_is_array(s[DETAIL_PLACE]))
        return true;
    if (message && (part_is_string(s[REQUEST_ID]) || tells_error(s[CODE])))
        return true;
    if (message && is_uuid(s[ID]) && count_members(object) == 2)
        return true; /* Cohere's */
    if (message && s[MESSAGE].n < 1000 && is_gateways_message(s[MESSAGE]))
        return count_members(object) <= 2;
    return part_is_string(s[DETAIL]) && tells_error(s[DETAIL]) && count_members(object) == 1;
}

static struct bytes either(struct bytes a, struct bytes b)
{
    return a.at ? a : b;
}

/* The key, in its quotes, before a member's value; the object was checked. */
static struct bytes key_before(struct bytes value)
{
    const char *end = value.at;
    while (*--end != '"') {
    }
    const char *begin = end;
    while (*--begin != '"') {
    }
    return (struct bytes){begin, (size_t)(end + 1 - begin)};
}

static void take_error(struct reply *reply, const struct bytes *s, struct bytes object)
{
    struct error_facts facts = {
        .whole = either(s[ERROR], either(s[MESSAGE], either(s[DETAIL], object))),
        .message = s[ERROR_MESSAGE],
        .code = either(s[ERROR_CODE], s[CODE]),
        .type = either(s[ERROR_TYPE], either(s[ERROR_NAME], s[TYPE])),
        .status = either(s[ERROR_STATUS], s[STATUS]),
    };
    if (part_is_object(s[FAULT]))
        facts.type = key_before(s[FAULT]);
    if (part_is_array(s[DETAIL_PLACE]))
        facts.status = BYTES("422"); /* where FastAPI says what it found invalid */
    reply_take_error(reply, &facts);
}

/* Some say "error": null or "" beside a success, or false. "" beside nothing is a flat error. */
static bool is_error(const struct bytes *s)
{
    struct bytes error = s[ERROR];
    return error.n > 0 && *error.at != 'n' && *error.at != 'f' &&
           !bytes_equal(error, BYTES("\"\""));
}

bool fault_take(struct reply *reply, const struct bytes *members, struct bytes object)
{
    if (!is_error(members))
        return false;
    take_error(reply, members, object);
    return true;
}

bool fault_take_flat(struct reply *reply, const struct bytes *members, struct bytes object)
{
    if (!is_flat_error(members, object))
        return false;
    take_error(reply, members, object);
    return true;
}

void fault_take_any(struct reply *reply, struct bytes object)
{
    struct bytes spans[REPLY_MEMBERS] = {{NULL, 0}};
    struct json_reader r;
    bool repeated = false;
    reader_open(&r, object);
    if (part_is_object(object))
        reader_collect(&r, &reply_members, spans, &repeated);
    take_error(reply, spans, object);
}
