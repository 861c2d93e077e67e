// SPDX-License-Identifier: EUPL-1.2
#include "plugin/use.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "domain/grant.h"

struct plugin_uses {
    struct plugin_uses *next;
    char *plugin;
    _Atomic int64_t at[PERMISSION_COUNT], written[PERMISSION_COUNT]; // UTC milliseconds, by the permission's place
};

struct use_list {
    pthread_mutex_t lock; // for `first`; the list grows at its head, and nothing is taken out
    plugin_uses *first;
};

use_list *use_list_create(void) {
    use_list *l = memory_new(sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void use_list_destroy(use_list *l) {
    if (!l)
        return;
    for (plugin_uses *u = l->first, *next; u; u = next) {
        next = u->next;
        free(u->plugin);
        free(u);
    }
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static plugin_uses *first_of(use_list *l) {
    pthread_mutex_lock(&l->lock);
    plugin_uses *first = l->first;
    pthread_mutex_unlock(&l->lock);
    return first;
}

plugin_uses *use_list_of(use_list *l, const char *plugin) {
    pthread_mutex_lock(&l->lock);
    plugin_uses *u = l->first;
    while (u && strcmp(u->plugin, plugin) != 0)
        u = u->next;
    if (!u) {
        u = memory_new(sizeof *u);
        u->plugin = memory_text(plugin);
        u->next = l->first;
        l->first = u;
    }
    pthread_mutex_unlock(&l->lock);
    return u;
}

void use_mark(plugin_uses *u, plugin_permission p) {
    if (u && p != PERMISSION_NOTHING)
        atomic_store_explicit(&u->at[__builtin_ctz(p)], clock_now(), memory_order_relaxed);
}

// The time to write, or 0.
static int64_t unwritten(const plugin_uses *u, int place) {
    int64_t at = atomic_load_explicit(&u->at[place], memory_order_relaxed);
    return at > atomic_load_explicit(&u->written[place], memory_order_relaxed) ? at : 0;
}

status use_list_write(use_list *l, store *s, fault *f) {
    status result = STATUS_OK;
    for (plugin_uses *u = first_of(l); u; u = u->next)
        for (int place = 0; place < PERMISSION_COUNT && result == STATUS_OK; place++) {
            int64_t at = unwritten(u, place);
            if (!at)
                continue;
            result = grant_used(s, u->plugin, permission_name(permission_at(place)), at, f);
            if (result == STATUS_OK)
                atomic_store_explicit(&u->written[place], at, memory_order_relaxed);
        }
    return result;
}

// ---- as a job

typedef struct use_job {
    write_job job; // first: its letter is what comes back
    use_list *list;
} use_job;

static status job_run(write_job *job, store *s, fault *f) {
    return use_list_write(((use_job *)job)->list, s, f);
}

static void job_done(letter *self) {
    use_job *j = (use_job *)self;
    if (j->job.outcome != STATUS_OK)
        log_write(LOG_WARNING, "plugin", "when permissions were used could not be written: %s", j->job.fault.text);
    free(j);
}

void use_list_submit(use_list *l, writer *w) {
    bool any = false;
    for (plugin_uses *u = first_of(l); u && !any; u = u->next)
        for (int place = 0; place < PERMISSION_COUNT && !any; place++)
            any = unwritten(u, place) != 0;
    if (!any)
        return;
    use_job *j = memory_new(sizeof *j);
    j->job.letter.open = job_done;
    j->job.run = job_run;
    j->list = l;
    writer_submit(w, &j->job);
}
