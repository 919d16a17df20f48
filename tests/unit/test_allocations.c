/*
 * test_allocations.c -- each allocation of the core fails in turn, once alone and once with all that
 * follow: no crash, no leak, and an error is reported; a wrong answer never is.
 *
 * Linked with --wrap, so that the calls below stand in for those of the C library.
 */
#include "agreement.h"
#include "folder.h"

#include <dirent.h>
#include <stdlib.h>

#include "credentials.h"
#include "json.h"
#include "pack.h"
#include "phrases.h"
#include "reply.h"
#include "reward.h"
#include "stats.h"

/* ---- the wrapped calls ---- */

static long countdown; /* to the one that fails; 0: none does */
static bool all_after; /* so do those after it */
static long failed;    /* so many did */
static long live;      /* allocations not yet released */

/* Set where zstd would crash. Of malloc(), calloc() and realloc(), pack.c calls only the last two. */
static bool spare_malloc;

static bool fails(void)
{
    bool now = countdown > 0 ? --countdown == 0 : failed > 0 && all_after;
    if (now) {
        failed++;
        errno = ENOMEM;
    }
    return now;
}

static void *counted(void *at)
{
    live += at != NULL;
    return at;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *at, size_t n);
char *__real_strdup(const char *text);
char *__real_realpath(const char *path, char *out);
DIR *__real_fdopendir(int fd);
void __real_free(void *at);

void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *at, size_t n);
char *__wrap_strdup(const char *text);
char *__wrap_realpath(const char *path, char *out);
DIR *__wrap_fdopendir(int fd);
void __wrap_free(void *at);

void *__wrap_malloc(size_t n)
{
    return !spare_malloc && fails() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *at, size_t n)
{
    if (fails())
        return NULL;
    return at ? __real_realloc(at, n) : counted(__real_realloc(at, n));
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : counted(__real_strdup(text));
}

char *__wrap_realpath(const char *path, char *out)
{
    if (!out && fails())
        return NULL;
    char *found = __real_realpath(path, out);
    live += found && !out;
    return found;
}

/* What it allocates, closedir() releases; neither is seen here. */
DIR *__wrap_fdopendir(int fd)
{
    return fails() ? NULL : __real_fdopendir(fd);
}

void __wrap_free(void *at)
{
    live -= at != NULL;
    __real_free(at);
}

/* ---- failing each ---- */

