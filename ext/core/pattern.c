#include "pattern.h"

#include <stdlib.h>

#include "fields.h"
#include "words.h"

/* Bounds that keep a hostile text, or a hostile pattern, from costing much: a search tries each way
 * of filling its gaps. */
#define MOST_ITEMS 16
#define MOST_GAPS 3
#define MOST_GAP 9

enum kind { WORDS, GAP, EDGE };

struct item {
    enum kind kind;
    size_t most;   /* GAP: words */
    size_t choice; /* WORDS: the first of its choices, and their number */
    size_t choices;
};

/* A slice of `words`: folded, with single spaces. */
struct choice {
    size_t at;
    size_t n;
};

struct pattern {
    struct item items[MOST_ITEMS];
    size_t n;
    struct choice *choices;
    size_t n_choices;
    struct buffer words;
    size_t anchor;      /* the item whose choices are the anchors */
    bool at_line_start; /* then it is plain */
    bool plain;         /* one item, and what the automaton finds is all there is to it */
};

/* ---- matching ---- */

static struct bytes choice_words(const struct pattern *p, size_t i)
{
    return (struct bytes){p->words.at + p->choices[i].at, p->choices[i].n};
}

static bool same_word(struct bytes word, struct bytes plain)
{
    char folded[WORD_MOST];
    return plain.n > 0 && word_fold(word, folded) == plain.n &&
           memcmp(folded, plain.at, plain.n) == 0;
}

/* Whether these words stand next; *at is then their end. */
static bool words_follow(struct bytes text, size_t *at, struct bytes words)
{
    struct bytes word;
    size_t to = *at;
    while (words.n > 0)
        if (!word_next(text, &to, &word) || !same_word(word, field_cut(&words, ' ')))
            return false;
    *at = to;
    return true;
}

/* Takes the last word off. */
static struct bytes cut_last(struct bytes *words)
{
    size_t start = words->n;
    while (start > 0 && words->at[start - 1] != ' ')
        start--;
    struct bytes last = {words->at + start, words->n - start};
    words->n = start > 0 ? start - 1 : 0;
    return last;
}

/* Whether these words stand just before; *at is then their start. */
static bool words_precede(struct bytes text, size_t *at, struct bytes words)
{
    struct bytes word;
    size_t to = *at;
    while (words.n > 0)
        if (!word_previous(text, &to, &word) || !same_word(word, cut_last(&words)))
            return false;
    *at = to;
    return true;
}

/* Which way a search goes from the anchor: to the items after it, or to those before. */
enum way { AFTER, BEFORE };

static bool step(enum way way, struct bytes text, size_t *at, struct bytes *word)
{
    return way == AFTER ? word_next(text, at, word) : word_previous(text, at, word);
}

/* Whether the items from `i` on stand from *at on, that way; *at is then where they end. Of the words
 * that stand there the nearest is read once, and most choices fail by it. */
static bool stands(const struct pattern *p, enum way way, size_t i, struct bytes text, size_t *at)
{
    struct bytes word;
    char folded[WORD_MOST];
    if (i == (way == AFTER ? p->n : 0))
        return true;
    const struct item *item = &p->items[way == AFTER ? i : i - 1];
    size_t next = way == AFTER ? i + 1 : i - 1;
    size_t to = *at;
    if (item->kind == GAP) {
        for (size_t skipped = 0;; skipped++) {
            size_t from = to;
            if (stands(p, way, next, text, &from)) {
                *at = from;
                return true;
            }
            if (skipped == item->most || !step(way, text, &to, &word))
                return false;
        }
    }
    bool found = step(way, text, &to, &word);
    if (item->kind == EDGE)
        return !found && stands(p, way, next, text, at);
    size_t n = found ? word_fold(word, folded) : 0;
    if (n == 0)
        return false;
    for (size_t c = item->choice; c < item->choice + item->choices; c++) {
        struct bytes words = choice_words(p, c);
        if (words.n < n ||
            memcmp(way == AFTER ? words.at : words.at + words.n - n, folded, n) != 0 ||
            (words.n > n && words.at[way == AFTER ? n : words.n - n - 1] != ' '))
            continue;
        size_t end = to;
        size_t rest = words.n > n ? words.n - n - 1 : 0;
        struct bytes more = {way == AFTER ? words.at + words.n - rest : words.at, rest};
        if ((way == AFTER ? words_follow(text, &end, more) : words_precede(text, &end, more)) &&
            stands(p, way, next, text, &end)) {
            *at = end;
            return true;
        }
    }
    return false;
}

static bool starts_line(struct bytes text, size_t at)
{
    while (at > 0 && (text.at[at - 1] == ' ' || text.at[at - 1] == '\t'))
        at--;
    return at == 0 || text.at[at - 1] == '\n';
}

