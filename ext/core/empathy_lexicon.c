#include "empathy_lexicon.h"

#include <math.h>
#include <stdlib.h>

#include "fields.h"
#include "json.h"

static const char not_a_line[] = "has a line that is not phrase, weight, dimension";
static const char bad_weight[] = "has a weight that is not a number from -1000 to 1000";
static const char no_phrase[] = "has a phrase without any words";
static const char too_many[] = "has more than 1024 phrases";
static const char many_dimensions[] = "has more than 12 dimensions";
static const char bad_limit[] = "has a limit that is not a number from 0 to 1000";
static const char not_json[] = "is not JSON";
static const char not_an_object[] = "is not a JSON object";
static const char bad_member[] =
    "has a member that is neither \"phrases\", \"limits\", nor a weight";
static const char bad_phrase[] =
    "has an entry of \"phrases\" that is not {\"phrase\", \"weight\", \"dimension\"}";

#define MOST_WEIGHT 1000

/* ---- entries ---- */

/* The index of a dimension, which is new when its name is; EMPATHY_MOST_DIMENSIONS: one too many. */
static size_t dimension_of(struct empathy_lexicon *lexicon, struct bytes name)
{
    size_t i = 0;
    while (i < lexicon->n_dimensions && !bytes_equal(lexicon->dimensions[i].name, name))
        i++;
    if (i == lexicon->n_dimensions && i < EMPATHY_MOST_DIMENSIONS)
        lexicon->dimensions[lexicon->n_dimensions++] =
            (struct empathy_dimension){name, EMPATHY_UNIT};
    return i;
}

static const char *add_limit(struct empathy_lexicon *lexicon, struct bytes name, double limit)
{
    if (!(limit >= 0 && limit <= MOST_WEIGHT))
        return bad_limit;
    int64_t millionths = llround(limit * EMPATHY_UNIT);
    if (bytes_equal(name, BYTES("base"))) {
        lexicon->base = millionths;
        return NULL;
    }
    size_t dimension = dimension_of(lexicon, name);
    if (dimension == EMPATHY_MOST_DIMENSIONS)
        return many_dimensions;
    lexicon->dimensions[dimension].limit = millionths;
    return NULL;
}

static bool has_words(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            return true;
    }
    return false;
}

static bool has_i(struct bytes phrase)
{
    while (phrase.n > 0)
        if (bytes_equal(field_cut(&phrase, ' '), BYTES("i")))
            return true;
    return false;
}

/* Adds a phrase to the table, which has room for it. Returns what is wrong, or NULL. */
static const char *add_phrase(struct empathy_lexicon *lexicon, struct bytes phrase, double weight,
                              struct bytes dimension)
{
    struct empathy_entry *entry = &lexicon->entries[lexicon->n];
    if (!(fabs(weight) <= MOST_WEIGHT))
        return bad_weight;
    *entry = (struct empathy_entry){.name = phrase,
                                    .body = phrase,
                                    .weight = llround(weight * EMPATHY_UNIT),
                                    .dimension = dimension_of(lexicon, dimension)};
    if (entry->dimension == EMPATHY_MOST_DIMENSIONS)
        return many_dimensions;
    if (entry->body.n > 0 && entry->body.at[0] == '^') {
        entry->clause = true;
        entry->body.at++;
        entry->body.n--;
    }
    if (entry->body.n > 2 && memcmp(entry->body.at + entry->body.n - 2, " ?", 2) == 0) {
        entry->question = true;
        entry->body.n -= 2;
    }
    if (!has_words(entry->body))
        return no_phrase;
    entry->of_self = has_i(entry->body);
    lexicon->n++;
    return NULL;
}

/* ---- text ---- */

static bool read_weight(struct bytes text, double *weight)
{
    bool negative = text.n > 0 && text.at[0] == '-';
    text.at += negative;
    text.n -= negative;
    if (field_decimal(text, weight) != 0)
        return false;
    *weight = negative ? -*weight : *weight;
    return true;
}

int empathy_lexicon_read(struct bytes text, struct empathy_lexicon *out, const char **wrong)
{
    struct bytes line;
    *wrong = NULL;
    out->entries = calloc(field_lines(text), sizeof *out->entries);
    if (!out->entries)
        return -1;
    while (!*wrong && field_next_line(&text, &line)) {
        double weight;
        struct bytes phrase = field_cut(&line, '\t');
        if (phrase.n == 0 || !read_weight(field_cut(&line, '\t'), &weight) || line.n == 0)
            *wrong = not_a_line;
        else if (bytes_equal(line, BYTES("limit")))
            *wrong = add_limit(out, phrase, weight);
        else if (out->n == EMPATHY_MOST_PHRASES)
            *wrong = too_many;
        else
            *wrong = add_phrase(out, phrase, weight, line);
    }
    return *wrong ? -1 : 0;
}

