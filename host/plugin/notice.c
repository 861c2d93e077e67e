// SPDX-License-Identifier: EUPL-1.2
#include "plugin/notice.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/memory.h"
#include "domain/notify.h"

struct plugin_notices {
    loop *loop;
    writer *writer;
    plugin_registry *registry;
    live_hub *live;
    atomic_size_t busy;
};

typedef struct notice {
    write_job job; // first: its letter is what comes back
    plugin_notices *notices;
    char *plugin, *trouble;
    json_t *name; // of the plugin, by language
    live_list live;
} notice;

static status notice_run(write_job *job, store *s, fault *f) {
    notice *n = (notice *)job;
    json_t *params = json_pack("{s:s, s:O, s:s}", "plugin", n->plugin, "name", n->name, "trouble", n->trouble);
    notify_event event = {.event = "plugin.quarantined", .audience = NOTIFY_ADMINS, .params = params};
    live_list_clear(&n->live); // of an attempt whose batch was undone
    status result = notify_people(s, &n->live, &event, f);
    json_decref(params);
    return result;
}

static void notice_kept(write_job *job) {
    notice *n = (notice *)job;
    live_hub_publish(n->notices->live, &n->live);
}

static void notice_written(letter *self) {
    notice *n = (notice *)self;
    plugin_notices *all = n->notices;
    if (n->job.outcome != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "the administrators could not be told of a quarantine: %s plugin=%s",
                  n->job.fault.text, n->plugin);
    live_list_clear(&n->live);
    free(n->plugin);
    free(n->trouble);
    json_decref(n->name);
    free(n);
    atomic_fetch_sub(&all->busy, 1);
}

// The notice is read when the plugin may be gone, so its name goes along.
static json_t *name_of(plugin_registry *r, const char *plugin) {
    plugin_info info;
    json_t *name = NULL;
    if (plugin_registry_get(r, plugin, &info)) {
        if (info.manifest)
            name = json_deep_copy(info.manifest->name);
        plugin_registry_release(r, &info);
    }
    return name ? name : json_string(plugin);
}

static void on_quarantine(void *context, const char *plugin, const char *trouble) {
    plugin_notices *all = context;
    notice *n = memory_new(sizeof *n);
    *n = (notice){
        .job = {.letter = {NULL, notice_written},
                .reply_to = loop_mailbox(all->loop),
                .run = notice_run,
                .kept = notice_kept},
        .notices = all,
        .plugin = memory_text(plugin),
        .trouble = memory_text(trouble),
        .name = name_of(all->registry, plugin),
    };
    atomic_fetch_add(&all->busy, 1);
    writer_submit(all->writer, &n->job);
}

plugin_notices *plugin_notices_create(loop *l, writer *w, plugin_registry *r, live_hub *live) {
    plugin_notices *n = memory_new(sizeof *n);
    *n = (plugin_notices){.loop = l, .writer = w, .registry = r, .live = live};
    plugin_registry_on_quarantine(r, on_quarantine, n);
    return n;
}

void plugin_notices_stop(plugin_notices *n) {
    plugin_registry_on_quarantine(n->registry, NULL, NULL);
}

size_t plugin_notices_busy(const plugin_notices *n) {
    return atomic_load(&n->busy);
}

void plugin_notices_destroy(plugin_notices *n) {
    free(n);
}
