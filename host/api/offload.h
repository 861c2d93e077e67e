// SPDX-License-Identifier: EUPL-1.2
//
// offload: a few helper threads for work that is slow on purpose (password hashing), so that no loop waits for it.
#ifndef INTERLINK_API_OFFLOAD_H
#define INTERLINK_API_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mailbox.h"

typedef struct offload offload;

// Embed as the first member; borrowed from offload_submit until its letter is opened.
typedef struct offload_job {
    letter letter; // its `open` runs on the owner's thread when the work is done
    mailbox *reply_to;
    void (*run)(struct offload_job *self); // on a helper thread
    struct offload_job *next;              // the queue's own
} offload_job;

offload *offload_create(size_t threads); // aborts if the system gives no threads
void offload_destroy(offload *o);        // finishes what is queued, then joins; NULL is fine
// Any thread. False when so many jobs wait already that this one would come too late to be of use; then it is not
// taken.
bool offload_submit(offload *o, offload_job *job);

#endif
