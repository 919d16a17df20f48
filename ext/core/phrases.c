#include "phrases.h"

#include <stdint.h>
#include <stdlib.h>

#include "utf8.h"

/* A phrase that ends in a state, and the next one that ends there too. */
struct ending {
    uint32_t phrase;
    uint32_t next; /* index + 1 into endings; 0: no more */
};

/* A byte whose folding needs a look at what stands around it: white space and non-ASCII. */
#define CLASS_LOOK 255

/* In `go`, a state is the offset of its row; this bit is set when a phrase ends there, or in a
 * suffix of it. */
#define REPORTS ((uint32_t)1 << 31)

struct phrases {
    uint8_t class_of[256];  /* of a folded byte; class 0: in no phrase */
    uint8_t raw_class[256]; /* of a byte as it stands in the text, or CLASS_LOOK */
    size_t classes;
    size_t states;
    uint32_t *go;      /* [states * classes]: the next state, as REPORTS says */
    uint32_t *ends;    /* [states]: index + 1 into endings; 0: none */
    uint32_t *shorter; /* [states]: the nearest suffix state that ends a phrase, or 0 */
    struct ending *endings;
    size_t *symbols; /* [phrases]: length in folded code points */
    size_t n;
};

/* ---- folding ---- */

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static uint32_t fold(uint32_t c)
{
    if (is_space(c))
        return ' ';
    if (c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0x00B4 || c == '`' || c == 0xFF07)
        return '\'';
    return utf8_fold(c);
}

/* Letters and digits; of non-ASCII all that is neither white space nor general punctuation. */
static bool is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_';
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2BFF) &&
           !(c >= 0x3000 && c <= 0x303F) && !(c >= 0xFE00 && c <= 0xFE0F) &&
           c != UTF8_REPLACEMENT && c < 0x1F000;
}

/* Reads the folded symbol at *at and moves past it, and past the rest of a run of white space. */
static uint32_t next_symbol(struct bytes text, size_t *at)
{
    size_t size;
    uint32_t c = fold(utf8_read((struct bytes){text.at + *at, text.n - *at}, &size));
    *at += size;
    while (c == ' ' && *at < text.n) {
        uint32_t more = utf8_read((struct bytes){text.at + *at, text.n - *at}, &size);
        if (!is_space(more))
            break;
        *at += size;
    }
    return c;
}

/* The start of the code point that ends before `at`, which is not 0. */
static size_t step_back(struct bytes text, size_t at)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((unsigned char)text.at[start] & 0xC0) == 0x80)
        start--;
    size_t size;
    utf8_read((struct bytes){text.at + start, text.n - start}, &size);
    return start + size == at ? start : at - 1;
}

static uint32_t symbol_before(struct bytes text, size_t at, size_t *start)
{
    size_t size;
    *start = step_back(text, at);
    return fold(utf8_read((struct bytes){text.at + *start, text.n - *start}, &size));
}

/* Where the match of so many symbols that ends before `end` begins. */
static size_t match_start(struct bytes text, size_t end, size_t symbols)
{
    size_t at = end;
    bool in_space = false;
    while (at > 0) {
        size_t start;
        bool space = symbol_before(text, at, &start) == ' ';
        if (!(space && in_space)) {
            if (symbols == 0)
                break;
            symbols--;
        }
        in_space = space;
        at = start;
    }
    return at;
}

/* ---- matching ---- */

static uint32_t symbol_at(struct bytes text, size_t at)
{
    size_t size;
    return fold(utf8_read((struct bytes){text.at + at, text.n - at}, &size));
}

/* Whether the match begins and ends where words do. */
static bool stands_alone(struct bytes text, size_t start, size_t end)
{
    size_t ignored;
    if (start > 0 && is_word(symbol_at(text, start)) &&
        is_word(symbol_before(text, start, &ignored)))
        return false;
    return end == text.n || !is_word(symbol_before(text, end, &ignored)) ||
           !is_word(symbol_at(text, end));
}

/* Reports what ends in this state, longest first. */
static bool report(const struct phrases *p, struct bytes text, uint32_t state, size_t end,
                   bool (*hit)(void *, const struct phrase_hit *), void *context)
{
    for (; state; state = p->shorter[state]) {
        for (uint32_t e = p->ends[state]; e; e = p->endings[e - 1].next) {
            size_t phrase = p->endings[e - 1].phrase;
            size_t start = match_start(text, end, p->symbols[phrase]);
            struct phrase_hit found = {.phrase = phrase, .at = start, .length = end - start};
            if (stands_alone(text, start, end) && !hit(context, &found))
                return false;
        }
    }
    return true;
}

void phrases_find(const struct phrases *p, struct bytes text,
                  bool (*hit)(void *context, const struct phrase_hit *found), void *context)
{
    const unsigned char *bytes = (const unsigned char *)text.at;
    uint32_t state = 0;
    for (size_t at = 0; at < text.n;) {
        unsigned class = p->raw_class[bytes[at]];
        /* A single space between words is most of what would need a look. */
        if (class == CLASS_LOOK && bytes[at] == ' ' && at + 1 < text.n &&
            p->raw_class[bytes[at + 1]] != CLASS_LOOK)
            class = p->class_of[' '];
        if (class != CLASS_LOOK) {
            at++;
            state = p->go[(state & ~REPORTS) + class];
        } else {
            char utf8[4];
            size_t n = utf8_write(utf8, next_symbol(text, &at));
            for (size_t i = 0; i < n; i++)
                state = p->go[(state & ~REPORTS) + p->class_of[(unsigned char)utf8[i]]];
        }
        if ((state & REPORTS) &&
            !report(p, text, (state & ~REPORTS) / (uint32_t)p->classes, at, hit, context))
            return;
    }
}

