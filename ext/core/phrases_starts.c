#include "phrases_starts.h"

#include "phrases_fold.h"
#include "utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bytes of text looked at together: one bit each of a 64-bit mask, the first byte lowest. */
#define BLOCK 64

/* How many bytes at the end of the text are copied, at most: the last, and what is left of a block. */
#define COPIED (BLOCK + 8)

/* One table for all: a byte of it is found by the hash of a word, or of two or three that follow each
 * other, and its bits tell what that is. Of a thousand phrases it is nearly empty: a word that begins
 * none of them seldom meets a bit. */
#define ONE_WORD 1   /* a phrase of one word */
#define TWO_WORDS 2  /* a phrase of two words; and the first of them */
#define MORE_WORDS 4 /* the first three words of a phrase; and the first of them */

static void make_masks(struct starts *s)
{
    for (size_t n = 0; n < 2 * BLOCK; n++)
        memset(&s->keep[n], 0xFF, n < 8 ? n : 8);
}

/* ---- hashes ---- */

static inline uint64_t load_eight(const unsigned char *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return eight;
}

/* The first eight bytes of a word when it is folded; fewer if it has fewer. */
static uint64_t fold_word(struct bytes text, size_t start, size_t end)
{
    unsigned char folded[8 + 3] = {0};
    size_t n = 0;
    while (start < end && n < 8)
        n += fold_symbol_utf8(text, &start, folded + n);
    return load_eight(folded);
}

/* A hash whose high bits are well mixed. Letters of either case are the same; that some other bytes
 * are too does no harm. */
static inline uint64_t hash_word(uint64_t word)
{
    return (word | UINT64_C(0x2020202020202020)) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Of words that follow each other, by the hash of all but the last and that of the last. */
static inline uint64_t hash_more(uint64_t words, uint64_t last)
{
    return 2 * words + last;
}

static inline size_t index_of(uint64_t hash)
{
    return (size_t)(hash >> (64 - STARTS_TABLE_BITS));
}

/* ---- compiling ---- */

static uint32_t symbol_at(struct bytes text, size_t at)
{
    return fold_symbol(text, &at);
}

/* Words are here what has letters only: what else is in them sets them apart. */
static bool is_letter(uint32_t c)
{
    return fold_is_word(c) && !(c >= '0' && c <= '9') && c != '_';
}

/* Finds the next word from *at on: *at becomes its end. False when there is none. */
static bool next_word(struct bytes folded, size_t *start, size_t *at)
{
    while (*at < folded.n && !is_letter(symbol_at(folded, *at)))
        fold_symbol(folded, at);
    *start = *at;
    while (*at < folded.n && is_letter(symbol_at(folded, *at)))
        fold_symbol(folded, at);
    return *start < *at;
}

static void add_mark(struct starts *s, unsigned char first)
{
    if (s->first[first])
        return;
    s->first[first] = true;
    for (unsigned c = 0; c < 128; c++)
        if (fold_code_point(c) == first)
            s->marks[s->n_marks++] = (unsigned char)c;
}

static void add_phrase(struct starts *s, struct bytes folded)
{
    size_t at = 0;
    size_t start;
    if (!is_letter(symbol_at(folded, 0))) {
        add_mark(s, (unsigned char)folded.at[0]);
        return;
    }
    next_word(folded, &start, &at);
    uint64_t hash = hash_word(fold_word(folded, start, at));
    uint8_t *first = &s->table[index_of(hash)];
    uint8_t kind = ONE_WORD;
    while (kind != MORE_WORDS && next_word(folded, &start, &at)) {
        hash = hash_more(hash, hash_word(fold_word(folded, start, at)));
        kind = kind == ONE_WORD ? TWO_WORDS : MORE_WORDS;
    }
    *first |= kind;
    s->table[index_of(hash)] |= kind;
}

void starts_build(struct starts *s, const struct folded_phrase *phrases, size_t n)
{
    make_masks(s);
    for (size_t i = 0; i < n; i++)
        add_phrase(s, phrases[i].folded);
}

/* ---- blocks of bytes ---- */

#if defined(__SSE2__)

static inline uint64_t mask_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
    uint64_t low = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
    uint64_t high = (uint32_t)_mm_movemask_epi8(c) | (uint32_t)_mm_movemask_epi8(d) << 16;
    return low | high << 32;
}

static inline __m128i load(const unsigned char *block, size_t quarter)
{
    return _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * quarter));
}

/* Whether first <= c < first + n, for each byte. */
static inline __m128i is_among(__m128i c, char first, char n)
{
    __m128i offset = _mm_sub_epi8(c, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8((char)(n - 1))), offset);
}

