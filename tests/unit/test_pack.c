/*
 * test_pack.c -- documents packed and unpacked, with a dictionary and without; forged bytes.
 */
#include "check.h"

#include "pack.h"

static struct packer *packer(struct bytes dictionary)
{
    struct packer *p = packer_new(dictionary);
    assert_non_null(p);
    return p;
}

static void assert_fine(const char *wrong)
{
    if (wrong)
        fail_msg("%s", wrong);
}

/* A document like those of the folder, the i-th of them. */
static void write_document(struct buffer *out, int i)
{
    buffer_clear(out);
    buffer_format(out,
                  "{\n  \"trace_id\": \"Controller_20241201_%06d_%06d\",\n"
                  "  \"component\": \"Controller\",\n  \"prompt\": \"You are kind. User: %d\",\n"
                  "  \"metadata\": {\n    \"model\": \"llama3-70b-8192\",\n    \"n\": %d\n  },\n"
                  "  \"latency_ms\": %d.25\n}\n",
                  i * 37 % 240000, i * 7919 % 1000000, i * 11, i, i * 13 % 5000);
}

/* A dictionary of 2,000 such documents. */
static struct buffer trained(void)
{
    struct buffer samples = {0};
    struct buffer document = {0};
    struct buffer dictionary = {0};
    size_t *sizes = calloc(2000, sizeof *sizes);
    assert_non_null(sizes);
    for (int i = 0; i < 2000; i++) {
        write_document(&document, i);
        buffer_append(&samples, document.at, document.n);
        sizes[i] = document.n;
    }
    assert_fine(pack_train(buffer_bytes(&samples), sizes, 2000, 4096, &dictionary));
    assert_in_range(dictionary.n, 256, 4096);
    free(sizes);
    buffer_free(&samples);
    buffer_free(&document);
    return dictionary;
}

static void assert_comes_back(struct packer *p, struct bytes document)
{
    struct buffer packed = {0};
    struct buffer unpacked = {0};
    buffer_append(&packed, "before", 6);
    buffer_append(&unpacked, "before", 6);
    assert_fine(packer_pack(p, document, &packed));
    assert_memory_equal(packed.at, "before", 6);
    struct bytes exact = exact_copy((struct bytes){packed.at + 6, packed.n - 6});
    assert_fine(packer_unpack(p, exact, &unpacked));
    assert_memory_equal(unpacked.at, "before", 6);
    assert_bytes(((struct bytes){unpacked.at + 6, unpacked.n - 6}), document);
    free((char *)exact.at);
    buffer_free(&packed);
    buffer_free(&unpacked);
}

/* Byte for byte, whatever the bytes: rejected files are kept too. */
static void what_was_packed_comes_back(void **state)
{
    struct buffer dictionary = trained();
    struct buffer document = {0};
    uint64_t seed = 1;
    (void)state;
    for (int with = 0; with < 2; with++) {
        struct packer *p = packer(with ? buffer_bytes(&dictionary) : BYTES(""));
        assert_comes_back(p, BYTES(""));
        assert_comes_back(p, BYTES("x"));
        assert_comes_back(p, BYTES("\0\xff\0"));
        for (int i = 0; i < 50; i++) {
            write_document(&document, i);
            assert_comes_back(p, buffer_bytes(&document));
        }
        buffer_clear(&document);
        for (int i = 0; i < 200000; i++)
            buffer_append_byte(&document, (char)random_next(&seed));
        assert_comes_back(p, buffer_bytes(&document));
        memset(document.at, 'x', document.n);
        assert_comes_back(p, buffer_bytes(&document));
        packer_free(p);
    }
    buffer_free(&document);
    buffer_free(&dictionary);
}

/* What the dictionary is for: small documents that are alike. */
static void a_dictionary_makes_a_document_smaller(void **state)
{
    struct buffer dictionary = trained();
    struct buffer document = {0};
    struct buffer with = {0};
    struct buffer without = {0};
    struct packer *p = packer(buffer_bytes(&dictionary));
    struct packer *plain = packer(BYTES(""));
    (void)state;
    write_document(&document, 123456);
    assert_fine(packer_pack(p, buffer_bytes(&document), &with));
    assert_fine(packer_pack(plain, buffer_bytes(&document), &without));
    assert_in_range(with.n, 1, without.n / 2);
    packer_free(p);
    packer_free(plain);
    buffer_free(&dictionary);
    buffer_free(&document);
    buffer_free(&with);
    buffer_free(&without);
}

