#include "json_want.h"

#include <string.h>

static void forget(const struct json_want *wants, struct bytes *spans)
{
    for (; wants->key; wants++) {
        spans[wants->slot] = (struct bytes){NULL, 0};
        if (wants->inside)
            forget(wants->inside, spans);
    }
}

/* The want of that key. Members mostly come in the order of the wants, so the search begins behind
 * the last one found. */
static const struct json_want *find_want(const struct json_want *wants,
                                         const struct json_want **hint, struct json_text key)
{
    const struct json_want *want = *hint;
    do {
        if (!want->key) {
            want = wants;
            continue;
        }
        if (want->key_length == key.raw.n && memcmp(want->key, key.raw.at, key.raw.n) == 0) {
            *hint = want + 1;
            return want;
        }
        want++;
    } while (want != *hint);
    for (want = wants; key.escaped && want->key; want++)
        if (json_text_is(key, (struct bytes){want->key, want->key_length}))
            return want;
    return NULL;
}

static bool collect_members(struct json_reader *r, const struct json_want *wants,
                            struct bytes *spans, bool *repeated)
{
    const struct json_want *hint = wants;
    struct json_text key;
    if (!reader_enter(r, JSON_OBJECT))
        return false;
    while (reader_next_member(r, &key)) {
        const struct json_want *want = find_want(wants, &hint, key);
        if (!want) {
            reader_skip(r, NULL);
            continue;
        }
        if (spans[want->slot].at) {
            *repeated = true;
            if (want->inside)
                forget(want->inside, spans);
        }
        reader_type(r); /* goes to where the value starts */
        const char *start = r->at;
        reader_collect(r, want, spans, repeated);
        spans[want->slot] = (struct bytes){start, (size_t)(r->at - start)};
    }
    return !r->expected;
}

static bool collect_first(struct json_reader *r, const struct json_want *wants, struct bytes *spans,
                          bool *repeated)
{
    bool first = true;
    if (!reader_enter(r, JSON_ARRAY))
        return false;
    while (reader_next_element(r)) {
        if (first && reader_type(r) == JSON_OBJECT)
            collect_members(r, wants, spans, repeated);
        else
            reader_skip(r, NULL);
        first = false;
    }
    return !r->expected;
}

bool reader_collect(struct json_reader *r, const struct json_want *want, struct bytes *spans,
                    bool *repeated)
{
    enum json_type type = want->inside ? reader_type(r) : JSON_BAD;
    if (type == JSON_OBJECT && !want->of_first)
        return collect_members(r, want->inside, spans, repeated);
    if (type == JSON_ARRAY && want->of_first)
        return collect_first(r, want->inside, spans, repeated);
    return reader_skip(r, NULL);
}