/* The lowest descriptor that is free. */
static int free_descriptor(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

/* Runs `work` with the first allocation failing, then the second, until none is left to fail. It
 * returns whether it came to its result, which it checks, or else was told of an error. */
static void fail_each(bool (*work)(void), long least)
{
    for (int turn = 0; turn < 2; turn++) {
        for (long i = 1;; i++) {
            long live_before = live;
            int descriptor = free_descriptor();
            countdown = i;
            all_after = turn == 1;
            failed = 0;
            bool done = work();
            bool reached = failed > 0;
            countdown = 0;
            failed = 0;
            if (live != live_before || free_descriptor() != descriptor)
                fail_msg("allocation %ld failed: %ld leaked, and descriptor %d", i,
                         live - live_before, descriptor);
            if (!reached) {
                if (!done)
                    fail_msg("no allocation failed, and there is no result");
                if (i <= least)
                    fail_msg("only %ld allocations are there to fail", i - 1);
                break;
            }
        }
    }
}

/* ---- text ---- */

static bool grow_a_buffer(void)
{
    struct buffer b = {0};
    for (int i = 0; i < 1000; i++)
        buffer_format(&b, "%03d,", i);
    /* What came before the failure is kept, and nothing comes after it. */
    assert_true(b.n % 4 == 0);
    for (size_t i = 0; i < b.n / 4; i++)
        assert_int_equal(atoi(b.at + 4 * i), i);
    bool done = !b.failed;
    assert_int_equal(done, b.n == 4000);
    buffer_free(&b);
    return done;
}

static void a_growing_buffer(void **state)
{
    (void)state;
    fail_each(grow_a_buffer, 6);
}

static bool decode_escapes(void)
{
    static const char document[] =
        "\"a\\n\\u00e9\\ud83d\\ude00 and so on, past the first sixty-four "
        "bytes of the buffer, so that it grows\\t\"";
    struct json_reader r;
    struct json_text text;
    struct buffer decoded = {0};
    reader_open(&r, BYTES(document));
    assert_true(reader_text(&r, &text));
    json_text_decode(text, &decoded);
    bool done = !decoded.failed;
    if (done) {
        assert_text(buffer_bytes(&decoded),
                    "a\n\xc3\xa9\xf0\x9f\x98\x80 and so on, past the first sixty-four "
                    "bytes of the buffer, so that it grows\t");
    }
    buffer_free(&decoded);
    return done;
}

static void strings_of_json(void **state)
{
    (void)state;
    fail_each(decode_escapes, 1);
}

static bool mask_credentials(void)
{
    struct buffer out = {0};
    credentials_mask(BYTES("a message of some length, with ?key=secret and much more around it, "
                           "so that the buffer has to grow, token=hidden-0123"),
                     &out);
    bool done = !out.failed;
    if (done)
        assert_text(buffer_bytes(&out),
                    "a message of some length, with ?key=*** and much more around it, "
                    "so that the buffer has to grow, token=***");
    buffer_free(&out);
    return done;
}

static void masking(void **state)
{
    (void)state;
    fail_each(mask_credentials, 2);
}

/* ---- replies ---- */

static bool read_replies(void)
{
    static const struct {
        const char *json;
        const char *words; /* NULL: an error */
    } cases[] = {
        {"{\"choices\":[{\"message\":{\"content\":\"Hi\\u2019\"},\"finish_reason\":\"Stop\"}],"
         "\"model\":\"m\"}",
         "Hi\xe2\x80\x99"},
        {"{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"one part that has some length, \"},"
         "{\"text\":\"and a second one that does not fit beside it\\n\"}]},"
         "\"finishReason\":\"SAFETY\"}],\"modelVersion\":\"g\"}",
         "one part that has some length, and a second one that does not fit beside it\n"},
        {"[{\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]},"
         "{\"choices\":[{\"delta\":{\"content\":\", you\"},\"finish_reason\":\"Stop\"}],"
         "\"model\":\"m\"}]",
         "Hi, you"},
        {"\"data: {\\\"choices\\\":\\ndata: [{\\\"delta\\\":{\\\"content\\\":\\\"Hi\\\"},"
         "\\\"finish_reason\\\":\\\"Stop\\\"}],\\ndata: \\\"model\\\":\\\"m\\\"}\"",
         "Hi"},
        {"{\"error\":{\"message\":\"429 quota\"}}", NULL},
        {"{\"error\":[1]}", NULL},
    };
    struct reply reply = {0};
    bool done = true;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int as_argument = 0; as_argument < 2; as_argument++) {
            struct bytes json = text_of_literal(cases[i].json);
            if (as_argument && *json.at == '"')
                continue; /* a string is read in traces only */
            if (as_argument)
                reply_read_argument(&reply, json);
            else
                reply_read(&reply, json);
            if (reply_failed(&reply)) {
                done = false;
                continue;
            }
            assert_int_equal(reply.kind, cases[i].words ? REPLY_ENVELOPE : REPLY_ERROR);
            if (cases[i].words) {
                assert_text(reply_words(&reply), cases[i].words);
                assert_int_equal(reply.blocked, i == 1);
                assert_text(buffer_bytes(&reply.finish), i == 1 ? "filter" : "stop");
                assert_text(buffer_bytes(&reply.model), i == 1 ? "g" : "m");
            } else {
                assert_true(reply.error.n > 0);
            }
        }
    }
    reply_free(&reply);
    return done;
}

static void replies(void **state)
{
    (void)state;
    fail_each(read_replies, 4);
}

/* In a trace, where their escapes are undone; as an argument they stand where they are. */
static bool read_words(void)
{
    struct reply reply = {0};
    reply_read(&reply, BYTES("\"no envelope\\nat all\""));
    bool done = !reply_failed(&reply);
    if (done)
        assert_text(reply_words(&reply), "no envelope\nat all");
    reply_free(&reply);
    return done;
}

static void words_without_an_envelope(void **state)
{
    (void)state;
    fail_each(read_words, 1);
}

/* ---- phrases and scores ---- */

static bool count_hits(void *context, const struct phrase_hit *found)
{
    size_t *hits = context;
    (void)found;
    ++*hits;
    return true;
}

