// SPDX-License-Identifier: EUPL-1.2
#include "store/writer.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

enum { BATCH_NS = 2000000, BOXES = 32 };

// Jobs in the order in which they came, linked through their letters.
typedef struct job_list {
    letter *first, **last;
} job_list;

struct writer {
    store *store; // the writer's thread only
    pthread_t thread;
    atomic_uint_fast64_t commits;

    pthread_mutex_t lock; // guards what follows
    pthread_cond_t ready;
    job_list queue;
    bool stopping, asleep;
};

// ---- lists

static void list_clear(job_list *list) {
    list->first = NULL;
    list->last = &list->first;
}

static void list_add(job_list *list, letter *l) {
    l->next = NULL;
    *list->last = l;
    list->last = &l->next;
}

static letter *list_take(job_list *list) {
    letter *l = list->first;
    if (l) {
        list->first = l->next;
        if (!list->first)
            list->last = &list->first;
    }
    return l;
}

static void list_move(job_list *from, job_list *to) {
    if (!from->first)
        return;
    *to->last = from->first;
    to->last = from->last;
    list_clear(from);
}

static write_job *job_of(letter *l) {
    return (write_job *)l; // the letter is the first member
}

// ---- one batch

static void job_fail(write_job *job, status s, const fault *why) {
    job->outcome = s;
    job->fault = *why;
}

static void list_fail(job_list *done, status s, const fault *why) {
    for (letter *l = done->first; l; l = l->next)
        if (job_of(l)->outcome == STATUS_OK)
            job_fail(job_of(l), s, why);
}

static void job_run(write_job *job, store *s) {
    fault_clear(&job->fault);
    status result = store_savepoint(s, &job->fault);
    if (result == STATUS_OK) {
        result = job->run(job, s, &job->fault);
        if (result == STATUS_OK)
            result = store_release(s, &job->fault);
        else
            store_rollback_to(s);
    }
    if (result != STATUS_OK && job->fault.status == STATUS_OK)
        fault_set(&job->fault, result, "internal", "This could not be saved. Please try again later.");
    job->outcome = result;
}

static void batch_kept(const job_list *done) {
    for (letter *l = done->first; l; l = l->next)
        if (job_of(l)->outcome == STATUS_OK && job_of(l)->kept)
            job_of(l)->kept(job_of(l));
}

// Commits what the jobs of the batch wrote. If that fails, or the database has undone the transaction by itself
// (a full disk does that), nothing of the batch was kept, and every job of it must hear so.
static void batch_commit(writer *w, job_list *done, write_job *last) {
    bool any = false;
    for (letter *l = done->first; l && !any; l = l->next)
        any = job_of(l)->outcome == STATUS_OK;
    fault why;
    fault_clear(&why);
    status result = STATUS_OK;
    if (!store_in_transaction(w->store)) {
        result = last->outcome;
        why = last->fault;
    } else if (any) {
        result = store_commit(w->store, &why);
    }
    if (result == STATUS_OK && any) {
        atomic_fetch_add_explicit(&w->commits, 1, memory_order_release);
        batch_kept(done);
        return;
    }
    store_rollback(w->store);
    if (result != STATUS_OK && any) {
        log_write(LOG_ERROR, "store", "A batch of writes was not saved: %s", why.text);
        list_fail(done, result, &why);
    }
}

// Every job goes back to its mailbox, and each mailbox is woken once. A job is not touched after it was sent.
static void batch_reply(job_list *done) {
    mailbox *boxes[BOXES];
    size_t count = 0;
    for (letter *l; (l = list_take(done));) {
        mailbox *box = job_of(l)->reply_to;
        if (!box) {
            l->open(l);
            continue;
        }
        mailbox_add(box, l);
        size_t i = 0;
        while (i < count && boxes[i] != box)
            i++;
        if (i < count)
            continue;
        if (count < BOXES)
            boxes[count++] = box;
        else
            mailbox_wake(box);
    }
    for (size_t i = 0; i < count; i++)
        mailbox_wake(boxes[i]);
}

