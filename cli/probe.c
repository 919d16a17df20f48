#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "schema.h"

/* SQLite's file format: "Database File Format", section 1.3. */
#define HEADER_SIZE 100
#define SCHEMA_COOKIE_AT 40
#define USER_VERSION_AT 60
#define APPLICATION_ID_AT 68

static int32_t integer_at(const unsigned char *header, size_t at)
{
    const unsigned char *p = header + at;

    return (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
}

int check_identity(const char *path, long long application_id, long long version, int latest)
{
    if (application_id != APPLICATION_ID || version < 1)
        return complain(UNUSABLE, "%s: is a database of another program; it is left as it is",
                        path);
    if (version > latest)
        return complain(
            UNUSABLE, "%s: is of version %lld, made by a newer lightning; this one knows up to %d",
            path, version, latest);
    return DONE;
}

/* Reads the header; *n gets how much of it there is. Returns 0, or -1 with errno. */
static int read_header(const char *filename, unsigned char header[HEADER_SIZE], size_t *n)
{
    struct stat status;
    ssize_t got = 1;
    int fd = open(filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would block */
    int error = 0;

    if (fd < 0)
        return -1;
    if (fstat(fd, &status) != 0)
        error = errno;
    else if (S_ISDIR(status.st_mode))
        error = EISDIR;
    else if (!S_ISREG(status.st_mode))
        error = ENOTSUP;
    for (*n = 0; !error && got > 0 && *n < HEADER_SIZE; *n += (size_t)got) {
        do
            got = pread(fd, header + *n, HEADER_SIZE - *n, (off_t)*n);
        while (got < 0 && errno == EINTR);
        if (got < 0) {
            error = errno;
            got = 0;
        }
    }
    close(fd);
    errno = error;
    return error ? -1 : 0;
}

int probe_file(const char *filename, const char *path, enum probed *out)
{
    unsigned char header[HEADER_SIZE];
    int32_t application_id, version;
    size_t n = 0;

    if (read_header(filename, header, &n) != 0) {
        if (errno == ENOENT) {
            *out = PROBED_MISSING;
            return DONE;
        }
        return complain(UNUSABLE, "%s: cannot be read: %s", path, strerror(errno));
    }
    *out = PROBED_EMPTY;
    if (n == 0)
        return DONE;
    if (n < HEADER_SIZE || memcmp(header, "SQLite format 3", 16) != 0)
        return complain(UNUSABLE, "%s: is not an SQLite database; it is left as it is", path);
    application_id = integer_at(header, APPLICATION_ID_AT);
    version = integer_at(header, USER_VERSION_AT);
    *out = PROBED_BLANK;
    if (application_id == 0 && version == 0 && integer_at(header, SCHEMA_COOKIE_AT) == 0)
        return DONE;
    *out = PROBED_OURS;
    return check_identity(path, application_id, version, schema_latest());
}
