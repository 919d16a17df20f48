#include "credentials.h"

#include <stdbool.h>

/* A value that a name announces; a shorter one is as likely a word. */
#define SHORTEST_VALUE 8
/* A key of any provider is at least this long. */
#define SHORTEST_KEY 16

/* What announces a credential, in either case. `bare` ones do so without ':' or '=', and are words of
 * prose too. */
static const struct name {
    const char *word;
    size_t shortest;
    bool bare;
} names[] = {
    {"key", SHORTEST_VALUE, false},          {"apikey", SHORTEST_VALUE, false},
    {"secretkey", SHORTEST_VALUE, false},    {"accesskey", SHORTEST_VALUE, false},
    {"token", SHORTEST_VALUE, false},        {"accesstoken", SHORTEST_VALUE, false},
    {"authtoken", SHORTEST_VALUE, false},    {"secret", SHORTEST_VALUE, false},
    {"clientsecret", SHORTEST_VALUE, false}, {"password", SHORTEST_VALUE, false},
    {"passwd", SHORTEST_VALUE, false},       {"pwd", SHORTEST_VALUE, false},
    {"sig", SHORTEST_VALUE, false},          {"signature", SHORTEST_VALUE, false},
    {"authorization", SHORTEST_KEY, false},  {"bearer", SHORTEST_KEY, true},
    {"basic", SHORTEST_KEY, true},
};

static const char *const prefixes[] = {
    "sk-",  "sk_",  "gsk_", "AIza", "xai-", "hf_",         "pplx-",  "r8_",    "ya29.", "AKIA",
    "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "nvapi-", "xoxb-", "xoxp-",
};

/* A stretch of the text to be masked. */
struct span {
    size_t begin;
    size_t end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
    return is_lower(c) || is_upper(c);
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool is_key_byte(char c)
{
    return is_digit(c) || is_letter(c) || is_one_of(c, "-_.");
}

static bool is_value_byte(char c)
{
    return is_key_byte(c) || is_one_of(c, "~+/%*@$!#^");
}

static size_t run_end(struct bytes text, size_t at, bool (*belongs)(char c))
{
    size_t end = at;
    while (end < text.n && belongs(text.at[end]))
        end++;
    while (end > at && is_one_of(text.at[end - 1], ".!"))
        end--; /* the end of a sentence */
    return end;
}

static bool begins(struct bytes text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return n <= text.n - at && memcmp(text.at + at, word, n) == 0;
}

static bool begins_nocase(struct bytes text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return n <= text.n - at &&
           bytes_contain_nocase((struct bytes){text.at + at, n}, (struct bytes){word, n});
}

/* Words as in prose and in identifiers: timeout, MAX_TOKENS, Content-Type; but not abCdEf. */
static bool is_words(struct bytes value)
{
    for (size_t i = 0; i < value.n; i++) {
        char c = value.at[i];
        bool mixed = is_upper(c) && i > 0 && is_lower(value.at[i - 1]);
        if (mixed || (!is_letter(c) && !is_one_of(c, "-_.")))
            return false;
    }
    return true;
}

static bool is_number(struct bytes value)
{
    for (size_t i = 0; i < value.n; i++)
        if (!is_digit(value.at[i]) && !is_one_of(value.at[i], "-+.%"))
            return false;
    return true;
}

/* Passes over what may stand between a name and its value; *assigns says whether ':' or '=' does. */
static size_t skip_separators(struct bytes text, size_t at, bool *assigns)
{
    *assigns = false;
    for (;;) {
        if (begins_nocase(text, at, "%3d")) {
            *assigns = true;
            at += 3;
        } else if (at < text.n && is_one_of(text.at[at], " \t'\"\\:=")) {
            *assigns |= is_one_of(text.at[at], ":=");
            at++;
        } else {
            return at;
        }
    }
}

/* Whether the name that begins at `at` is, with its prefix, a parameter in a URL's query. */
static bool in_query(struct bytes text, size_t at)
{
    while (at > 0 && is_key_byte(text.at[at - 1]))
        at--;
    return at > 0 && is_one_of(text.at[at - 1], "?&");
}

static bool named_at(struct bytes text, size_t at, struct span *found)
{
    if (at > 0 && (is_letter(text.at[at - 1]) || is_digit(text.at[at - 1])))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!begins_nocase(text, at, names[i].word))
            continue;
        bool assigns;
        size_t after = at + strlen(names[i].word);
        found->begin = skip_separators(text, after, &assigns);
        if (found->begin == after || (!assigns && !names[i].bare))
            continue;
        found->end = run_end(text, found->begin, is_value_byte);
        struct bytes value = {text.at + found->begin, found->end - found->begin};
        if (value.n >= names[i].shortest && !is_words(value) && !is_number(value))
            return true;
        if (value.n > 0 && begins(text, after, "=") && found->begin == after + 1 &&
            in_query(text, at))
            return true;
    }
    return false;
}

static bool key_at(struct bytes text, size_t at, struct span *found)
{
    if (at > 0 && is_key_byte(text.at[at - 1]))
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (!begins(text, at, prefixes[i]))
            continue;
        size_t n = strlen(prefixes[i]);
        *found = (struct span){at, run_end(text, at, is_key_byte)};
        return found->end - at >= SHORTEST_KEY &&
               !is_words((struct bytes){text.at + at + n, found->end - at - n});
    }
    return false;
}

/* A JSON web token: three parts, of which the first begins an object. */
static bool jwt_at(struct bytes text, size_t at, struct span *found)
{
    size_t dots = 0;
    if ((at > 0 && is_key_byte(text.at[at - 1])) || !begins(text, at, "eyJ"))
        return false;
    *found = (struct span){at, run_end(text, at, is_key_byte)};
    for (size_t i = at; i < found->end; i++)
        dots += text.at[i] == '.';
    return dots >= 2 && found->end - at >= SHORTEST_KEY;
}

/* user:password before the host of a URL. Only the part up to the last '@' counts. */
static bool user_at(struct bytes text, size_t at, struct span *found)
{
    bool colon = false;
    bool password = false;
    if (at < 3 || memcmp(text.at + at - 3, "://", 3) != 0)
        return false;
    found->begin = at;
    for (; at < text.n && !is_one_of(text.at[at], "/?# \t\r\n'\"<>"); at++) {
        if (text.at[at] == '@' && colon) {
            found->end = at;
            password = true;
        }
        colon |= text.at[at] == ':';
    }
    return password;
}

static bool credential_at(struct bytes text, size_t at, struct span *found)
{
    return named_at(text, at, found) || key_at(text, at, found) || jwt_at(text, at, found) ||
           user_at(text, at, found);
}

size_t credentials_mask(struct bytes text, struct buffer *out)
{
    size_t count = 0;
    for (size_t at = 0; at < text.n;) {
        struct span found;
        if (!credential_at(text, at, &found)) {
            buffer_append_byte(out, text.at[at++]);
            continue;
        }
        buffer_append(out, text.at + at, found.begin - at);
        buffer_append(out, "***", 3);
        at = found.end;
        count++;
    }
    return count;
}