static bool find_phrases(void)
{
    const struct bytes phrases[] = {BYTES("I hear you"), BYTES("you're not alone"), BYTES("hear"),
                                    BYTES("a much longer phrase of many words, "
                                          "which the folding has to make room for")};
    struct phrases *p = phrases_new(phrases, COUNT(phrases));
    size_t hits = 0;
    if (p)
        phrases_find(p, BYTES("I hear you: you\xe2\x80\x99re not alone"), count_hits, &hits);
    assert_int_equal(hits, p ? 3 : 0);
    phrases_free(p);
    return p != NULL;
}

static void phrases(void **state)
{
    (void)state;
    fail_each(find_phrases, 9);
}

static bool score(void)
{
    struct scorer *s = scorer_new(BYTES("hello\t0.5\twarm\ngood day\t0.25\tpolite\n"),
                                  BYTES("rule: r\ncategory: c\nweight: 1\npattern: ^System:\n"));
    if (!s)
        return false;
    struct word_scores scores = scorer_score(s, BYTES("System: Hello! Good day."));
    assert_true(scores.empathy > 0);
    assert_double(scores.safety, 0);
    scorer_free(s);
    return true;
}

/* A policy is read, or it is not: what fails is never taken for what is wrong with it. */
static bool apply_policy(void)
{
    struct buffer wrong = {0};
    struct safety *s = safety_new(
        BYTES("list: l\nwords: a, b\nrule: r\ncategory: c\nweight: 1\npattern: x (y|z) * @l\n"),
        BYTES("{\"silence\":[\"r\"],\"add\":[{\"id\":\"n\",\"category\":\"c\",\"weight\":1,"
              "\"pattern\":[\"p\",\"q * (r|s)\"],\"unless\":\"@l\"}]}"),
        &wrong);
    assert_int_equal(wrong.n, 0);
    buffer_free(&wrong);
    safety_free(s);
    return s != NULL;
}

/* A lexicon is compiled with all its spellings, or it is not; none of it is called malformed. */
static bool read_json_lexicon(void)
{
    const char *wrong;
    struct empathy *e = empathy_from_json(
        BYTES("{\"phrases\":[{\"phrase\":\"i can't\",\"weight\":1},{\"phrase\":\"how ?\","
              "\"weight\":1}]}"),
        &wrong);
    if (!e) {
        assert_null(wrong);
        return false;
    }
    assert_int_equal(empathy_patterns(e, NULL), 5);
    empathy_free(e);
    return true;
}

static void scorers(void **state)
{
    (void)state;
    fail_each(score, 12);
    fail_each(read_json_lexicon, 12);
    fail_each(apply_policy, 12);
}

/* ---- packing ---- */

static struct buffer dictionary;

static bool pack_and_unpack_with(struct bytes with)
{
    static const char document[] =
        "{\"trace_id\": \"Controller_1_77\", \"component\": \"Controller\","
        " \"prompt\": \"a prompt of some length, to be packed\"}";
    struct packer *p = packer_new(with);
    struct buffer packed = {0};
    struct buffer unpacked = {0};
    bool done = p && !packer_pack(p, BYTES(document), &packed) &&
                !packer_unpack(p, buffer_bytes(&packed), &unpacked);
    if (done)
        assert_text(buffer_bytes(&unpacked), document);
    packer_free(p);
    buffer_free(&packed);
    buffer_free(&unpacked);
    return done;
}

static bool pack_and_unpack(void)
{
    return pack_and_unpack_with(BYTES(""));
}

static bool pack_and_unpack_with_a_dictionary(void)
{
    return pack_and_unpack_with(buffer_bytes(&dictionary));
}

static bool train(void)
{
    struct buffer samples = {0};
    size_t sizes[400];
    buffer_clear(&dictionary);
    buffer_reserve(&samples, 400 * 100);
    for (int i = 0; i < 400; i++) {
        size_t before = samples.n;
        buffer_format(&samples,
                      "{\"trace_id\": \"Controller_%d_%d\", \"component\": \"Controller\"}", i,
                      i * 77);
        sizes[i] = samples.n - before;
    }
    bool done =
        !samples.failed && !pack_train(buffer_bytes(&samples), sizes, 400, 1024, &dictionary);
    if (done)
        assert_in_range(dictionary.n, 100, 1024);
    buffer_free(&samples);
    return done;
}

