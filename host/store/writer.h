// SPDX-License-Identifier: EUPL-1.2
//
// writer: the one thread that writes. Jobs are queued from any thread; the writer runs each inside a
// savepoint, commits the batch (synchronous=FULL), and only then sends each job back to its mailbox.
// A batch ends when the queue is empty or after 2 ms.
#ifndef INTERLINK_STORE_WRITER_H
#define INTERLINK_STORE_WRITER_H

#include <stddef.h>
#include <string.h>

#include "base/mailbox.h"
#include "store/store.h"

typedef struct writer writer;

typedef struct write_job {
    letter letter;     // its `open` runs on the owner's thread once the outcome is certain
    mailbox *reply_to; // lives until the writer is stopped; NULL: the letter is opened on the writer's thread
    // On the writer's thread, inside a savepoint. Anything but STATUS_OK undoes what it wrote. It ends every query it
    // starts, and begins or commits no transaction. STATUS_OK from here is no promise yet: see `outcome`.
    status (*run)(struct write_job *self, store *s, fault *f);
    // On the writer's thread, once the commit has kept what `run` wrote, in the order of the writes. NULL: nothing to
    // do.
    void (*kept)(struct write_job *self);
    status outcome; // what run returned, or why the commit failed (then nothing of it was kept)
    fault fault;    // cleared by the writer before it runs the job
} write_job;

// A job that is all zero will do as well; this one costs less.
static inline void write_job_clear(write_job *job) {
    memset(job, 0, offsetof(write_job, fault));
    fault_clear(&job->fault);
}

status writer_start(const char *folder, writer **out, fault *f); // opens, migrates, starts the thread
void writer_stop(writer *w);                                     // commits what is queued, checkpoints, joins
void writer_submit(writer *w, write_job *job);                   // any thread; borrowed until its letter is opened
// The version of all kept answers: it has changed before any job of the batch is answered. Read it before the data.
uint64_t writer_commits(const writer *w); // batches committed so far

// For commands and tests without a loop: runs one job and waits for its outcome. Never from a job.
status writer_run(writer *w, status (*run)(void *context, store *s, fault *f), void *context, fault *f);

#endif