static inline __m128i letters_of(__m128i c)
{
    return is_among(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 26);
}

/* The ASCII letters, and in *high the bytes that are not ASCII. */
static inline uint64_t find_letters(const unsigned char *block, uint64_t *high)
{
    __m128i a = load(block, 0);
    __m128i b = load(block, 1);
    __m128i c = load(block, 2);
    __m128i d = load(block, 3);
    *high = 0;
    if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))))
        *high = mask_of(a, b, c, d);
    return mask_of(letters_of(a), letters_of(b), letters_of(c), letters_of(d));
}

static inline uint64_t find_byte(const unsigned char *block, unsigned char byte)
{
    __m128i same = _mm_set1_epi8((char)byte);
    return mask_of(_mm_cmpeq_epi8(load(block, 0), same), _mm_cmpeq_epi8(load(block, 1), same),
                   _mm_cmpeq_epi8(load(block, 2), same), _mm_cmpeq_epi8(load(block, 3), same));
}

#else

static inline uint64_t find_letters(const unsigned char *block, uint64_t *high)
{
    uint64_t letters = 0;
    *high = 0;
    for (unsigned i = 0; i < BLOCK; i++) {
        letters |= (uint64_t)(block[i] < 0x80 && is_letter(block[i])) << i;
        *high |= (uint64_t)(block[i] >> 7) << i;
    }
    return letters;
}

static inline uint64_t find_byte(const unsigned char *block, unsigned char byte)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        found |= (uint64_t)(block[i] == byte) << i;
    return found;
}

#endif

