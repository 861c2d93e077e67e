// SPDX-License-Identifier: EUPL-1.2
#include "plugin/watch.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "domain/audit.h"
#include "domain/notify.h"
#include "plugin/install.h"
#include "plugin/lockfile.h"
#include "plugin/revocation.h"

enum { LOOK_MS = 1000, TURN_MS = 10 };
enum { LIST_EACH = 5, LIST_AGAIN = 60 }; // in looks

// A file, as far as it shows whether it has changed.
typedef struct file_mark {
    ino_t inode;
    off_t size;
    struct timespec changed;
} file_mark;

typedef struct list_job {
    write_job job; // first: its letter is what comes back
    plugin_watch *watch;
    live_list live;
    bool news;
} list_job;

typedef struct lock_job {
    write_job job;
    plugin_watch *watch;
} lock_job;

struct plugin_watch {
    plugin_watch_parts parts;
    loop_timer *timer;   // NULL once it was stopped
    uint64_t generation; // of the registry, that the lock file was last written for
    file_mark seen[2];   // of the list and its signature, when it was last taken up
    unsigned looks, failed_at;
    bool list_busy, lock_busy, list_failed;
};

// ---- the revocation list

// Whoever runs one of these is told, once for each list.
static status tell_revoked(store *s, live_list *live, fault *f) {
    revocation_list *l = NULL;
    status result = revocation_load(s, &l, f);
    store_rows *rows = store_query(s,
                                   "SELECT p.id, p.version, r.sha256, r.key, p.manifest FROM plugin p "
                                   "LEFT JOIN plugin_release r ON r.plugin = p.id AND r.version = p.version",
                                   "");
    while (result == STATUS_OK && store_next(rows)) {
        const char *why =
            revocation_find(l, store_text(rows, 0), store_text(rows, 1), store_text(rows, 2), store_text(rows, 3));
        if (!why)
            continue;
        json_t *about = json_loads(store_text(rows, 4), 0, NULL);
        json_t *params = json_pack("{s:s, s:O*, s:s}", "plugin", store_text(rows, 0), "name",
                                   json_object_get(about, "name"), "reason", why);
        notify_event event = {.event = "plugin.revoked", .audience = NOTIFY_ADMINS, .params = params};
        result = notify_people(s, live, &event, f);
        json_decref(params);
        json_decref(about);
    }
    status ended = store_end(rows, f);
    revocation_free(l);
    return result == STATUS_OK ? ended : result;
}

static status list_run(write_job *job, store *s, fault *f) {
    list_job *j = (list_job *)job;
    live_list_clear(&j->live); // of an attempt whose batch was undone
    status result = revocation_take_file(s, j->watch->parts.revocations, &j->news, f);
    audit_event e = {.what = "revocations.taken"};
    if (result == STATUS_OK && j->news)
        result = audit_append(s, &e, f);
    return result == STATUS_OK && j->news ? tell_revoked(s, &j->live, f) : result;
}

static void list_kept(write_job *job) {
    list_job *j = (list_job *)job;
    live_hub_publish(j->watch->parts.live, &j->live);
}

static void list_written(letter *self) {
    list_job *j = (list_job *)self;
    plugin_watch *w = j->watch;
    w->list_busy = false;
    w->list_failed = j->job.outcome != STATUS_OK;
    if (w->list_failed)
        log_write(LOG_ERROR, "plugin", "the revocation list was not taken: %s", j->job.fault.text);
    else if (j->news)
        log_write(LOG_WARNING, "plugin", "a new revocation list is in force");
    live_list_clear(&j->live);
    free(j);
}

static bool mark_file(const char *path, file_mark *mark) {
    struct stat about;
    *mark = (file_mark){0};
    if (stat(path, &about) < 0)
        return false;
    *mark = (file_mark){about.st_ino, about.st_size, about.st_mtim};
    return true;
}

static bool mark_equal(const file_mark *a, const file_mark *b) {
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

// One that was refused is looked at again now and then: a key may have been trusted since.
static void list_look(plugin_watch *w) {
    char beside[PATH_MAX];
    file_mark now[2];
    snprintf(beside, sizeof beside, "%.4000s.minisig", w->parts.revocations);
    if (w->list_busy || !mark_file(w->parts.revocations, &now[0]))
        return;
    mark_file(beside, &now[1]);
    bool again = w->list_failed && w->looks - w->failed_at >= LIST_AGAIN;
    if (!again && mark_equal(&now[0], &w->seen[0]) && mark_equal(&now[1], &w->seen[1]))
        return;
    w->seen[0] = now[0];
    w->seen[1] = now[1];
    w->failed_at = w->looks;
    list_job *j = memory_new(sizeof *j);
    *j = (list_job){.job = {.letter = {NULL, list_written},
                            .reply_to = loop_mailbox(w->parts.loop),
                            .run = list_run,
                            .kept = list_kept},
                    .watch = w};
    w->list_busy = true;
    writer_submit(w->parts.writer, &j->job);
}

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
    if (w->looks++ % LIST_EACH == 0)
        list_look(w);
    if (plugin_registry_follow(w->parts.registry, w->parts.reader, &f) != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "the table of plugins could not be read: %s", f.text);
    lock_look(w);
}

plugin_watch *plugin_watch_create(const plugin_watch_parts *parts) {
    plugin_watch *w = memory_new(sizeof *w);
    w->parts = *parts;
    w->generation = plugin_registry_generation(parts->registry);
    w->timer = loop_timer_add(parts->loop, LOOK_MS, true, look, w);
    return w;
}

void plugin_watch_stop(plugin_watch *w) {
    if (w->timer)
        loop_timer_remove(w->timer);
    w->timer = NULL;
}

size_t plugin_watch_busy(const plugin_watch *w) {
    return (size_t)w->list_busy + (size_t)w->lock_busy;
}

void plugin_watch_destroy(plugin_watch *w) {
    if (!w)
        return;
    plugin_watch_stop(w);
    while (plugin_watch_busy(w))
        loop_turn(w->parts.loop, TURN_MS);
    free(w);
}