// Moves what was queued to the end of `todo`; waits for something if there is nothing. False: stopped and empty.
static bool queue_fetch(writer *w, job_list *todo, bool wait) {
    pthread_mutex_lock(&w->lock);
    while (wait && !todo->first && !w->queue.first && !w->stopping) {
        w->asleep = true;
        pthread_cond_wait(&w->ready, &w->lock);
        w->asleep = false;
    }
    list_move(&w->queue, todo);
    pthread_mutex_unlock(&w->lock);
    return todo->first != NULL;
}

static void batch_run(writer *w, job_list *todo) {
    job_list done;
    list_clear(&done);
    fault why;
    fault_clear(&why);
    status begun = store_begin(w->store, &why);
    if (begun != STATUS_OK) {
        log_write(LOG_ERROR, "store", "A batch of writes could not begin: %s", why.text);
        for (letter *l; (l = list_take(todo));) {
            job_fail(job_of(l), begun, &why);
            list_add(&done, l);
        }
        batch_reply(&done);
        return;
    }
    int64_t end = clock_steady() + BATCH_NS;
    write_job *last = NULL;
    do {
        letter *l = list_take(todo);
        last = job_of(l);
        job_run(last, w->store);
        list_add(&done, l);
    } while (store_in_transaction(w->store) && clock_steady() < end && (todo->first || queue_fetch(w, todo, false)));
    batch_commit(w, &done, last);
    batch_reply(&done);
}

static void *writer_thread(void *context) {
    writer *w = context;
    job_list todo;
    list_clear(&todo);
    while (queue_fetch(w, &todo, true))
        batch_run(w, &todo);
    return NULL;
}

// ---- the interface

// The thread takes no signals: they are for the threads that wait for them.
static int thread_start(writer *w) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&w->thread, NULL, writer_thread, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

status writer_start(const char *folder, writer **out, fault *f) {
    *out = NULL;
    writer *w = memory_new(sizeof *w);
    list_clear(&w->queue);
    atomic_init(&w->commits, 0);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ready, NULL);
    status result = store_open(folder, STORE_SERVE, &w->store, f);
    if (result == STATUS_OK)
        result = store_migrate(w->store, f);
    if (result == STATUS_OK) {
        int error = thread_start(w);
        if (error)
            result = fault_set(f, STATUS_INTERNAL, "store.failed", "The writer's thread cannot start (%s).",
                               strerror(error));
    }
    if (result == STATUS_OK) {
        *out = w;
        return STATUS_OK;
    }
    store_close(w->store);
    pthread_cond_destroy(&w->ready);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return result;
}

void writer_stop(writer *w) {
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->ready);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    store_stop(w->store);
    pthread_cond_destroy(&w->ready);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void writer_submit(writer *w, write_job *job) {
    pthread_mutex_lock(&w->lock);
    list_add(&w->queue, &job->letter);
    bool asleep = w->asleep;
    pthread_mutex_unlock(&w->lock);
    if (asleep)
        pthread_cond_signal(&w->ready);
}

uint64_t writer_commits(const writer *w) {
    return atomic_load_explicit(&w->commits, memory_order_acquire);
}

// ---- one job, waited for

typedef struct waited_job {
    write_job job;
    status (*run)(void *context, store *s, fault *f);
    void *context;
    bool opened;
} waited_job;

static status waited_run(write_job *self, store *s, fault *f) {
    waited_job *waited = (waited_job *)self;
    return waited->run(waited->context, s, f);
}

static void waited_open(letter *self) {
    ((waited_job *)self)->opened = true;
}

status writer_run(writer *w, status (*run)(void *context, store *s, fault *f), void *context, fault *f) {
    assert(!pthread_equal(pthread_self(), w->thread)); // it would wait for itself
    waited_job waited = {
        .job = {.letter.open = waited_open, .run = waited_run, .reply_to = mailbox_create()},
        .run = run,
        .context = context,
    };
    writer_submit(w, &waited.job);
    struct pollfd ready = {.fd = mailbox_fd(waited.job.reply_to), .events = POLLIN};
    while (!waited.opened) {
        poll(&ready, 1, -1);
        mailbox_open(waited.job.reply_to);
    }
    mailbox_destroy(waited.job.reply_to);
    if (waited.job.outcome != STATUS_OK && f)
        *f = waited.job.fault;
    return waited.job.outcome;
}
