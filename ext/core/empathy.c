#include "empathy.h"

#include <stdlib.h>

#include "fields.h"
#include "phrases.h"
#include "spelling.h"

/* A question is looked at no further back than this, in bytes. */
#define LONGEST_QUESTION 300
/* In choosing the longest phrase of a question, what one that begins the clause is longer by. */
#define CLAUSE_BONUS 6
#define MOST_QUESTIONS 3
#define LIST_OF_QUESTIONS 6
/* Fewer words than this between phrases do not make sentences of them. */
#define WORDS_BETWEEN 3
#define MOST_IN_A_ROW 4
#define LIST_IN_A_ROW 7

/* Spelled patterns, and the entry of the lexicon that each is a way to write. */
struct patterns {
    struct bytes *texts;
    size_t *entries;
    size_t n;
};

/* Phrases for questions have an automaton of their own, which runs over questions only: the words
 * that ask are too common to be worth stopping at elsewhere. */
struct empathy {
    struct empathy_lexicon lexicon;
    struct buffer spelled;
    struct patterns plain;
    struct patterns asking;
    struct phrases *questions;
};

/* ---- compiling ---- */

struct spelled {
    struct bytes text;
    size_t entry;
};

static int by_text_and_entry(const void *a, const void *b)
{
    const struct spelled *x = a;
    const struct spelled *y = b;
    size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
    int order = n ? memcmp(x->text.at, y->text.at, n) : 0;
    if (order == 0)
        order = (x->text.n > y->text.n) - (x->text.n < y->text.n);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

/* Writes all ways of all phrases to e->spelled, those of an entry ended by an empty line. */
static int spell(struct empathy *e)
{
    for (size_t i = 0; i < e->lexicon.n; i++) {
        spelling_ways(e->lexicon.entries[i].body, &e->spelled);
        buffer_append_byte(&e->spelled, '\n');
    }
    return e->spelled.failed ? -1 : 0;
}

/* Of two phrases that can be written alike and stand in the same places, the first one has the
 * spelling. */
static void take_spelled(struct empathy *e, const struct spelled *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct empathy_entry *entry = &e->lexicon.entries[all[i].entry];
        struct patterns *patterns = entry->question ? &e->asking : &e->plain;
        bool taken = false;
        for (size_t j = patterns->n; j > 0 && !taken; j--) {
            if (!bytes_equal(patterns->texts[j - 1], all[i].text))
                break;
            taken = e->lexicon.entries[patterns->entries[j - 1]].clause == entry->clause;
        }
        if (taken)
            continue;
        patterns->texts[patterns->n] = all[i].text;
        patterns->entries[patterns->n++] = all[i].entry;
    }
}

static int collect(struct empathy *e)
{
    size_t most = field_lines(buffer_bytes(&e->spelled));
    struct spelled *all = calloc(most, sizeof *all);
    struct bytes rest = buffer_bytes(&e->spelled);
    size_t n = 0;
    e->plain.texts = calloc(most, sizeof *e->plain.texts);
    e->plain.entries = calloc(most, sizeof *e->plain.entries);
    e->asking.texts = calloc(most, sizeof *e->asking.texts);
    e->asking.entries = calloc(most, sizeof *e->asking.entries);
    int rc = -1;
    if (!all || !e->plain.texts || !e->plain.entries || !e->asking.texts || !e->asking.entries)
        goto done;
    for (size_t entry = 0; rest.n > 0;) {
        struct bytes way = field_cut(&rest, '\n');
        if (way.n == 0)
            entry++;
        else
            all[n++] = (struct spelled){way, entry};
    }
    qsort(all, n, sizeof *all, by_text_and_entry);
    take_spelled(e, all, n);
    rc = 0;
done:
    free(all);
    return rc;
}

static struct empathy *compile(struct empathy *e)
{
    if (spell(e) == 0 && collect(e) == 0)
        e->questions = phrases_new(e->asking.texts, e->asking.n);
    if (e->questions)
        return e;
    empathy_free(e);
    return NULL;
}

static struct empathy *read_and_compile(struct bytes text, const char **wrong,
                                        int (*reader)(struct bytes, struct empathy_lexicon *,
                                                      const char **))
{
    struct empathy *e = calloc(1, sizeof *e);
    *wrong = NULL;
    if (!e)
        return NULL;
    if (reader(text, &e->lexicon, wrong) == 0)
        return compile(e);
    empathy_free(e);
    return NULL;
}

struct empathy *empathy_new(struct bytes lexicon, const char **wrong)
{
    return read_and_compile(lexicon, wrong, empathy_lexicon_read);
}

struct empathy *empathy_from_json(struct bytes json, const char **wrong)
{
    return read_and_compile(json, wrong, empathy_lexicon_read_json);
}

void empathy_free(struct empathy *e)
{
    if (!e)
        return;
    phrases_free(e->questions);
    free(e->plain.texts);
    free(e->plain.entries);
    free(e->asking.texts);
    free(e->asking.entries);
    buffer_free(&e->spelled);
    empathy_lexicon_free(&e->lexicon);
    free(e);
}

