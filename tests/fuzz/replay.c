/*
 * replay -- feeds each file of a directory to a fuzz target: what libFuzzer found stays a test
 * where there is no libFuzzer.
 *
 * usage: replay_X tests/fuzz/corpus/X
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[PATH_MAX]; /* of the input under test */

static void die(void)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(1);
}

/* Names the input that crashed; then the signal does what it does by default. */
static void on_crash(int number)
{
    if (write(STDERR_FILENO, path, strlen(path)) < 0 || write(STDERR_FILENO, ": crash\n", 8) < 0)
        _exit(1);
    signal(number, SIG_DFL);
    raise(number);
}

static void replay(size_t size)
{
    FILE *file = fopen(path, "rb");
    /* Of exactly this size, so that a sanitizer or valgrind sees a read beyond it. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (!file || !data || fread(data, 1, size, file) != size)
        die();
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    fclose(file);
}

int main(int argc, char **argv)
{
    DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    unsigned long replayed = 0;
    struct stat status;

    if (!directory) {
        fprintf(stderr, "usage: %s DIRECTORY (that can be read)\n", argv[0]);
        return 2;
    }
    signal(SIGABRT, on_crash);
    signal(SIGSEGV, on_crash);
    signal(SIGBUS, on_crash);
    signal(SIGFPE, on_crash);
    while ((entry = readdir(directory))) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name) >= sizeof path)
            continue;
        if (stat(path, &status))
            die();
        if (S_ISREG(status.st_mode)) {
            replay((size_t)status.st_size);
            replayed++;
        }
    }
    closedir(directory);
    printf("%s: %lu inputs\n", argv[1], replayed);
    return replayed > 0 ? 0 : 1;
}