bool pattern_stands(const struct pattern *p, struct bytes reply, size_t at, size_t length,
                    size_t *start, size_t *end)
{
    *start = at;
    *end = at + length;
    if (p->at_line_start)
        return starts_line(reply, at);
    if (p->plain)
        return true;
    return stands(p, AFTER, p->anchor + 1, reply, end) &&
           stands(p, BEFORE, p->anchor, reply, start);
}

/* Whether one of the phrases, separated by commas, stands from `at` on and ends by `end`. */
static bool any_follows(struct bytes phrases, struct bytes text, size_t at, size_t end)
{
    while (phrases.n > 0) {
        struct bytes phrase = field_cut(&phrases, ',');
        while (phrase.n > 0 && phrase.at[0] == ' ') {
            phrase.at++;
            phrase.n--;
        }
        size_t to = at;
        if (phrase.n > 0 && words_follow(text, &to, phrase) && to <= end)
            return true;
    }
    return false;
}

bool pattern_preceded(struct bytes phrases, struct bytes reply, size_t start, size_t end,
                      size_t reach)
{
    struct bytes word;
    size_t at = start;
    while (reach-- > 0 && word_previous(reply, &at, &word))
        ;
    while (at < end) {
        if (any_follows(phrases, reply, at, end))
            return true;
        if (!word_next(reply, &at, &word))
            return false;
    }
    return false;
}

/* ---- compiling ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether it begins a part that is no plain words, after a blank. */
static bool is_special(char c)
{
    return c == '(' || c == '@' || c == '*' || c == '.';
}

/* Adds folded words to the choices of the item. Returns what is wrong with them, or NULL. */
static const char *add_choice(struct pattern *p, struct item *item, struct bytes phrase)
{
    size_t at = 0;
    struct bytes word;
    char folded[WORD_MOST];
    struct choice choice = {p->words.n, 0};
    while (word_next(phrase, &at, &word)) {
        if (p->words.n > choice.at)
            buffer_append_byte(&p->words, ' ');
        size_t n = word_fold(word, folded);
        if (n == 0)
            return "has a word that is too long";
        buffer_append(&p->words, folded, n);
    }
    choice.n = p->words.n - choice.at;
    if (choice.n == 0)
        return p->words.failed ? NULL : "has a choice without a word";
    struct choice *larger = realloc(p->choices, (p->n_choices + 1) * sizeof *larger);
    if (!larger) {
        p->words.failed = true;
        return NULL;
    }
    p->choices = larger;
    p->choices[p->n_choices++] = choice;
    item->choices++;
    return NULL;
}

/* Adds phrases, separated by commas or bars; @name among them stands for a list. */
static const char *add_choices(struct pattern *p, struct item *item, struct bytes phrases,
                               char mark, const struct pattern_list *lists, size_t n_lists)
{
    while (phrases.n > 0) {
        struct bytes phrase = field_cut(&phrases, mark);
        while (phrase.n > 0 && is_blank(phrase.at[0])) {
            phrase.at++;
            phrase.n--;
        }
        const char *wrong = NULL;
        if (phrase.n > 0 && phrase.at[0] == '@') {
            struct bytes name = {phrase.at + 1, phrase.n - 1};
            size_t i = 0;
            while (i < n_lists && !bytes_equal(lists[i].name, name))
                i++;
            if (i == n_lists)
                return "names a list that there is not";
            wrong = add_choices(p, item, lists[i].phrases, ',', NULL, 0);
        } else {
            wrong = add_choice(p, item, phrase);
        }
        if (wrong)
            return wrong;
    }
    return item->choices > 0 || p->words.failed ? NULL : "has a choice of nothing";
}

/* Takes the next item off the text. Words side by side are one item. */
static const char *read_item(struct pattern *p, struct bytes *text,
                             const struct pattern_list *lists, size_t n_lists)
{
    struct bytes rest = *text;
    char c = rest.at[0];
    if (p->n == MOST_ITEMS)
        return "has more than 16 parts";
    struct item *item = &p->items[p->n++];
    *item = (struct item){.kind = WORDS, .choice = p->n_choices};
    if (c == '(') {
        struct bytes inside = field_cut(&rest, ')');
        if (inside.n + 1 > text->n || text->at[inside.n] != ')')
            return "has a parenthesis that is not closed";
        *text = rest;
        return add_choices(p, item, (struct bytes){inside.at + 1, inside.n - 1}, '|', lists,
                           n_lists);
    }
    if (c == '@') {
        *text = rest;
        struct bytes name = field_cut(text, ' ');
        return add_choices(p, item, name, '|', lists, n_lists);
    }
    if (c == '*' || c == '.') {
        struct bytes part = field_cut(text, ' ');
        item->kind = c == '*' ? GAP : EDGE;
        item->most = 3;
        if (part.n == 1)
            return NULL;
        if (c == '.' || part.n != 2 || part.at[1] < '1' || part.at[1] > '0' + MOST_GAP)
            return "has a gap that is not * or *1 to *9";
        item->most = (size_t)(part.at[1] - '0');
        return NULL;
    }
    size_t n = 0;
    while (n < rest.n && !(is_blank(rest.at[n]) && n + 1 < rest.n &&
                           (is_special(rest.at[n + 1]) || is_blank(rest.at[n + 1]))))
        n++;
    *text = (struct bytes){rest.at + n, rest.n - n};
    return add_choice(p, item, (struct bytes){rest.at, n});
}

