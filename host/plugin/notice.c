// SPDX-License-Identifier: EUPL-1.2
#include "plugin/notice.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/memory.h"
#include "domain/audit.h"
#include "domain/notify.h"
#include "plugin/install.h"

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
    char *version; // of an update that is to be undone; NULL: it is a quarantine
    json_t *name;  // of the plugin, by language
    live_list live;
} notice;

static status tell(notice *n, store *s, const char *event_name, json_t *params, fault *f) {
    json_object_set_new(params, "plugin", json_string(n->plugin));
    json_object_set(params, "name", n->name);
    json_object_set_new(params, "trouble", json_string(n->trouble));
    notify_event event = {.event = event_name, .audience = NOTIFY_ADMINS, .params = params};
    status result = notify_people(s, &n->live, &event, f);
    json_decref(params);
    return result;
}

// Version and data go back in this one transaction; then the registry finds the older version in its place.
static status roll_back(notice *n, store *s, fault *f) {
    plugin_registry *r = n->notices->registry;
    install_decision d = {.plugin = n->plugin,
                          .data_folder = plugin_registry_data_folder(r),
                          .by = usage_actor_system(plugin_registry_secret(r))};
    arena *a = arena_create();
    const char *to = NULL;
    status result = plugin_install_roll_back(s, a, &d, n->version, n->trouble, &to, f);
    audit_event e = {.what = "plugin.rolled_back", .about = n->plugin};
    if (result == STATUS_OK)
        result = audit_append(s, &e, f);
    if (result == STATUS_OK)
        result = tell(n, s, "plugin.rolled_back", json_pack("{s:s, s:s}", "version", n->version, "to", to), f);
    arena_destroy(a);
    return result;
}

static status notice_run(write_job *job, store *s, fault *f) {
    notice *n = (notice *)job;
    live_list_clear(&n->live); // of an attempt whose batch was undone
    return n->version ? roll_back(n, s, f) : tell(n, s, "plugin.quarantined", json_object(), f);
}

// The next call already finds the version before: nobody waits for the registry's next look.
static void take_up(plugin_registry *r) {
    store *s = NULL;
    fault why = {0};
    status result = store_open(plugin_registry_data_folder(r), STORE_READ, &s, &why);
    if (result == STATUS_OK) {
        result = plugin_registry_load(r, s, &why);
        store_close(s);
    }
    if (result != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "the table of plugins could not be read: %s", why.text);
}

static void notice_kept(write_job *job) {
    notice *n = (notice *)job;
    if (n->version)
        take_up(n->notices->registry);
    live_hub_publish(n->notices->live, &n->live);
}

static void notice_written(letter *self) {
    notice *n = (notice *)self;
    plugin_notices *all = n->notices;
    if (n->job.outcome != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "%s: %s plugin=%s",
                  n->version ? "an update that fails could not be undone"
                             : "the administrators could not be told of a quarantine",
                  n->job.fault.text, n->plugin);
    live_list_clear(&n->live);
    free(n->plugin);
    free(n->trouble);
    free(n->version);
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

static void submit(plugin_notices *all, const char *plugin, const char *version, const char *trouble) {
    notice *n = memory_new(sizeof *n);
    *n = (notice){
        .job = {.letter = {NULL, notice_written},
                .reply_to = loop_mailbox(all->loop),
                .run = notice_run,
                .kept = notice_kept},
        .notices = all,
        .plugin = memory_text(plugin),
        .trouble = memory_text(trouble),
        .version = version ? memory_text(version) : NULL,
        .name = name_of(all->registry, plugin),
    };
    atomic_fetch_add(&all->busy, 1);
    writer_submit(all->writer, &n->job);
}

static void on_quarantine(void *context, const char *plugin, const char *trouble) {
    submit(context, plugin, NULL, trouble);
}

static void on_failing(void *context, const char *plugin, const char *version, const char *trouble) {
    submit(context, plugin, version, trouble);
}

plugin_notices *plugin_notices_create(loop *l, writer *w, plugin_registry *r, live_hub *live) {
    plugin_notices *n = memory_new(sizeof *n);
    *n = (plugin_notices){.loop = l, .writer = w, .registry = r, .live = live};
    plugin_registry_on_quarantine(r, on_quarantine, n);
    plugin_registry_on_failing(r, on_failing, n);
    return n;
}

void plugin_notices_stop(plugin_notices *n) {
    plugin_registry_on_quarantine(n->registry, NULL, NULL);
    plugin_registry_on_failing(n->registry, NULL, NULL);
}

size_t plugin_notices_busy(const plugin_notices *n) {
    return atomic_load(&n->busy);
}

void plugin_notices_destroy(plugin_notices *n) {
    free(n);
}
