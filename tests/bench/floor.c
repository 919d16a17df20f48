/*
 * floor.c -- the least that reading a traces folder can cost: what the kernel takes for it.
 *
 *     floor read DIR THREADS    list every day's folder; open, read and close every file in it
 *     floor stat DIR THREADS    list every day's folder; fstatat() every file in it
 *
 * Each thread takes a day at a time. Nothing is done with the bytes and nothing is put in order.
 * Prints how many files there were, and how many bytes in them. Exit 1: something could not be
 * read, so that the figure would be of no use.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_DAYS 4096
#define MOST_THREADS 64

struct job {
    int root;
    bool reading; /* else stat */
    char days[MOST_DAYS][16];
    int n_days;
    atomic_int next_day;
    atomic_llong files;
    atomic_llong bytes;
    atomic_int failures;
};

/* The size of a file by reading it all, or -1. */
static long long read_file(int folder, const char *name)
{
    char room[1 << 16];
    long long size = 0;
    ssize_t got;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    /* A file that ends within the room takes one read: a short one, at its end. */
    do {
        got = read(fd, room, sizeof(room));
        size += got;
    } while (got == (ssize_t)sizeof(room));
    close(fd);
    return got < 0 ? -1 : size;
}

static long long stat_file(int folder, const char *name)
{
    struct stat status;

    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_size : -1;
}

static void do_day(struct job *job, const char *day)
{
    long long files = 0, bytes = 0;
    int fd = openat(job->root, day, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir) {
        job->failures++;
        return;
    }
    while ((entry = readdir(dir))) {
        long long size;

        if (entry->d_name[0] == '.')
            continue;
        size = job->reading ? read_file(fd, entry->d_name) : stat_file(fd, entry->d_name);
        if (size < 0)
            job->failures++;
        files++;
        bytes += size;
    }
    closedir(dir);
    job->files += files;
    job->bytes += bytes;
}

static void *work(void *pointer)
{
    struct job *job = pointer;
    int day;

    while ((day = job->next_day++) < job->n_days)
        do_day(job, job->days[day]);
    return NULL;
}

static int list_days(struct job *job, const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (!dir)
        return -1;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < sizeof(job->days[0]) &&
            job->n_days < MOST_DAYS)
            strcpy(job->days[job->n_days++], entry->d_name);
    job->root = dup(dirfd(dir));
    closedir(dir);
    return job->root < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    static struct job job;
    pthread_t threads[MOST_THREADS];
    int n = argc == 4 ? atoi(argv[3]) : 0;

    if (n < 1 || n > MOST_THREADS) {
        fputs("usage: floor read|stat DIR THREADS\n", stderr);
        return 2;
    }
    job.reading = strcmp(argv[1], "read") == 0;
    if (list_days(&job, argv[2]) != 0) {
        perror(argv[2]);
        return 1;
    }
    for (int i = 1; i < n; i++)
        if (pthread_create(&threads[i], NULL, work, &job) != 0)
            return 1;
    work(&job);
    for (int i = 1; i < n; i++)
        pthread_join(threads[i], NULL);
    printf("%lld files, %lld bytes\n", job.files, job.bytes);
    return job.failures > 0;
}
