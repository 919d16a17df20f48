#include "read_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* Rows handed over at once: enough that the handing over costs nothing. */
#define BATCH_ROWS 64
/* Documents of a batch that are read ahead, in bytes: bounds the memory, whatever the files are. */
#define BATCH_BYTES ((size_t)1 << 20)
/* Batches on their way, so that nobody waits for a slow one. */
#define BATCHES 8
/* Threads are worth starting after so many rows. */
#define ROWS_BEFORE_THREADS 16
#define MOST_THREADS 4

enum batch_state {
    BATCH_IDLE,  /* the caller's: being filled, or its rows taken */
    BATCH_READY, /* filled; waits for somebody to work on it */
    BATCH_BUSY,  /* somebody does */
    BATCH_DONE
};

struct batch {
    enum batch_state state;
    size_t n;
    size_t asked;   /* how often a document was asked for */
    bool read;      /* its documents are to be read ahead */
    unsigned steps; /* to be done ahead */
    struct folder_row rows[BATCH_ROWS];
    struct buffer paths;
    struct buffer documents;
    bool failed; /* out of memory */
};

/* One of those who work: a thread, or the caller (number 0). */
struct worker {
    struct read_ahead *ahead;
    struct trace_row_tools tools;
    pthread_t thread;
};

struct read_ahead {
    struct tree *tree;
    struct read_ahead_plan plan;
    struct bytes dictionary;
    bool reading;          /* documents are read ahead now */
    bool at_end;           /* the walk is over */
    int walk_error;        /* errno of the walk, once the rows before it are taken */
    size_t next_size;      /* rows of the next batch: grows up to BATCH_ROWS */
    size_t taken;          /* rows so far */
    size_t filled;         /* batches filled so far; batch i is batches[i % BATCHES] */
    size_t current;        /* the batch whose rows are taken */
    size_t row;            /* in it */
    struct batch *batches; /* [BATCHES] */
    struct worker workers[1 + MOST_THREADS];
    bool started; /* the threads, or the attempt to: there is one */
    size_t threads;
    pthread_mutex_t mutex; /* guards the batches' states, next_ready, stop */
    pthread_cond_t ready;  /* a batch waits for work, or stop */
    pthread_cond_t done;   /* a batch is done */
    size_t next_ready;     /* the oldest batch that may be BATCH_READY */
    bool stop;
};

/* ---- working on a batch ---- */

static void read_facts(struct folder_row *row)
{
    row->facts_error = tree_stat(&row->entry, &row->facts);
    row->has_facts = true;
}

/* Appends the file to *documents; the row's document is set by whoever knows that it will not
 * move. */
static void read_document(struct folder_row *row, bool facts, struct buffer *documents)
{
    size_t before = documents->n;
    row->has_document = true;
    row->read_error = EINVAL;
    if (row->entry.no_trace)
        return;
    row->read_error = tree_read(&row->entry, facts ? &row->facts : NULL, documents);
    if (row->read_error != 0)
        documents->n = before;
    else if (facts)
        row->has_facts = true;
}

/* Reads the batch's files one behind the other, then makes rows of them. */
static void work(struct worker *worker, struct batch *batch)
{
    struct read_ahead *ahead = worker->ahead;
    size_t starts[BATCH_ROWS + 1];
    size_t n = 0;
    buffer_clear(&batch->documents);
    while (batch->read && n < batch->n && batch->documents.n < BATCH_BYTES) {
        starts[n] = batch->documents.n;
        read_document(&batch->rows[n++], ahead->plan.facts, &batch->documents);
    }
    starts[n] = batch->documents.n;
    for (size_t i = 0; i < batch->n; i++) {
        struct folder_row *row = &batch->rows[i];
        if (ahead->plan.facts && !row->has_facts)
            read_facts(row);
        if (i >= n || row->read_error != 0)
            continue;
        struct bytes document = {buffer_bytes(&batch->documents).at + starts[i],
                                 starts[i + 1] - starts[i]};
        trace_row_begin(&row->row, document);
        if (trace_row_do(&row->row, &worker->tools, batch->steps) != 0)
            batch->failed = true;
    }
    if (batch->documents.failed)
        batch->failed = true;
}

/* Takes the oldest batch that waits; NULL when none does. The mutex is held. */
static struct batch *claim(struct read_ahead *ahead)
{
    while (ahead->next_ready < ahead->filled) {
        struct batch *batch = &ahead->batches[ahead->next_ready++ % BATCHES];
        if (batch->state == BATCH_READY) {
            batch->state = BATCH_BUSY;
            return batch;
        }
    }
    return NULL;
}

/* Works on a claimed batch; the mutex is held before and after, not during. */
static void work_unlocked(struct worker *worker, struct batch *batch)
{
    struct read_ahead *ahead = worker->ahead;
    pthread_mutex_unlock(&ahead->mutex);
    work(worker, batch);
    pthread_mutex_lock(&ahead->mutex);
    batch->state = BATCH_DONE;
    pthread_cond_signal(&ahead->done);
}