/* ---- compiling ---- */

static int fold_text(struct bytes text, struct buffer *folded, size_t *symbols)
{
    *symbols = 0;
    for (size_t at = 0; at < text.n; ++*symbols) {
        char utf8[4];
        size_t n = utf8_write(utf8, next_symbol(text, &at));
        buffer_append(folded, utf8, n);
    }
    return folded->failed ? -1 : 0;
}

/* Gives each byte that occurs in a phrase a class of its own; of raw ASCII, a capital has its
 * letter's class and a back quote the apostrophe's. */
static void assign_classes(struct phrases *p, struct bytes folded)
{
    p->classes = 1;
    for (size_t i = 0; i < folded.n; i++) {
        unsigned char byte = (unsigned char)folded.at[i];
        if (!p->class_of[byte])
            p->class_of[byte] = (uint8_t)p->classes++;
    }
    for (unsigned c = 0; c < 256; c++)
        p->raw_class[c] = c > ' ' && c < 0x80 ? p->class_of[fold(c)] : CLASS_LOOK;
}

/* Adds one folded phrase to the trie. */
static void add_phrase(struct phrases *p, uint32_t phrase, struct bytes folded)
{
    uint32_t state = 0;
    for (size_t i = 0; i < folded.n; i++) {
        uint32_t *go = &p->go[state * p->classes + p->class_of[(unsigned char)folded.at[i]]];
        if (!*go)
            *go = (uint32_t)p->states++;
        state = *go;
    }
    p->endings[phrase] = (struct ending){.phrase = phrase, .next = p->ends[state]};
    p->ends[state] = phrase + 1;
}

/* Breadth first, turns the trie into a complete automaton: a missing edge goes where the longest
 * proper suffix of the state would go. `queue` and `suffix` hold p->states entries each. */
static void complete(struct phrases *p, uint32_t *queue, uint32_t *suffix)
{
    size_t head = 0;
    size_t tail = 0;
    suffix[0] = 0;
    queue[tail++] = 0;
    while (head < tail) {
        uint32_t state = queue[head++];
        for (size_t c = 0; c < p->classes; c++) {
            uint32_t *go = &p->go[state * p->classes + c];
            uint32_t fallback = state ? p->go[suffix[state] * p->classes + c] : 0;
            if (!*go) {
                *go = fallback;
                continue;
            }
            suffix[*go] = fallback;
            p->shorter[*go] = p->ends[fallback] ? fallback : p->shorter[fallback];
            queue[tail++] = *go;
        }
    }
}

/* Turns the numbers of states in `go` into offsets of their rows, marked where something ends. */
static void finish(struct phrases *p)
{
    for (size_t i = 0; i < p->states * p->classes; i++) {
        uint32_t state = p->go[i];
        bool reports = p->ends[state] || p->shorter[state];
        p->go[i] = (uint32_t)(state * p->classes) | (reports ? REPORTS : 0);
    }
}

struct phrases *phrases_new(const struct bytes *phrases, size_t n)
{
    struct phrases *p = calloc(1, sizeof *p);
    struct buffer folded = {0};
    size_t *offsets = calloc(n + 1, sizeof *offsets);
    uint32_t *queue = NULL;
    uint32_t *suffix = NULL;
    bool complete_set = false;
    if (!p || !offsets)
        goto done;
    p->n = n;
    p->symbols = calloc(n + 1, sizeof *p->symbols);
    p->endings = calloc(n + 1, sizeof *p->endings);
    if (!p->symbols || !p->endings)
        goto done;
    for (size_t i = 0; i < n; i++) {
        if (fold_text(phrases[i], &folded, &p->symbols[i]) != 0)
            goto done;
        offsets[i + 1] = folded.n;
    }
    assign_classes(p, buffer_bytes(&folded));
    /* A state for each folded byte and the root is the most there can be; their rows must be within
     * reach of an offset. */
    if ((folded.n + 1) * p->classes >= REPORTS)
        goto done;
    p->go = calloc((folded.n + 1) * p->classes, sizeof *p->go);
    p->ends = calloc(folded.n + 1, sizeof *p->ends);
    p->shorter = calloc(folded.n + 1, sizeof *p->shorter);
    queue = calloc(folded.n + 1, sizeof *queue);
    suffix = calloc(folded.n + 1, sizeof *suffix);
    if (!p->go || !p->ends || !p->shorter || !queue || !suffix)
        goto done;
    p->states = 1;
    const char *all = buffer_bytes(&folded).at;
    for (size_t i = 0; i < n; i++)
        add_phrase(p, (uint32_t)i, (struct bytes){all + offsets[i], offsets[i + 1] - offsets[i]});
    complete(p, queue, suffix);
    finish(p);
    complete_set = true;
done:
    free(queue);
    free(suffix);
    free(offsets);
    buffer_free(&folded);
    if (complete_set)
        return p;
    phrases_free(p);
    return NULL;
}

void phrases_free(struct phrases *p)
{
    if (!p)
        return;
    free(p->go);
    free(p->ends);
    free(p->shorter);
    free(p->endings);
    free(p->symbols);
    free(p);
}