/* Words that texts are full of, and those they have many of: an anchor of nothing else would be found
 * all the time. */
static const char full_of[] = " a about all am an and are as at be but can do don't feel for get "
                              "have how i i'm if in is it it's "
                              "just know like me my no not of on or out so some that the there "
                              "they this to up was we what will "
                              "with you you're your ";
static const char many_of[] =
    " any ask avoid been being best better by can't could die does doesn't down find first from "
    "fuck "
    "fucking give go going good great had has hate he help her here him his hope hurt i've i'll "
    "into "
    "keep kill leave let let's little make makes making many may might more most much must need "
    "never "
    "new now off one other our over people person place please put real right say says she should "
    "someone someone's stop take taking tell than their them then these thing things think those "
    "time "
    "too try us use very want way ways well were when where which who why wish without worth would "
    "years you'd you'll yourself doctor professional psychiatrist therapist ";

static bool is_among(struct bytes word, struct bytes list)
{
    char padded[WORD_MOST + 2] = " ";
    memcpy(padded + 1, word.at, word.n);
    padded[word.n + 1] = ' ';
    return memmem(list.at, list.n, padded, word.n + 2) != NULL;
}

/* How often words are met in a hundred million, at a guess. */
static double frequency(struct bytes words)
{
    double guess = 1e8;
    while (words.n > 0) {
        struct bytes word = field_cut(&words, ' ');
        guess /= is_among(word, BYTES(full_of)) ? 30 : is_among(word, BYTES(many_of)) ? 300 : 30000;
    }
    return guess;
}

/* The item to look for: that which is met least. Returns SIZE_MAX when there is none with words. */
static size_t best_anchor(const struct pattern *p)
{
    size_t best = SIZE_MAX;
    double least = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct item *item = &p->items[i];
        double sum = 0;
        if (item->kind != WORDS)
            continue;
        for (size_t c = item->choice; c < item->choice + item->choices; c++)
            sum += frequency(choice_words(p, c));
        if (best == SIZE_MAX || sum < least) {
            best = i;
            least = sum;
        }
    }
    return best;
}

static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_special(text.at[i]) && (i == 0 || is_blank(text.at[i - 1])) &&
            (text.at[i] == '(' || text.at[i] == '@' || i + 1 == text.n ||
             is_blank(text.at[i + 1]) || (text.at[i + 1] >= '0' && text.at[i + 1] <= '9')))
            return false;
    return true;
}

static const char *compile_plain(struct pattern *p, struct bytes text)
{
    p->plain = true;
    p->at_line_start = text.n > 0 && text.at[0] == '^';
    text.at += p->at_line_start;
    text.n -= p->at_line_start;
    p->choices = calloc(1, sizeof *p->choices);
    p->n_choices = 1;
    p->n = 1;
    p->items[0] = (struct item){.kind = WORDS, .choices = 1};
    buffer_append(&p->words, text.at, text.n);
    if (!p->choices || p->words.failed)
        return NULL;
    p->choices[0].n = text.n;
    return text.n > 0 ? NULL : "is empty";
}

static const char *compile(struct pattern *p, struct bytes text, const struct pattern_list *lists,
                           size_t n_lists)
{
    size_t gaps = 0;
    while (text.n > 0) {
        if (is_blank(text.at[0])) {
            text.at++;
            text.n--;
            continue;
        }
        const char *wrong = read_item(p, &text, lists, n_lists);
        if (wrong)
            return wrong;
        gaps += p->items[p->n - 1].kind == GAP;
    }
    if (gaps > MOST_GAPS)
        return "has more than 3 gaps";
    p->anchor = best_anchor(p);
    return p->anchor != SIZE_MAX || p->words.failed ? NULL : "has no word to look for";
}

struct pattern *pattern_new(struct bytes text, const struct pattern_list *lists, size_t n_lists,
                            const char **wrong)
{
    struct pattern *p = calloc(1, sizeof *p);
    *wrong = NULL;
    if (!p)
        return NULL;
    while (text.n > 0 && is_blank(text.at[text.n - 1]))
        text.n--;
    *wrong = is_plain(text) ? compile_plain(p, text) : compile(p, text, lists, n_lists);
    if (!*wrong && !p->words.failed && p->choices)
        return p;
    pattern_free(p);
    return NULL;
}

void pattern_free(struct pattern *p)
{
    if (!p)
        return;
    buffer_free(&p->words);
    free(p->choices);
    free(p);
}

size_t pattern_anchors(const struct pattern *p, struct bytes *out)
{
    const struct item *item = &p->items[p->anchor];
    for (size_t i = 0; out && i < item->choices; i++)
        out[i] = choice_words(p, item->choice + i);
    return item->choices;
}