static void *thread_main(void *pointer)
{
    struct worker *worker = pointer;
    struct read_ahead *ahead = worker->ahead;
    pthread_mutex_lock(&ahead->mutex);
    while (!ahead->stop) {
        struct batch *batch = claim(ahead);
        if (batch)
            work_unlocked(worker, batch);
        else
            pthread_cond_wait(&ahead->ready, &ahead->mutex);
    }
    pthread_mutex_unlock(&ahead->mutex);
    return NULL;
}

/* ---- threads ---- */

static int make_packer(struct worker *worker)
{
    struct read_ahead *ahead = worker->ahead;
    if (!(ahead->plan.steps & STEP_PACK))
        return 0;
    worker->tools.packer = packer_new(ahead->dictionary);
    return worker->tools.packer ? 0 : -1;
}

/* As many as there are processors besides the caller's. Without any, the caller does all. */
static void start_threads(struct read_ahead *ahead)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    sigset_t all;
    sigset_t before;
    ahead->started = true;
    sigfillset(&all);
    /* Signals are the program's, not ours: they go to its own threads. */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (ahead->threads < MOST_THREADS && (long)ahead->threads + 1 < processors) {
        struct worker *worker = &ahead->workers[1 + ahead->threads];
        if (make_packer(worker) != 0)
            break;
        if (pthread_create(&worker->thread, NULL, thread_main, worker) != 0) {
            packer_free(worker->tools.packer);
            break;
        }
        ahead->threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop_threads(struct read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->mutex);
    ahead->stop = true;
    pthread_cond_broadcast(&ahead->ready);
    pthread_mutex_unlock(&ahead->mutex);
    for (size_t i = 0; i < ahead->threads; i++)
        pthread_join(ahead->workers[1 + i].thread, NULL);
}

/* ---- filling batches ---- */

static int add_row(struct batch *batch, const struct tree_entry *entry)
{
    struct folder_row *row = &batch->rows[batch->n];
    size_t name = (size_t)(entry->name - entry->path.at);
    size_t at = batch->paths.n;
    buffer_append(&batch->paths, entry->path.at, entry->path.n + 1);
    if (batch->paths.failed)
        return -1;
    row->entry = *entry;
    row->entry.path.at = NULL; /* paths may move until the batch is full: here are the offsets */
    row->entry.path.n = at;
    row->entry.name = NULL;
    row->facts.size = (int64_t)entry->path.n;
    row->facts.mtime = (int64_t)name;
    row->has_facts = false;
    row->facts_error = 0; /* the row before in this place may have had one */
    row->has_document = false;
    tree_folder_hold(entry->folder);
    batch->n++;
    return 0;
}

static void settle_paths(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct folder_row *row = &batch->rows[i];
        const char *path = batch->paths.at + row->entry.path.n;
        row->entry.path = (struct bytes){path, (size_t)row->facts.size};
        row->entry.name = path + row->facts.mtime;
    }
}

static void empty(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        tree_folder_release(batch->rows[i].entry.folder);
    batch->n = 0;
    batch->asked = 0;
    batch->failed = false;
    buffer_clear(&batch->paths);
    /* One huge document must not be paid for until the end. */
    if (batch->documents.cap > 4 * BATCH_BYTES)
        buffer_free(&batch->documents);
}

/* Walks on and fills the next batch, which is idle. */
static void fill(struct read_ahead *ahead)
{
    struct batch *batch = &ahead->batches[ahead->filled % BATCHES];
    empty(batch);
    while (batch->n < ahead->next_size && !ahead->at_end) {
        int rc = tree_next(ahead->tree);
        if (rc == 1 && add_row(batch, tree_entry(ahead->tree)) == 0)
            continue;
        ahead->at_end = true;
        if (rc != 0)
            ahead->walk_error = rc < 0 ? errno : ENOMEM;
    }
    if (batch->n == 0)
        return;
    settle_paths(batch);
    batch->read = ahead->reading;
    batch->steps = ahead->plan.steps;
    if (ahead->next_size < BATCH_ROWS)
        ahead->next_size *= 2;
    pthread_mutex_lock(&ahead->mutex);
    batch->state = BATCH_READY;
    ahead->filled++;
    pthread_cond_signal(&ahead->ready);
    pthread_mutex_unlock(&ahead->mutex);
}

/* Learns from a batch whose rows were taken whether to read documents ahead. */
static void learn(struct read_ahead *ahead, const struct batch *batch)
{
    if (!ahead->plan.doubtful)
        return;
    if (batch->asked >= batch->n)
        ahead->reading = true;
    else if (batch->asked == 0)
        ahead->reading = false;
}

