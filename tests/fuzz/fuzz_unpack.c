/*
 * fuzz_unpack -- any bytes as a packed document, with a dictionary and without; and any bytes as a
 * document, which must come back.
 */
#include "fuzz.h"

#include "pack.h"

/* The document's size as the frame states it (RFC 8878, 3.1.1.1), or 0. One near the limit is a test
 * of its own; here its memory would make each run take seconds. */
static uint64_t stated_size(const uint8_t *data, size_t size)
{
    static const size_t dictionary_bytes[] = {0, 1, 2, 4};
    if (size < 6 || memcmp(data, "\x28\xb5\x2f\xfd", 4) != 0)
        return 0;
    bool single = data[4] & 0x20;
    size_t at = 5 + (single ? 0U : 1U) + dictionary_bytes[data[4] & 3];
    size_t n = (size_t)1 << (data[4] >> 6);
    uint64_t stated = 0;
    if ((n == 1 && !single) || at + n > size)
        return 0;
    for (size_t i = n; i-- > 0;)
        stated = stated << 8 | data[at + i];
    return n == 2 ? stated + 256 : stated;
}

/* A dictionary of documents that are alike. */
static struct packer *packer_with_dictionary(void)
{
    struct buffer samples = {0};
    struct buffer dictionary = {0};
    size_t sizes[500];
    for (int i = 0; i < 500; i++) {
        size_t before = samples.n;
        buffer_format(&samples, "{\"trace_id\": \"%d\", \"component\": \"C\", \"latency_ms\": %d}",
                      i * 7919, i * 31 % 997);
        sizes[i] = samples.n - before;
    }
    REQUIRE(!pack_train(buffer_bytes(&samples), sizes, 500, 1024, &dictionary));
    struct packer *packer = packer_new(buffer_bytes(&dictionary));
    REQUIRE(packer);
    buffer_free(&samples);
    buffer_free(&dictionary);
    return packer;
}

static void check_round_trip(struct packer *packer, struct bytes document)
{
    struct buffer packed = {0};
    struct buffer again = {0};
    REQUIRE(!packer_pack(packer, document, &packed));
    REQUIRE(!packer_unpack(packer, buffer_bytes(&packed), &again));
    REQUIRE(bytes_equal(buffer_bytes(&again), document));
    buffer_free(&packed);
    buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct packer *packers[2]; /* kept for all inputs */
    if (!packers[0])
        packers[0] = packer_new(BYTES(""));
    if (!packers[1])
        packers[1] = packer_with_dictionary();
    for (size_t i = 0; i < 2; i++) {
        struct buffer out = {0};
        if (stated_size(data, size) <= (uint64_t)1 << 20) {
            const char *wrong = packer_unpack(packers[i], input_bytes(data, size), &out);
            REQUIRE(!out.failed);
            if (wrong)
                REQUIRE(out.n == 0);
            else
                check_round_trip(packers[i], buffer_bytes(&out));
        }
        check_round_trip(packers[i], input_bytes(data, size));
        buffer_free(&out);
    }
    return 0;
}
