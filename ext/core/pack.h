/*
 * pack.h -- packs documents with a shared dictionary, and names them by a hash of their bytes.
 *
 * A packed document is one zstd frame that states its size; the dictionary it needs is kept beside
 * it by whoever stores it. The only file that knows zstd and xxHash.
 */
#ifndef LIGHTNING_PACK_H
#define LIGHTNING_PACK_H

#include <stddef.h>

#include "bytes.h"

/* Nothing larger is unpacked, so that a forged frame cannot ask for all the memory there is. */
#define PACK_LARGEST_DOCUMENT ((size_t)1 << 30)
#define PACK_HASH_SIZE 16
/* The size of a dictionary, in bytes, unless another is asked for. */
#define PACK_DICTIONARY_SIZE ((size_t)64 << 10)

/* Packs or unpacks with one dictionary. Not to be shared between threads. */
struct packer;

/* An empty dictionary is none. Its bytes are copied. NULL when out of memory. */
struct packer *packer_new(struct bytes dictionary);
void packer_free(struct packer *packer);

/* Both append to *out and return NULL, or a static string that says what was wrong. */
const char *packer_pack(struct packer *packer, struct bytes document, struct buffer *out);
const char *packer_unpack(struct packer *packer, struct bytes packed, struct buffer *out);

/* Trains a dictionary of at most `capacity` bytes on the n samples that stand one behind the other
 * in `samples`; appends it to *out. The same samples give the same dictionary. Returns NULL or a static
 * string: too few samples are an error. */
const char *pack_train(struct bytes samples, const size_t *sizes, size_t n, size_t capacity,
                       struct buffer *out);

/* XXH3-128 in its canonical (big-endian) form. Not cryptographic: equal hashes are a reason to
 * compare the bytes, not a proof. */
void pack_hash(struct bytes document, unsigned char hash[PACK_HASH_SIZE]);

/* Whether these are the first bytes of a dictionary that was trained, PACK_HEAD_BYTES of it or all: then
 * there is a hash of the rest among them, and no two that differ begin alike. */
#define PACK_HEAD_BYTES 1024
bool pack_is_trained(struct bytes head);

/* The version of the zstd library in use, such as "1.5.4". */
const char *pack_library_version(void);

#endif
