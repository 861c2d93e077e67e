// SPDX-License-Identifier: EUPL-1.2
#include "api/offload.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

// At some 50 ms each, the last of these waits a few seconds.
enum { MOST_WAITING = 100 };

struct offload {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    offload_job *first, *last;
    size_t waiting;
    bool stopping;
    size_t count;
    pthread_t threads[];
};

// The next job, or NULL when the queue is empty and will stay so.
static offload_job *offload_take(offload *o) {
    pthread_mutex_lock(&o->lock);
    while (o->first == NULL && !o->stopping) {
        pthread_cond_wait(&o->wake, &o->lock);
    }
    offload_job *job = o->first;
    if (job != NULL) {
        o->first = job->next;
        o->waiting--;
        if (o->first == NULL) {
            o->last = NULL;
        }
    }
    pthread_mutex_unlock(&o->lock);
    return job;
}

static void *helper(void *context) {
    offload *o = context;
    for (;;) {
        offload_job *job = offload_take(o);
        if (job == NULL) {
            return NULL;
        }
        job->run(job);
        mailbox_post(job->reply_to, &job->letter);
    }
}

offload *offload_create(size_t threads) {
    offload *o = memory_new(sizeof *o + threads * sizeof o->threads[0]);
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->wake, NULL);
    for (o->count = 0; o->count < threads; o->count++) {
        if (pthread_create(&o->threads[o->count], NULL, helper, o) != 0) {
            fprintf(stderr, "interlink: the system gives no thread for slow work.\n");
            abort();
        }
    }
    return o;
}

void offload_destroy(offload *o) {
    if (o == NULL) {
        return;
    }
    pthread_mutex_lock(&o->lock);
    o->stopping = true;
    pthread_cond_broadcast(&o->wake);
    pthread_mutex_unlock(&o->lock);
    for (size_t i = 0; i < o->count; i++) {
        pthread_join(o->threads[i], NULL);
    }
    pthread_cond_destroy(&o->wake);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

bool offload_submit(offload *o, offload_job *job) {
    job->next = NULL;
    pthread_mutex_lock(&o->lock);
    bool taken = o->waiting < MOST_WAITING;
    if (taken) {
        *(o->last ? &o->last->next : &o->first) = job;
        o->last = job;
        o->waiting++;
        pthread_cond_signal(&o->wake);
    }
    pthread_mutex_unlock(&o->lock);
    return taken;
}