/* The last pattern is the question mark. */
size_t empathy_patterns(const struct empathy *e, struct bytes *out)
{
    for (size_t i = 0; out && i < e->plain.n; i++)
        out[i] = e->plain.texts[i];
    if (out)
        out[e->plain.n] = BYTES("?");
    return e->plain.n + 1;
}

/* ---- what stands around a phrase ---- */

static bool among(char c, struct bytes set)
{
    return memchr(set.at, c, set.n) != NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_in_word(char c)
{
    return is_letter(c) || c == '\'' || (unsigned char)c >= 0x80;
}

static bool has_words(struct bytes text, int least)
{
    bool inside = false;
    int words = 0;
    for (size_t i = 0; i < text.n && words < least; i++) {
        words += is_letter(text.at[i]) && !inside;
        inside = is_in_word(text.at[i]);
    }
    return words == least;
}

#define WORD(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define LONGEST_WORD 12

/* Small letters, straight apostrophes: enough to tell a few common words. Returns an empty one for a
 * word too long to be one of them. */
static struct bytes plain_word(struct bytes word, char out[LONGEST_WORD])
{
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.at[i];
        if (c == '\xe2' && word.n - i >= 3 && memcmp(word.at + i, "\xe2\x80\x99", 3) == 0) {
            c = '\'';
            i += 2;
        }
        if (n == LONGEST_WORD)
            return BYTES("");
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (struct bytes){out, n};
}

static bool is_one_of(struct bytes word, const struct bytes *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes_equal(word, words[i]))
            return true;
    return false;
}

static bool denies(struct bytes word)
{
    static const struct bytes deniers[] = {
        WORD("not"),    WORD("never"), WORD("no"),      WORD("cannot"),
        WORD("cant"),   WORD("dont"),  WORD("wont"),    WORD("didnt"),
        WORD("doesnt"), WORD("isnt"),  WORD("wasnt"),   WORD("arent"),
        WORD("hardly"), WORD("nor"),   WORD("neither"), WORD("without"),
    };
    char room[LONGEST_WORD];
    /* All of them end so; most words do not. */
    if (!among(word.at[word.n - 1], BYTES("tToOrRyY")))
        return false;
    struct bytes plain = plain_word(word, room);
    return (plain.n >= 3 && memcmp(plain.at + plain.n - 3, "n't", 3) == 0) ||
           is_one_of(plain, deniers, sizeof deniers / sizeof deniers[0]);
}

/* Whether one of the two words before `at` denies what follows. What stands before `since` has
 * counted already: the "don't" of "don't worry" denies nothing more. */
static bool is_denied(struct bytes reply, size_t at, size_t since)
{
    for (int words = 0; words < 2; words++) {
        while (at > since && reply.at[at - 1] == ' ')
            at--;
        size_t end = at;
        while (at > since && is_in_word(reply.at[at - 1]))
            at--;
        if (at == end)
            return false;
        if (denies((struct bytes){reply.at + at, end - at}))
            return true;
    }
    return false;
}

static bool begins_clause(struct bytes reply, size_t at)
{
    while (at > 0 && among(reply.at[at - 1], BYTES(" \t\"'*")))
        at--;
    return at == 0 || !is_letter(reply.at[at - 1]);
}

/* ---- questions ---- */

/* The longest phrase in a question so far. */
struct question {
    const struct empathy *e;
    struct bytes sentence;
    bool about_self;
    size_t longest;
    size_t entry;
    size_t at;
    size_t length;
};

static bool on_asking(void *context, const struct phrase_hit *hit)
{
    struct question *q = context;
    size_t index = q->e->asking.entries[hit->phrase];
    const struct empathy_entry *entry = &q->e->lexicon.entries[index];
    size_t length = hit->length;
    if (entry->clause) {
        if ((q->about_self && !entry->of_self) || !begins_clause(q->sentence, hit->at))
            return true;
        length += CLAUSE_BONUS;
    }
    if (length > q->longest) {
        q->longest = length;
        q->entry = index;
        q->at = hit->at;
        q->length = hit->length;
    }
    return true;
}

/* The sentence that ends at `end`, where there is a question mark. */
static struct bytes sentence_before(struct bytes reply, size_t end)
{
    size_t at = end;
    while (at > 0 && end - at < LONGEST_QUESTION && !among(reply.at[at - 1], BYTES(".!?\n")))
        at--;
    while (at < end && ((unsigned char)reply.at[at] & 0xC0) == 0x80)
        at++;
    return (struct bytes){reply.at + at, end - at};
}

