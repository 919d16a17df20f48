/*
 * decimal.h -- the numbers of JSON documents as doubles, exactly.
 */
#ifndef LIGHTNING_DECIMAL_H
#define LIGHTNING_DECIMAL_H

#include "bytes.h"

/* The double that is nearest to a number in JSON's grammar, or to NaN, Infinity and -Infinity as
 * Python writes them, whatever its length and whatever the locale; infinite beyond a double. NaN also
 * when the C locale cannot be had. */
double decimal_to_double(struct bytes number);

#endif