static inline unsigned lowest_bit(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* ---- looking ---- */

/* What is known while one chunk is looked at. Places are offsets in the chunk. */
struct look {
    const struct starts *starts;
    struct bytes text;
    size_t from;
    uint64_t *places;     /* as starts_look() returns them */
    uint64_t old;         /* the hash of the last word */
    uint64_t two;         /* and of the last two */
    unsigned old_kinds;   /* what the table tells of the last word */
    unsigned older_kinds; /* and of the one before it */
    /* Of the word that is being read: */
    uint64_t eight; /* its first bytes */
    int start;      /* where it begins, from the block on; at least -BLOCK is enough */
    size_t n;       /* words read; where they begin is kept two places further on */
    uint32_t begin[2 + STARTS_CHUNK / 2 + 1];
};

static inline void add_place(struct look *look, uint32_t place, bool is_one)
{
    look->places[place / 64] |= (uint64_t)is_one << place % 64;
}

/* Takes the next word: now it is known what follows the last one, and the one before it. */
static inline void add_word(struct look *look, uint64_t hash)
{
    const uint8_t *table = look->starts->table;
    uint64_t two = hash_more(look->old, hash);
    unsigned last = look->old_kinds & ((table[index_of(two)] & TWO_WORDS) | ONE_WORD);
    unsigned before = look->older_kinds & table[index_of(hash_more(look->two, hash))] & MORE_WORDS;
    look->n++;
    look->two = two;
    look->old = hash;
    look->older_kinds = look->old_kinds;
    look->old_kinds = table[index_of(hash)];
    if (last | before) {
        add_place(look, look->begin[look->n], last);
        add_place(look, look->begin[look->n - 1], before);
    }
}

static inline void begin_word(struct look *look, const unsigned char *block, uint32_t done,
                              unsigned bit)
{
    look->eight = load_eight(block + bit);
    look->start = (int)bit;
    look->begin[look->n + 2] = done + bit;
}

/* Takes the words of a block, `letters`; in_word tells whether one goes on from the block before. */
static inline void take_words(struct look *look, const unsigned char *block, uint32_t done,
                              uint64_t letters, uint64_t in_word)
{
    uint64_t before = letters << 1 | in_word;
    uint64_t starting = letters & ~before;
    uint64_t ending = before & ~letters;
    /* Where no word follows, what is taken for its start is not used. */
    starting |= UINT64_C(1) << (BLOCK - 1);
    if (!in_word) {
        begin_word(look, block, done, lowest_bit(starting));
        starting &= starting - 1;
    }
    while (ending) {
        int end = (int)lowest_bit(ending);
        uint64_t word = look->eight & look->starts->keep[end - look->start];
        if (word & UINT64_C(0x8080808080808080)) {
            size_t start = look->from + look->begin[look->n + 2];
            word = fold_word(look->text, start, look->from + done + (size_t)end);
        }
        add_word(look, hash_word(word));
        ending &= ending - 1;
        begin_word(look, block, done, lowest_bit(starting));
        starting &= starting - 1;
    }
    look->start = look->start < 0 ? -BLOCK : look->start - BLOCK;
}

/* Code points beyond ASCII, as they are read one after the other. */
struct reading {
    const struct starts *starts;
    struct bytes text;
    size_t to; /* where the last one ends */
    bool word; /* whether it belongs to a word */
};

/* Reads those of a block at `at` in the text, whose bytes are `high`. Adds to *letters the bytes of
 * those that belong to words; returns the first bytes of those that may begin phrases and do not. */
static uint64_t read_high(struct reading *reading, size_t at, uint64_t high, uint64_t *letters)
{
    uint64_t marks = 0;
    while (high) {
        unsigned bit = lowest_bit(high);
        if (at + bit >= reading->to) {
            struct bytes rest = {reading->text.at + at + bit, reading->text.n - at - bit};
            size_t size;
            char utf8[4];
            uint32_t c = fold_code_point(utf8_read(rest, &size));
            utf8_write(utf8, c);
            reading->to = at + bit + size;
            reading->word = is_letter(c);
            if (!reading->word && reading->starts->first[(unsigned char)utf8[0]])
                marks |= UINT64_C(1) << bit;
        }
        size_t end = reading->to - at;
        uint64_t beyond = end < BLOCK ? UINT64_MAX << end : 0;
        if (reading->word)
            *letters |= ~beyond & UINT64_MAX << bit;
        high &= beyond;
    }
    return marks;
}

/* The bytes of a chunk, of which eight can be read from any place on: for that its last blocks are a
 * copy when the text ends there. */
struct chunk {
    const unsigned char *parts[2]; /* what stands in the text, and the copy */
    uint32_t skipped[2];           /* where they begin in the chunk */
    unsigned char last[2 * COPIED];
};

static void open_chunk(struct chunk *c, struct bytes text, size_t from, uint32_t length)
{
    const unsigned char *bytes = (const unsigned char *)text.at + from;
    size_t rest = text.n - from;
    uint32_t direct = length;
    c->parts[0] = bytes;
    c->parts[1] = c->last;
    if (rest < STARTS_CHUNK + 8) {
        direct = length < 8 ? 0 : (length - 8) / BLOCK * BLOCK;
        memset(c->last + COPIED, 0, COPIED);
        if (text.n >= COPIED) {
            /* To copy always as many is quicker. */
            memcpy(c->last, text.at + text.n - COPIED, COPIED);
            c->parts[1] = c->last + COPIED - (rest - direct);
        } else {
            memset(c->last, 0, COPIED);
            memcpy(c->last, bytes + direct, rest - direct);
        }
    }
    c->skipped[0] = 0;
    c->skipped[1] = direct;
}

/* The block at `done`. */
static inline const unsigned char *block_of(const struct chunk *c, uint32_t done)
{
    /* Without a branch, which would often be foretold wrongly. */
    bool copied = done >= c->skipped[1];
    return c->parts[copied] + (done - c->skipped[copied]);
}

size_t starts_look(const struct starts *s, struct bytes text, size_t from,
                   uint64_t places[STARTS_ELEMENTS])
{
    size_t rest = text.n - from;
    uint32_t length = rest < STARTS_CHUNK ? (uint32_t)rest : STARTS_CHUNK;
    struct reading reading = {.starts = s, .text = text, .to = from};
    struct chunk chunk;
    struct look look;
    uint64_t in_word = 0;
    open_chunk(&chunk, text, from, length);
    look.starts = s;
    look.text = text;
    look.from = from;
    look.places = places;
    look.old = look.two = look.eight = 0;
    look.old_kinds = look.older_kinds = 0;
    look.start = 0;
    look.n = 0;
    look.begin[0] = look.begin[1] = 0;
    for (uint32_t done = 0; done < length; done += BLOCK) {
        const unsigned char *block = block_of(&chunk, done);
        uint64_t high;
        uint64_t letters = find_letters(block, &high);
        places[done / BLOCK] = 0;
        if (high)
            places[done / BLOCK] = read_high(&reading, from + done, high, &letters);
        for (size_t i = 0; i < s->n_marks; i++)
            places[done / BLOCK] |= find_byte(block, s->marks[i]);
        take_words(&look, block, done, letters, in_word);
        in_word = letters >> (BLOCK - 1);
    }
    if (length == rest) {
        if (in_word)
            add_word(&look, hash_word(fold_word(text, from + look.begin[look.n + 2], text.n)));
        add_word(&look, 0);
    } else {
        /* What follows these is not known yet. */
        add_place(&look, look.begin[look.n], look.n > 1);
        add_place(&look, look.begin[look.n + 1], look.n > 0);
        add_place(&look, in_word ? look.begin[look.n + 2] : 0, in_word);
    }
    return reading.to > from + length ? reading.to : from + length;
}
