/*
 * shim_malloc.c -- to be preloaded: of the program's allocations, all threads' and libraries', the one
 * numbered MALLOC_FAIL gets NULL. MALLOC_COUNT names a file that gets their number, and whether one
 * failed ("1234 1"). With MALLOC_STOP the program stops there instead, for a debugger to look at.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;
static atomic_long failed;
static long which;
static bool ready; /* before main() nothing is counted: the loader cannot do without */

/* The real ones; glibc offers them under these names, so that nothing has to be looked up first. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

/* Before 1.5.6, libzstd itself crashes when there is no memory for a dictionary (its issue 3847): an
 * allocation made for that does not fail. */
static bool zstd_would_crash(void)
{
    unsigned (*version)(void) = (unsigned (*)(void))dlsym(RTLD_DEFAULT, "ZSTD_versionNumber");
    void *frames[8];
    int n = version && version() < 10506 ? backtrace(frames, 8) : 0;
    for (int i = 0; i < n; i++) {
        Dl_info where;
        if (dladdr(frames[i], &where) && where.dli_sname &&
            strncmp(where.dli_sname, "ZSTD_createCDict", 16) == 0)
            return true;
    }
    return false;
}

static bool fails(void)
{
    if (!ready || atomic_fetch_add(&calls, 1) + 1 != which || zstd_would_crash())
        return false;
    atomic_fetch_add(&failed, 1);
    if (getenv("MALLOC_STOP"))
        abort();
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *at, size_t n)
{
    return fails() ? NULL : __libc_realloc(at, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **at, size_t alignment, size_t n)
{
    if (fails())
        return ENOMEM;
    *at = __libc_memalign(alignment, n);
    return *at ? 0 : ENOMEM;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("MALLOC_FAIL");
    which = text ? strtol(text, NULL, 10) : 0;
    ready = true;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("MALLOC_COUNT");
    char text[64];
    ready = false;
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    int n = snprintf(text, sizeof text, "%ld %ld\n", (long)calls, (long)failed);
    if (fd >= 0 && write(fd, text, (size_t)n) != n)
        _exit(99);
}