/* The dictionary's memory belongs to the caller, who may reuse it at once. */
static void a_packer_keeps_its_own_copy_of_the_dictionary(void **state)
{
    struct buffer dictionary = trained();
    struct buffer document = {0};
    struct packer *p = packer(buffer_bytes(&dictionary));
    (void)state;
    memset(dictionary.at, 'x', dictionary.n);
    buffer_free(&dictionary);
    write_document(&document, 1);
    assert_comes_back(p, buffer_bytes(&document));
    packer_free(p);
    buffer_free(&document);
}

static void another_dictionary_is_an_error_and_not_another_text(void **state)
{
    struct buffer dictionary = trained();
    struct buffer document = {0};
    struct buffer packed = {0};
    struct buffer out = {0};
    struct packer *p = packer(buffer_bytes(&dictionary));
    struct packer *plain = packer(BYTES(""));
    (void)state;
    write_document(&document, 7);
    assert_fine(packer_pack(p, buffer_bytes(&document), &packed));
    assert_non_null(packer_unpack(plain, buffer_bytes(&packed), &out));
    assert_int_equal(out.n, 0);
    assert_false(out.failed);
    packer_free(p);
    packer_free(plain);
    buffer_free(&dictionary);
    buffer_free(&document);
    buffer_free(&packed);
    buffer_free(&out);
}

/* A damaged file must be told, not shown as if it were whole. */
static void a_cut_document_is_an_error(void **state)
{
    struct packer *p = packer(BYTES(""));
    struct buffer document = {0};
    struct buffer packed = {0};
    struct buffer out = {0};
    (void)state;
    write_document(&document, 3);
    assert_fine(packer_pack(p, buffer_bytes(&document), &packed));
    for (size_t n = 0; n < packed.n; n++) {
        struct bytes cut = exact_copy((struct bytes){packed.at, n});
        assert_non_null(packer_unpack(p, cut, &out));
        assert_int_equal(out.n, 0);
        free((char *)cut.at);
    }
    buffer_append(&packed, "tail", 4);
    assert_non_null(packer_unpack(p, buffer_bytes(&packed), &out));
    assert_int_equal(out.n, 0);
    packer_free(p);
    buffer_free(&document);
    buffer_free(&packed);
    buffer_free(&out);
}

/* Frames that claim sizes: RFC 8878, 3.1.1.1. The first says 2^30 + 1 bytes, the second 2^62. */
static void a_forged_size_asks_for_no_memory(void **state)
{
    static const struct bytes forged[] = {
        {LITERAL("\x28\xb5\x2f\xfd\xa0\x01\x00\x00\x40\x01\x00\x00")},
        {LITERAL("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x00\x00\x40\x01\x00\x00")},
    };
    struct packer *p = packer(BYTES(""));
    (void)state;
    for (size_t i = 0; i < COUNT(forged); i++) {
        struct buffer out = {0};
        assert_string_equal(packer_unpack(p, forged[i], &out),
                            "the document would be larger than 1 GiB");
        assert_int_equal(out.cap, 0);
        buffer_free(&out);
    }
    packer_free(p);
}

static void what_was_never_packed_is_an_error(void **state)
{
    static const struct bytes never[] = {
        {LITERAL("")},
        {LITERAL("{}")},
        {LITERAL("{\"trace_id\": \"plain JSON\"}")},
        {LITERAL("\x28\xb5\x2f\xfd")},
        /* A frame that does not state its size, as a stream writes it. */
        {LITERAL("\x28\xb5\x2f\xfd\x00\x58\x01\x00\x00")},
    };
    struct packer *p = packer(BYTES(""));
    (void)state;
    for (size_t i = 0; i < COUNT(never); i++) {
        struct buffer out = {0};
        struct bytes copy = exact_copy(never[i]);
        assert_string_equal(packer_unpack(p, copy, &out), "these are not bytes that pack() made");
        buffer_free(&out);
        free((char *)copy.at);
    }
    packer_free(p);
}

static void too_few_samples_train_nothing(void **state)
{
    static const size_t sizes[] = {2, 2};
    struct buffer out = {0};
    (void)state;
    buffer_append(&out, "kept", 4);
    assert_non_null(pack_train(BYTES("{}{}"), sizes, 2, 4096, &out));
    assert_non_null(pack_train(BYTES(""), sizes, 0, 4096, &out));
    assert_text(buffer_bytes(&out), "kept");
    assert_false(out.failed);
    buffer_free(&out);
}

/* The head of a large dictionary is enough to find what was made ready for it: reading the whole for each
 * document would cost more than unpacking it. */
