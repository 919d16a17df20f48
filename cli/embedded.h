/*
 * embedded.h -- the files of sql/, in the binary.
 *
 * The build makes gen/sql_files.c from them:
 *
 *     #include "embedded.h"
 *     static const unsigned char text_0[] = {0x2d, ..., 0x00};
 *     const struct embedded_file sql_files[] = {
 *         {"reports/summary.sql", text_0, sizeof(text_0) - 1},
 *         ...
 *     };
 *     const size_t n_sql_files = sizeof(sql_files) / sizeof(sql_files[0]);
 *
 * with names below sql/, in the order of strcmp() (LC_ALL=C sort), and a NUL after each text that n
 * does not count.
 */
#ifndef LIGHTNING_EMBEDDED_H
#define LIGHTNING_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name;
    const unsigned char *text;
    size_t n; /* in bytes, without the NUL */
};

extern const struct embedded_file sql_files[];
extern const size_t n_sql_files;

/* The text of a file of sql/, such as "schema.sql"; NULL when there is none. */
const char *embedded_sql(const char *name);

/* Goes through the files whose names begin with `folder` ("reports/"), in order: start with *at 0.
 * Returns NULL after the last. */
const struct embedded_file *embedded_next(const char *folder, size_t *at);

#endif
