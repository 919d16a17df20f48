/*
 * fuzz.h -- what the fuzz targets share: saying what did not hold.
 */
#ifndef LIGHTNING_TESTS_FUZZ_H
#define LIGHTNING_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline struct bytes input_bytes(const uint8_t *data, size_t size)
{
    return (struct bytes){(const char *)data, size};
}

#endif