static void a_trained_dictionary_is_told_by_its_head(void **state)
{
    struct buffer dictionary = trained();
    struct buffer samples = {0};
    struct buffer other = {0};
    size_t sizes[50];
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t before = samples.n;
        buffer_format(&samples, "{\"another\": %zu, \"sort of\": \"documents %zu\"}", i, i * i);
        sizes[i] = samples.n - before;
    }
    assert_fine(pack_train(buffer_bytes(&samples), sizes, COUNT(sizes), 4096, &other));
    assert_true(dictionary.n > PACK_HEAD_BYTES);
    assert_true(pack_is_trained((struct bytes){dictionary.at, PACK_HEAD_BYTES}));
    assert_true(pack_is_trained((struct bytes){other.at, 8}));
    assert_memory_not_equal(dictionary.at, other.at, 8);
    /* Any bytes may serve as a dictionary, and nothing in those says what follows. */
    assert_false(pack_is_trained(BYTES("{\"trace_id\": \"Controller_1\"}")));
    assert_false(pack_is_trained(BYTES("")));
    assert_false(pack_is_trained((struct bytes){other.at, 7}));
    buffer_free(&dictionary);
    buffer_free(&samples);
    buffer_free(&other);
}

/* What was packed once is read for ever. This was by zstd 1.5.4. */
static void a_frame_of_an_earlier_version_is_read(void **state)
{
    static const char frame[] = "\x28\xB5\x2F\xFD\x20\x37\x6D\x00\x00\x10\x5F"
                                "\x31\x03\x00\x5A\x5D\xEC\x09\xC7\x96\x15\x10";
    struct packer *p =
        packer(BYTES("{\"trace_id\": \"TherapyTool_0\", \"component\": \"Controller\"}"));
    struct buffer out = {0};
    (void)state;
    assert_fine(packer_unpack(p, BYTES(frame), &out));
    assert_text(buffer_bytes(&out),
                "{\"trace_id\": \"Controller_1\", \"component\": \"Controller\"}");
    packer_free(p);
    buffer_free(&out);
}

static void a_dictionary_needs_room(void **state)
{
    struct buffer samples = {0};
    struct buffer out = {0};
    size_t sizes[100];
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t before = samples.n;
        buffer_format(&samples, "{\"trace_id\": \"%zu\", \"component\": \"Controller\"}", i);
        sizes[i] = samples.n - before;
    }
    assert_non_null(pack_train(buffer_bytes(&samples), sizes, COUNT(sizes), 0, &out));
    assert_non_null(pack_train(buffer_bytes(&samples), sizes, COUNT(sizes), 100, &out));
    assert_int_equal(out.n, 0);
    assert_fine(pack_train(buffer_bytes(&samples), sizes, COUNT(sizes), 512, &out));
    assert_in_range(out.n, 1, 512);
    buffer_free(&samples);
    buffer_free(&out);
}

/* Stored in the file: it must be the same on every machine and with every version. The values are
 * those of xxhsum -H2 (0.8.1). */
static void the_hash_is_the_canonical_xxh3_of_128_bits(void **state)
{
    static const struct {
        const char *text;
        const char *hash;
    } cases[] = {
        {"", "99aa06d3014798d86001c324468d497f"},
        {"{\"trace_id\": \"x\"}\n", "1aed38b3b16f8ebd0bb29de16300c8c4"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char hash[PACK_HASH_SIZE];
        struct buffer hex = {0};
        pack_hash(text_of_literal(cases[i].text), hash);
        for (size_t k = 0; k < PACK_HASH_SIZE; k++)
            buffer_format(&hex, "%02x", hash[k]);
        assert_text(buffer_bytes(&hex), cases[i].hash);
        buffer_free(&hex);
    }
}

static void the_library_says_its_version(void **state)
{
    (void)state;
    assert_true(strspn(pack_library_version(), "0123456789.") == strlen(pack_library_version()));
    assert_true(strlen(pack_library_version()) >= strlen("1.4.0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_back),
        cmocka_unit_test(a_dictionary_makes_a_document_smaller),
        cmocka_unit_test(a_packer_keeps_its_own_copy_of_the_dictionary),
        cmocka_unit_test(another_dictionary_is_an_error_and_not_another_text),
        cmocka_unit_test(a_cut_document_is_an_error),
        cmocka_unit_test(a_forged_size_asks_for_no_memory),
        cmocka_unit_test(what_was_never_packed_is_an_error),
        cmocka_unit_test(too_few_samples_train_nothing),
        cmocka_unit_test(a_trained_dictionary_is_told_by_its_head),
        cmocka_unit_test(a_frame_of_an_earlier_version_is_read),
        cmocka_unit_test(a_dictionary_needs_room),
        cmocka_unit_test(the_hash_is_the_canonical_xxh3_of_128_bits),
        cmocka_unit_test(the_library_says_its_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
