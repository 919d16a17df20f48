#include "spelling.h"

#include "fields.h"

struct ending {
    struct bytes short_form;
    struct bytes full;
};

static const struct ending endings[] = {
    {{"'m", 2}, {" am", 3}},    {{"'re", 3}, {" are", 4}},  {{"'ve", 3}, {" have", 5}},
    {{"'ll", 3}, {" will", 5}}, {{"'d", 2}, {" would", 6}},
};

/* Words with forms of their own. For the first three the rule of n't is not meant, or more is. */
static const struct {
    struct bytes word;
    const char *forms; /* each with a newline after it */
    bool alone;        /* also when it is all of the phrase */
} others[] = {
    {{"can't", 5}, "cannot\ncan not\n", true}, {{"won't", 5}, "will not\n", true},
    {{"you're", 6}, "your\n", false},          {{"okay", 4}, "ok\n", true},
    {{"through", 7}, "thru\n", true},          {{"sorry", 5}, "sory\n", true},
};

static bool ends_with(struct bytes word, struct bytes ending)
{
    return word.n >= ending.n && memcmp(word.at + word.n - ending.n, ending.at, ending.n) == 0;
}

/* The word with its last `cut` bytes replaced. */
static void add_form(struct buffer *forms, struct bytes word, size_t cut, struct bytes instead)
{
    buffer_append(forms, word.at, word.n - cut);
    buffer_append(forms, instead.at, instead.n);
    buffer_append_byte(forms, '\n');
}

static bool is_whole_before_s(struct bytes word)
{
    static const char *const words[] = {"it",   "that", "what", "there",
                                        "here", "who",  "how",  "where"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes_equal(word, (struct bytes){words[i], strlen(words[i])}))
            return true;
    return false;
}

static void add_without_apostrophes(struct buffer *forms, struct bytes word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.at[i] != '\'')
            buffer_append_byte(forms, word.at[i]);
    buffer_append_byte(forms, '\n');
}

/* The forms of one word, the word itself first, each with a newline after it. */
static void forms_of(struct bytes word, bool alone, struct buffer *forms)
{
    const char *own = "";
    bool listed = false;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (bytes_equal(word, others[i].word)) {
            listed = true;
            own = others[i].alone || !alone ? others[i].forms : "";
        }
    }
    add_form(forms, word, 0, BYTES(""));
    if (word.n && memchr(word.at, '\'', word.n))
        add_without_apostrophes(forms, word);
    if (!listed && ends_with(word, BYTES("n't")))
        add_form(forms, word, 3, BYTES(" not"));
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (ends_with(word, endings[i].short_form))
            add_form(forms, word, endings[i].short_form.n, endings[i].full);
    if (ends_with(word, BYTES("'s")) && is_whole_before_s((struct bytes){word.at, word.n - 2}))
        add_form(forms, word, 2, BYTES(" is"));
    buffer_append(forms, own, strlen(own));
}

/* Each of the ways so far, followed by each of the forms. */
static void multiply(struct bytes ways, struct bytes forms, struct buffer *out)
{
    while (ways.n > 0) {
        struct bytes way = field_cut(&ways, '\n');
        struct bytes rest = forms;
        while (rest.n > 0) {
            struct bytes form = field_cut(&rest, '\n');
            buffer_append(out, way.at, way.n);
            if (way.n > 0)
                buffer_append_byte(out, ' ');
            buffer_append(out, form.at, form.n);
            buffer_append_byte(out, '\n');
        }
    }
}

void spelling_ways(struct bytes phrase, struct buffer *out)
{
    struct buffer ways = {0};
    struct buffer forms = {0};
    struct buffer next = {0};
    bool alone = phrase.n == 0 || !memchr(phrase.at, ' ', phrase.n);
    buffer_append_byte(&ways, '\n');
    while (phrase.n > 0) {
        struct bytes word = field_cut(&phrase, ' ');
        buffer_clear(&forms);
        forms_of(word, alone, &forms);
        size_t product =
            (field_lines(buffer_bytes(&ways)) - 1) * (field_lines(buffer_bytes(&forms)) - 1);
        if (product > SPELLING_MOST) {
            buffer_clear(&forms);
            add_form(&forms, word, 0, BYTES(""));
        }
        buffer_clear(&next);
        multiply(buffer_bytes(&ways), buffer_bytes(&forms), &next);
        struct buffer swap = ways;
        ways = next;
        next = swap;
        if (forms.failed || next.failed || ways.failed)
            break;
    }
    buffer_append(out, buffer_bytes(&ways).at, buffer_bytes(&ways).n);
    out->failed = out->failed || ways.failed || forms.failed || next.failed;
    buffer_free(&ways);
    buffer_free(&forms);
    buffer_free(&next);
}