/* Waits until the batch is done, working meanwhile: on it, or on another. */
static void await(struct read_ahead *ahead, struct batch *batch)
{
    pthread_mutex_lock(&ahead->mutex);
    while (batch->state != BATCH_DONE) {
        struct batch *other = claim(ahead);
        if (other)
            work_unlocked(&ahead->workers[0], other);
        else
            pthread_cond_wait(&ahead->done, &ahead->mutex);
    }
    pthread_mutex_unlock(&ahead->mutex);
}

/* ---- the caller's side ---- */

struct read_ahead *read_ahead_new(struct tree *tree, const struct read_ahead_plan *plan,
                                  const struct trace_row_tools *tools, struct bytes dictionary)
{
    struct read_ahead *ahead = calloc(1, sizeof *ahead);
    struct batch *batches = calloc(BATCHES, sizeof *batches);
    if (!ahead || !batches) {
        free(ahead);
        free(batches);
        tree_close(tree);
        return NULL;
    }
    ahead->tree = tree;
    ahead->plan = *plan;
    ahead->dictionary = dictionary;
    ahead->reading = plan->documents && !plan->doubtful;
    ahead->next_size = 1;
    ahead->batches = batches;
    pthread_mutex_init(&ahead->mutex, NULL);
    pthread_cond_init(&ahead->ready, NULL);
    pthread_cond_init(&ahead->done, NULL);
    for (size_t i = 0; i < 1 + MOST_THREADS; i++)
        ahead->workers[i] = (struct worker){.ahead = ahead, .tools = *tools};
    if (make_packer(&ahead->workers[0]) == 0)
        return ahead;
    read_ahead_free(ahead);
    return NULL;
}

void read_ahead_free(struct read_ahead *ahead)
{
    if (!ahead)
        return;
    stop_threads(ahead);
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *batch = &ahead->batches[i];
        empty(batch);
        for (size_t k = 0; k < BATCH_ROWS; k++)
            trace_row_free(&batch->rows[k].row);
        buffer_free(&batch->paths);
        buffer_free(&batch->documents);
    }
    for (size_t i = 0; i <= ahead->threads; i++)
        packer_free(ahead->workers[i].tools.packer);
    free(ahead->batches);
    pthread_mutex_destroy(&ahead->mutex);
    pthread_cond_destroy(&ahead->ready);
    pthread_cond_destroy(&ahead->done);
    tree_close(ahead->tree);
    free(ahead);
}

static struct batch *current_batch(struct read_ahead *ahead)
{
    return &ahead->batches[ahead->current % BATCHES];
}

int read_ahead_next(struct read_ahead *ahead)
{
    bool ahead_of_use =
        ahead->taken >= ROWS_BEFORE_THREADS && (ahead->plan.facts || ahead->plan.documents);
    if (ahead->taken > 0 && ++ahead->row >= current_batch(ahead)->n) {
        learn(ahead, current_batch(ahead));
        ahead->current++;
        ahead->row = 0;
    }
    if (ahead_of_use && !ahead->started && !ahead->at_end)
        start_threads(ahead);
    /* The current batch stays; the others may be on their way. */
    size_t wanted = ahead->current + (ahead->threads > 0 ? BATCHES - 1 : 1);
    while (ahead->filled < wanted && !ahead->at_end)
        fill(ahead);
    if (ahead->current == ahead->filled) {
        errno = ahead->walk_error;
        return ahead->walk_error ? -1 : 0;
    }
    await(ahead, current_batch(ahead));
    ahead->taken++;
    if (!current_batch(ahead)->failed)
        return 1;
    errno = ENOMEM;
    return -1;
}

struct folder_row *read_ahead_row(struct read_ahead *ahead)
{
    return &current_batch(ahead)->rows[ahead->row];
}

void read_ahead_expect(struct read_ahead *ahead, unsigned steps)
{
    ahead->plan.steps |= steps;
}

void read_ahead_need_facts(struct read_ahead *ahead)
{
    struct folder_row *row = read_ahead_row(ahead);
    if (!row->has_facts)
        read_facts(row);
}

int read_ahead_need_document(struct read_ahead *ahead)
{
    struct batch *batch = current_batch(ahead);
    struct folder_row *row = read_ahead_row(ahead);
    batch->asked++;
    if (row->has_document)
        return 0;
    /* Only rows that were not read ahead come here, one at a time: the batch's buffer holds nothing
     * that a row before this one still needs. */
    buffer_clear(&batch->documents);
    read_document(row, false, &batch->documents);
    if (row->read_error == ENOMEM || batch->documents.failed)
        return -1;
    if (row->read_error == 0)
        trace_row_begin(&row->row, buffer_bytes(&batch->documents));
    return 0;
}

int read_ahead_need_steps(struct read_ahead *ahead, unsigned steps)
{
    struct folder_row *row = read_ahead_row(ahead);
    if (read_ahead_need_document(ahead) != 0)
        return -1;
    if (row->read_error != 0)
        return 0;
    return trace_row_do(&row->row, &ahead->workers[0].tools, steps);
}