static void packing(void **state)
{
    (void)state;
    fail_each(pack_and_unpack, 3);
}

/* Before 1.5.6, ZSTD_createCDict() did not look at what malloc() returned (facebook/zstd, pull request
 * 3847), and the trainer calls it too. */
static void packing_with_a_dictionary(void **state)
{
    (void)state;
    assert_int_equal(buffer_reserve(&dictionary, 4096), 0);
    spare_malloc = strverscmp(pack_library_version(), "1.5.6") < 0;
    fail_each(train, 3);
    assert_true(dictionary.n > 0);
    fail_each(pack_and_unpack_with_a_dictionary, 3);
    spare_malloc = false;
    buffer_free(&dictionary);
}

/* ---- samples ---- */

static bool collect_a_sample(void)
{
    struct sample s = {0};
    bool done = true;
    double median = -1;
    for (int i = 0; i < 200 && done; i++)
        done = sample_add(&s, i) == 0;
    if (s.n > 0) {
        assert_int_equal(sample_percentile(&s, 50, &median), 0);
        assert_double(median, (double)(s.n - 1) / 2);
    }
    assert_int_equal(done, s.n == 200);
    sample_free(&s);
    return done;
}

static void samples(void **state)
{
    (void)state;
    fail_each(collect_a_sample, 3);
}

/* ---- agreement ---- */

static bool compare_two_judges(void)
{
    struct pairs pairs = {0};
    double low = 0;
    double high = 0;
    bool done = true;
    for (int i = 0; i < 40 && done; i++)
        done = pairs_add(&pairs, i, i % 7) == 0;
    done = done && agreement_interval(&pairs, SPEARMAN, 0.95, &low, &high) == 0;
    if (done)
        assert_true(low < high);
    pairs_free(&pairs);
    return done;
}

static void agreement(void **state)
{
    (void)state;
    fail_each(compare_two_judges, 10);
}

/* ---- folders ---- */

/* Walks and reads; whatever fails for want of memory must say so, and no entry may go missing. */
static bool walk_a_folder(const char *directory, const struct tree_days *days, const char *expected)
{
    struct buffer error = {0};
    struct buffer document = {0};
    struct buffer met = {0};
    bool done = false;
    int rc = -1;
    struct tree *tree = tree_open(directory, days, &error);
    if (!tree) {
        assert_true(error.n > 0 || error.failed);
        goto done;
    }
    while ((rc = tree_next(tree)) == 1) {
        buffer_clear(&document);
        int wrong = tree_read(tree_entry(tree), NULL, &document);
        if (wrong != 0) {
            assert_int_equal(wrong, ENOMEM);
            goto done;
        }
        assert_bytes(buffer_bytes(&document), tree_entry(tree)->path);
        buffer_append(&met, document.at, document.n);
        buffer_append_byte(&met, ' ');
    }
    if (rc < 0)
        assert_int_equal(errno, ENOMEM);
    done = rc == 0 && !met.failed;
    if (done)
        assert_text(buffer_bytes(&met), expected);
done:
    tree_close(tree);
    buffer_free(&error);
    buffer_free(&document);
    buffer_free(&met);
    return done;
}

static bool walk_all(void)
{
    static const struct tree_days days = {"2024-12-01", "2024-12-31", false, false};
    return walk_a_folder(folder_top, &days, "20241201/a.json 20241201/b.json 20241202/c.json ");
}

static bool walk_a_day(void)
{
    return walk_a_folder(below("20241202"), NULL, "20241202/c.json ");
}

static void folders(void **state)
{
    (void)state;
    make_folder("20241201");
    make_folder("20241202");
    make_file("20241201/a.json");
    make_file("20241201/b.json");
    make_file("20241202/c.json");
    fail_each(walk_all, 15);
    fail_each(walk_a_day, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_growing_buffer),
        cmocka_unit_test(strings_of_json),
        cmocka_unit_test(masking),
        cmocka_unit_test(replies),
        cmocka_unit_test(words_without_an_envelope),
        cmocka_unit_test(phrases),
        cmocka_unit_test(scorers),
        cmocka_unit_test(packing),
        cmocka_unit_test(packing_with_a_dictionary),
        cmocka_unit_test(samples),
        cmocka_unit_test(agreement),
        cmocka_unit_test_setup_teardown(folders, folder_set_up, folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