/* Whether a sentence is about the writer alone: it has an I and no you. */
static bool is_about_self(struct bytes sentence)
{
    static const struct bytes first[] = {WORD("i"),   WORD("i'm"), WORD("im"), WORD("i've"),
                                         WORD("i'd"), WORD("me"),  WORD("my"), WORD("myself")};
    static const struct bytes second[] = {
        WORD("you"),   WORD("your"),     WORD("you're"), WORD("youre"), WORD("u"),
        WORD("yours"), WORD("yourself"), WORD("you've"), WORD("you'd"), WORD("ya")};
    bool self = false;
    for (size_t at = 0; at < sentence.n;) {
        size_t start = at;
        while (at < sentence.n && is_in_word(sentence.at[at]))
            at++;
        if (at > start && among(sentence.at[start], BYTES("iImMyYuU"))) {
            char room[LONGEST_WORD];
            struct bytes word = plain_word((struct bytes){sentence.at + start, at - start}, room);
            if (is_one_of(word, second, sizeof second / sizeof second[0]))
                return false;
            self = self || is_one_of(word, first, sizeof first / sizeof first[0]);
        }
        at += at == start;
    }
    return self;
}

static bool find_question(const struct empathy *e, struct bytes reply, size_t end,
                          struct question *q)
{
    *q = (struct question){.e = e, .sentence = sentence_before(reply, end)};
    if (!has_words(q->sentence, 2))
        return false;
    q->about_self = is_about_self(q->sentence);
    phrases_find(e->questions, q->sentence, on_asking, q);
    q->at += (size_t)(q->sentence.at - reply.at);
    return q->longest > 0;
}

/* ---- meeting ---- */

/* What stands for a phrase in the reply. */
struct place {
    size_t entry;
    size_t at;
    size_t length;
    bool question;
    bool too_many; /* earns nothing more */
    bool list;     /* counts against the reply */
};

static bool was_seen(const struct empathy_tally *tally, size_t entry)
{
    return tally->seen[entry / 64] >> (entry % 64) & 1;
}

/* Whether a positive phrase is one too many of those that follow each other with few words between. */
static void see_row(struct empathy_tally *tally, struct bytes reply, struct place *place)
{
    size_t end = place->at + place->length;
    if (place->at >= tally->last && !place->question) {
        struct bytes gap = {reply.at + tally->last, place->at - tally->last};
        tally->row = tally->row == 0 || has_words(gap, WORDS_BETWEEN) ? 1 : tally->row + 1;
    }
    if (end > tally->last)
        tally->last = end;
    if (!place->question) {
        place->too_many = tally->row > MOST_IN_A_ROW;
        place->list = tally->row > LIST_IN_A_ROW;
    }
}

static bool count(const struct empathy *e, struct empathy_tally *tally, struct bytes reply,
                  struct place *place, struct finding *found)
{
    const struct empathy_entry *entry = &e->lexicon.entries[place->entry];
    int64_t weight = entry->weight;
    if (was_seen(tally, place->entry) && !place->list)
        return false;
    if (weight > 0)
        see_row(tally, reply, place);
    if (weight > 0 && place->list)
        weight = -weight;
    else if (weight > 0 && place->too_many)
        return false;
    tally->seen[place->entry / 64] |= 1ULL << (place->entry % 64);
    if (weight > 0)
        tally->sums[entry->dimension] += weight;
    else
        tally->against -= weight;
    if (found)
        *found = (struct finding){entry->name, e->lexicon.dimensions[entry->dimension].name,
                                  (double)weight / EMPATHY_UNIT, place->at, place->length};
    return true;
}

bool empathy_meet(const struct empathy *e, struct empathy_tally *tally, size_t pattern,
                  struct bytes reply, size_t at, size_t length, struct finding *found)
{
    struct place place = {.at = at, .length = length};
    if (pattern == e->plain.n) {
        struct question q;
        tally->questions++;
        if (!find_question(e, reply, at, &q))
            return false;
        place = (struct place){.entry = q.entry,
                               .at = q.at,
                               .length = q.length,
                               .question = true,
                               .too_many = tally->questions > MOST_QUESTIONS,
                               .list = tally->questions > LIST_OF_QUESTIONS};
        return count(e, tally, reply, &place, found);
    }
    place.entry = e->plain.entries[pattern];
    if (was_seen(tally, place.entry))
        return false;
    if (e->lexicon.entries[place.entry].clause && !begins_clause(reply, at))
        return false;
    if (is_denied(reply, at, tally->last < at ? tally->last : at))
        return false;
    return count(e, tally, reply, &place, found);
}

/* ---- the score ---- */

static double in_units(int64_t millionths)
{
    return (double)millionths / EMPATHY_UNIT;
}

static bool is_blank(struct bytes reply)
{
    size_t i = 0;
    while (i < reply.n && among(reply.at[i], BYTES(" \t\r\n")))
        i++;
    return i == reply.n;
}

double empathy_score(const struct empathy *e, const struct empathy_tally *tally, struct bytes reply)
{
    if (is_blank(reply))
        return 0;
    double worth = in_units(e->lexicon.base);
    for (size_t i = 0; i < e->lexicon.n_dimensions; i++) {
        double p = in_units(tally->sums[i]);
        worth += in_units(e->lexicon.dimensions[i].limit) * (p / (1 + p));
    }
    worth /= 1 + in_units(tally->against);
    return worth / (1 + worth);
}