/* ---- JSON ---- */

/* A string with its escapes undone, in the lexicon's own text, which has room: it does not move.
 * Lines mean nothing in it. */
static struct bytes own_text(struct empathy_lexicon *lexicon, struct json_text text)
{
    size_t start = lexicon->text.n;
    json_text_decode(text, &lexicon->text);
    for (size_t i = start; i < lexicon->text.n; i++)
        if (lexicon->text.at[i] == '\n')
            lexicon->text.at[i] = ' ';
    return (struct bytes){lexicon->text.at + start, lexicon->text.n - start};
}

static const char *read_phrase(struct empathy_lexicon *lexicon, struct json_reader *r)
{
    struct json_text key;
    struct json_text phrase = {{NULL, 0}, false};
    struct json_text dimension = {{NULL, 0}, false};
    double weight = NAN;
    if (!reader_enter(r, JSON_OBJECT))
        return bad_phrase;
    while (reader_next_member(r, &key)) {
        bool read = false;
        if (json_text_is(key, BYTES("phrase")))
            read = reader_text(r, &phrase);
        else if (json_text_is(key, BYTES("weight")))
            read = reader_type(r) == JSON_NUMBER && reader_number(r, &weight);
        else if (json_text_is(key, BYTES("dimension")))
            read = reader_text(r, &dimension);
        if (!read)
            return bad_phrase;
    }
    if (!phrase.raw.at)
        return bad_phrase;
    return add_phrase(lexicon, own_text(lexicon, phrase), weight,
                      dimension.raw.at ? own_text(lexicon, dimension) : BYTES("reaction"));
}

static const char *read_phrases(struct empathy_lexicon *lexicon, struct json_reader *r)
{
    const char *wrong = reader_enter(r, JSON_ARRAY) ? NULL : bad_member;
    while (!wrong && reader_next_element(r))
        wrong = lexicon->n == EMPATHY_MOST_PHRASES ? too_many : read_phrase(lexicon, r);
    return wrong;
}

static const char *read_limits(struct empathy_lexicon *lexicon, struct json_reader *r)
{
    struct json_text key;
    const char *wrong = reader_enter(r, JSON_OBJECT) ? NULL : bad_limit;
    while (!wrong && reader_next_member(r, &key)) {
        double limit;
        if (reader_type(r) != JSON_NUMBER || !reader_number(r, &limit))
            wrong = bad_limit;
        else
            wrong = add_limit(lexicon, own_text(lexicon, key), limit);
    }
    return wrong;
}

static const char *read_member(struct empathy_lexicon *lexicon, struct json_text key,
                               struct json_reader *r)
{
    double weight;
    enum json_type type = reader_type(r);
    if (type == JSON_ARRAY && json_text_is(key, BYTES("phrases")))
        return read_phrases(lexicon, r);
    if (type == JSON_OBJECT && json_text_is(key, BYTES("limits")))
        return read_limits(lexicon, r);
    if (type != JSON_NUMBER)
        return bad_member;
    if (lexicon->n == EMPATHY_MOST_PHRASES)
        return too_many;
    if (!reader_number(r, &weight))
        return bad_weight;
    return add_phrase(lexicon, own_text(lexicon, key), weight, BYTES("reaction"));
}

int empathy_lexicon_read_json(struct bytes json, struct empathy_lexicon *out, const char **wrong)
{
    struct json_reader r;
    struct json_text key;
    *wrong = NULL;
    reader_open(&r, json);
    if (!reader_skip(&r, NULL) || !reader_finish(&r)) {
        *wrong = not_json;
        return -1;
    }
    /* Undone, a string is not longer than it was. */
    out->entries = calloc(EMPATHY_MOST_PHRASES, sizeof *out->entries);
    if (!out->entries || buffer_reserve(&out->text, json.n) != 0)
        return -1;
    reader_open(&r, json);
    if (!reader_enter(&r, JSON_OBJECT))
        *wrong = not_an_object;
    while (!*wrong && reader_next_member(&r, &key))
        *wrong = read_member(out, key, &r);
    return *wrong ? -1 : 0;
}

void empathy_lexicon_free(struct empathy_lexicon *lexicon)
{
    free(lexicon->entries);
    buffer_free(&lexicon->text);
}
