// SPDX-License-Identifier: EUPL-1.2
#include "plugin/watch.h"

#include "base/log.h"
#include "base/memory.h"
#include "plugin/install.h"
#include "plugin/lockfile.h"
#include "plugin/revocation_watch.h"

enum { LOOK_MS = 1000, TURN_MS = 10 };

typedef struct lock_job {
    write_job job;
    plugin_watch *watch;
} lock_job;

struct plugin_watch {
    plugin_watch_parts parts;
    loop_timer *timer;   // NULL once it was stopped
    uint64_t generation; // of the registry, that the lock file was last written for
    revocation_watch *list;
    bool lock_busy;
};

// ---- the lock file

static status lock_run(write_job *job, store *s, fault *f) {
    lock_job *j = (lock_job *)job;
    (void)f;
    plugin_install_tidy(s, j->watch->parts.data_folder);
    return STATUS_OK;
}

// Once all that came before is on disk: on the writer's thread, which may wait for the disk.
static void lock_kept(write_job *job) {
    lock_job *j = (lock_job *)job;
    fault why = {0};
    if (plugin_lockfile_write(j->watch->parts.data_folder, &why) != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "the lock file was not written: %s", why.text);
}

static void lock_written(letter *self) {
    lock_job *j = (lock_job *)self;
    j->watch->lock_busy = false;
    free(j);
}

static void lock_look(plugin_watch *w) {
    uint64_t generation = plugin_registry_generation(w->parts.registry);
    if (w->lock_busy || w->generation == generation)
        return;
    w->generation = generation;
    lock_job *j = memory_new(sizeof *j);
    *j = (lock_job){.job = {.letter = {NULL, lock_written},
                            .reply_to = loop_mailbox(w->parts.loop),
                            .run = lock_run,
                            .kept = lock_kept},
                    .watch = w};
    w->lock_busy = true;
    writer_submit(w->parts.writer, &j->job);
}

// ---- each second

static void look(void *context) {
    plugin_watch *w = context;
    fault f = {0};
    revocation_watch_look(w->list);
    if (plugin_registry_follow(w->parts.registry, w->parts.reader, &f) != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "the table of plugins could not be read: %s", f.text);
    lock_look(w);
}

plugin_watch *plugin_watch_create(const plugin_watch_parts *parts) {
    plugin_watch *w = memory_new(sizeof *w);
    w->parts = *parts;
    w->generation = plugin_registry_generation(parts->registry);
    revocation_watch_parts list = {parts->loop, parts->writer, parts->live, parts->revocations};
    w->list = revocation_watch_create(&list);
    w->timer = loop_timer_add(parts->loop, LOOK_MS, true, look, w);
    return w;
}

void plugin_watch_stop(plugin_watch *w) {
    if (w->timer)
        loop_timer_remove(w->timer);
    w->timer = NULL;
    revocation_watch_stop(w->list);
}

size_t plugin_watch_busy(const plugin_watch *w) {
    return revocation_watch_busy(w->list) + (size_t)w->lock_busy;
}

void plugin_watch_destroy(plugin_watch *w) {
    if (!w)
        return;
    plugin_watch_stop(w);
    while (plugin_watch_busy(w))
        loop_turn(w->parts.loop, TURN_MS);
    revocation_watch_destroy(w->list);
    free(w);
}
