/*
 * fuzz_json -- the JSON reader against a plain recursive one that is easy to check by eye: both
 * accept the same documents; what is accepted reads the same by members and by skipping.
 */
#include "fuzz.h"

#include "json.h"
#include "utf8.h"

/* ---- the plain reader: each returns what follows, or NULL ---- */

static const char *end; /* of the document */

static const char *plain_value(const char *p, unsigned depth);

static const char *plain_space(const char *p)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

static const char *plain_word(const char *p, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - p) >= n && memcmp(p, word, n) == 0 ? p + n : NULL;
}

static bool digit_at(const char *p)
{
    return p < end && *p >= '0' && *p <= '9';
}

static const char *plain_digits(const char *p)
{
    if (!digit_at(p))
        return NULL;
    while (digit_at(p))
        p++;
    return p;
}

static const char *plain_number(const char *p)
{
    if (*p == '-')
        p++;
    if (p < end && *p == 'I')
        return plain_word(p, "Infinity");
    if (p < end && *p == '0')
        p++;
    else
        p = plain_digits(p);
    if (p && p < end && *p == '.')
        p = plain_digits(p + 1);
    if (p && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        p = plain_digits(p);
    }
    return p;
}

static const char *plain_string(const char *p)
{
    for (p++; p < end && *p != '"'; p++) {
        size_t size = 1;
        if ((unsigned char)*p < 0x20)
            return NULL;
        if (*p == '\\') {
            p++;
            if (p == end || !strchr("\"\\/bfnrtu", *p) || *p == '\0')
                return NULL;
            if (*p != 'u')
                continue;
            for (int i = 0; i < 4; i++)
                if (++p == end || !strchr("0123456789abcdefABCDEF", *p) || *p == '\0')
                    return NULL;
            continue;
        }
        if (utf8_read((struct bytes){p, (size_t)(end - p)}, &size) == UTF8_REPLACEMENT && size == 1)
            return NULL;
        p += size - 1;
    }
    return p < end ? p + 1 : NULL;
}

static const char *plain_container(const char *p, unsigned depth)
{
    bool object = *p == '{';
    char close = object ? '}' : ']';
    if (depth == JSON_MAX_DEPTH)
        return NULL;
    p = plain_space(p + 1);
    if (p < end && *p == close)
        return p + 1;
    for (;;) {
        if (object) {
            if (p == end || *p != '"' || !(p = plain_string(p)))
                return NULL;
            p = plain_space(p);
            if (p == end || *p++ != ':')
                return NULL;
        }
        if (!(p = plain_value(p, depth + 1)))
            return NULL;
        p = plain_space(p);
        if (p == end || (*p != ',' && *p != close))
            return NULL;
        if (*p++ == close)
            return p;
        p = plain_space(p);
    }
}

static const char *plain_value(const char *p, unsigned depth)
{
    p = plain_space(p);
    if (p == end)
        return NULL;
    switch (*p) {
    case '{':
    case '[':
        return plain_container(p, depth);
    case '"':
        return plain_string(p);
    case 't':
        return plain_word(p, "true");
    case 'f':
        return plain_word(p, "false");
    case 'n':
        return plain_word(p, "null");
    case 'N':
        return plain_word(p, "NaN");
    default:
        return plain_number(p);
    }
}

static bool plain_accepts(struct bytes document)
{
    end = document.at + document.n;
    const char *p = plain_value(document.at, 0);
    return p && plain_space(p) == end;
}

/* ---- reading it all ---- */

static void check_text(struct json_text text)
{
    struct buffer decoded = {0};
    json_text_decode(text, &decoded);
    struct bytes plain = buffer_bytes(&decoded);
    REQUIRE(decoded.n <= text.raw.n);
    REQUIRE(utf8_valid_prefix(plain) == plain.n);
    REQUIRE(json_text_is(text, plain));
    REQUIRE(plain.n == 0 || !json_text_is(text, (struct bytes){plain.at, plain.n - 1}));
    REQUIRE(text.escaped == (memchr(text.raw.at, '\\', text.raw.n) != NULL));
    buffer_free(&decoded);
}

static void check_number(struct json_reader *r)
{
    struct json_reader copy = *r;
    struct bytes span;
    double number;
    REQUIRE(reader_skip(&copy, &span));
    REQUIRE(reader_number(r, &number));
    REQUIRE(r->at == copy.at);
    char *text = strndup(span.at, span.n);
    double expected = strtod(text, NULL);
    REQUIRE(number == expected || (number != number && expected != expected));
    free(text);
}

/* Reads the value that comes next by entering all there is. */
static void read_value(struct json_reader *r)
{
    struct json_text text;
    switch (reader_type(r)) {
    case JSON_OBJECT:
        REQUIRE(reader_enter(r, JSON_OBJECT));
        while (reader_next_member(r, &text)) {
            check_text(text);
            read_value(r);
        }
        REQUIRE(!reader_failed(r));
        break;
    case JSON_ARRAY:
        REQUIRE(reader_enter(r, JSON_ARRAY));
        while (reader_next_element(r))
            read_value(r);
        REQUIRE(!reader_failed(r));
        break;
    case JSON_STRING:
        REQUIRE(reader_text(r, &text));
        check_text(text);
        break;
    case JSON_NUMBER:
        check_number(r);
        break;
    default:
        REQUIRE(reader_skip(r, NULL));
    }
}

/* A strict beginning of an object is never a document: it ends too early. */
static void check_beginnings(struct bytes object)
{
    while (object.n > 0 && object.at[object.n - 1] != '}')
        object.n--;
    for (size_t i = 1; i < 8; i++) {
        struct bytes cut = {object.at, object.n * i / 8};
        struct json_reader r;
        if (cut.n == object.n)
            continue;
        reader_open(&r, cut);
        REQUIRE(!reader_skip(&r, NULL));
        REQUIRE(reader_offset(&r) == cut.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes document = input_bytes(data, size);
    struct bytes span = {NULL, 0};
    struct json_reader r;
    reader_open(&r, document);
    bool accepted = reader_skip(&r, &span) && reader_finish(&r);
    REQUIRE(accepted == plain_accepts(document));
    REQUIRE(reader_offset(&r) <= size);
    REQUIRE(accepted == !reader_failed(&r));
    if (!accepted)
        return 0;
    REQUIRE(reader_offset(&r) == size);
    reader_open(&r, span);
    read_value(&r);
    REQUIRE(reader_finish(&r));
    if (json_type_of(span) == JSON_OBJECT)
        check_beginnings(document);
    return 0;
}
