#include "pack.h"

#include <stdlib.h>
#include <zdict.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "fragments.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Measured on traces: level 1 packs to 1.1 of the bytes of level 3 in 0.8 of the time, level 5 to 0.93
 * in 2.2 times the time, level 9 to 0.87 in 6 times. */
#define LEVEL 3
/* What stands before the fragments of a dictionary, at most: zstd's tables. */
#define TABLES 256
/* With fewer samples there is nothing to learn. */
#define SAMPLES_AT_LEAST 8

struct packer {
    ZSTD_CCtx *pack;
    ZSTD_DCtx *unpack;
    struct buffer dictionary; /* until pack_dictionary is made of it */
    ZSTD_CDict
        *pack_dictionary; /* NULL without a dictionary, and before the first is packed: making
                                  * it takes as long as packing a thousand documents */
    ZSTD_DDict *unpack_dictionary;
};

struct packer *packer_new(struct bytes dictionary)
{
    struct packer *packer = calloc(1, sizeof *packer);
    if (!packer)
        return NULL;
    packer->pack = ZSTD_createCCtx();
    packer->unpack = ZSTD_createDCtx();
    if (dictionary.n > 0) {
        buffer_append(&packer->dictionary, dictionary.at, dictionary.n);
        packer->unpack_dictionary = ZSTD_createDDict(dictionary.at, dictionary.n);
    }
    bool complete = packer->pack && packer->unpack &&
                    (dictionary.n == 0 || packer->unpack_dictionary) && !packer->dictionary.failed;
    if (complete)
        return packer;
    packer_free(packer);
    return NULL;
}

void packer_free(struct packer *packer)
{
    if (!packer)
        return;
    ZSTD_freeCCtx(packer->pack);
    ZSTD_freeDCtx(packer->unpack);
    ZSTD_freeCDict(packer->pack_dictionary);
    ZSTD_freeDDict(packer->unpack_dictionary);
    buffer_free(&packer->dictionary);
    free(packer);
}

/* Makes the dictionary ready to pack with, if there is one. */
static int prepare(struct packer *packer)
{
    if (packer->dictionary.n == 0)
        return 0;
    packer->pack_dictionary = ZSTD_createCDict(packer->dictionary.at, packer->dictionary.n, LEVEL);
    if (!packer->pack_dictionary)
        return -1;
    buffer_free(&packer->dictionary);
    return 0;
}

const char *packer_pack(struct packer *packer, struct bytes document, struct buffer *out)
{
    size_t room = ZSTD_compressBound(document.n);
    if (prepare(packer) != 0)
        out->failed = true;
    if (buffer_reserve(out, room) != 0)
        return "out of memory";
    char *at = out->at + out->n;
    size_t n = packer->pack_dictionary
                   ? ZSTD_compress_usingCDict(packer->pack, at, room, document.at, document.n,
                                              packer->pack_dictionary)
                   : ZSTD_compressCCtx(packer->pack, at, room, document.at, document.n, LEVEL);
    if (ZSTD_isError(n))
        return ZSTD_getErrorName(n);
    out->n += n;
    return NULL;
}

const char *packer_unpack(struct packer *packer, struct bytes packed, struct buffer *out)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed.at, packed.n);
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
        return "these are not bytes that pack() made";
    if (size > PACK_LARGEST_DOCUMENT)
        return "the document would be larger than 1 GiB";
    if (buffer_reserve(out, (size_t)size + 1) != 0)
        return "out of memory";
    char *at = out->at + out->n;
    size_t n = packer->unpack_dictionary
                   ? ZSTD_decompress_usingDDict(packer->unpack, at, (size_t)size, packed.at,
                                                packed.n, packer->unpack_dictionary)
                   : ZSTD_decompressDCtx(packer->unpack, at, (size_t)size, packed.at, packed.n);
    if (ZSTD_isError(n))
        return ZSTD_getErrorName(n);
    out->n += n;
    return NULL;
}

const char *pack_train(struct bytes samples, const size_t *sizes, size_t n, size_t capacity,
                       struct buffer *out)
{
    struct buffer fragments = {0};
    size_t trained = 0;
    if (n < SAMPLES_AT_LEAST || n > UINT32_MAX || capacity < 2 * TABLES)
        return "too few samples, or too many, or no room for a dictionary";
    if (fragments_choose(samples, sizes, n, capacity - TABLES, &fragments) != 0 ||
        buffer_reserve(out, capacity) != 0) {
        out->failed = true;
    } else {
        trained = ZDICT_finalizeDictionary(out->at + out->n, capacity, fragments.at, fragments.n,
                                           samples.at, sizes, (unsigned)n,
                                           (ZDICT_params_t){.compressionLevel = LEVEL});
        if (ZSTD_getErrorCode(trained) == ZSTD_error_memory_allocation)
            out->failed = true;
    }
    buffer_free(&fragments);
    if (out->failed)
        return "out of memory";
    if (ZDICT_isError(trained))
        return ZDICT_getErrorName(trained);
    out->n += trained;
    return NULL;
}

void pack_hash(struct bytes document, unsigned char hash[PACK_HASH_SIZE])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(document.at, document.n));
    memcpy(hash, canonical.digest, PACK_HASH_SIZE);
}

bool pack_is_trained(struct bytes head)
{
    return ZSTD_getDictID_fromDict(head.at, head.n) != 0;
}

const char *pack_library_version(void)
{
    return ZSTD_versionString();
}
