// SPDX-License-Identifier: EUPL-1.2
//
// registry: the installed plugins and how they fare. Read by every loop, changed by few: any thread.
// A plugin's entry is immutable once published; changing one publishes a new entry.
#ifndef INTERLINK_PLUGIN_REGISTRY_H
#define INTERLINK_PLUGIN_REGISTRY_H

#include "base/arena.h"
#include "base/cgroup.h"
#include "base/status.h"
#include "plugin/admission.h"
#include "plugin/health.h"
#include "plugin/manifest.h"
#include "plugin/use.h"
#include "store/store.h"

typedef struct plugin_registry plugin_registry;
typedef struct plugin_entry plugin_entry;

typedef enum plugin_state {
    PLUGIN_READY,       // may be called
    PLUGIN_OFF,         // switched off by the administrator
    PLUGIN_BACKING_OFF, // died at its start a moment ago; starts again by itself
    PLUGIN_QUARANTINED, // died too often; waits for the administrator
    PLUGIN_BROKEN,      // its files are not there or do not fit
    PLUGIN_REFUSED,     // may not run on this machine: admission.h
} plugin_state;

const char *plugin_state_text(plugin_state s); // ready, off, backing_off, quarantined, broken, refused

// What anybody may know of a plugin, borrowed from the registry until plugin_registry_release.
typedef struct plugin_info {
    const char *id;
    const manifest *manifest;   // NULL when BROKEN: its files are gone or do not fit
    const char *folder;         // absolute
    const char *settings;       // JSON
    const struct json_t *texts; // i18n/: {"en": {"key": "text"}}; never NULL
    const char *key;            // of its author, "RWQ..."; NULL: unsigned, or it ships with the program
    plugin_refusal refusal;
    bool bundled, enabled;
    unsigned granted; // what it may do: a set of plugin_permission. Asked for, and granted by a person where it was
                      // installed
    plugin_state state;
    char trouble[HEALTH_TROUBLE]; // why it is not ready, a sentence
    uint64_t calls, crashes, late;
    plugin_health *health; // lives as long as the registry
    plugin_uses *uses;     // NULL for what ships with the program: nobody asks
    plugin_entry *entry;   // the registry's own
} plugin_info;

// `program_folder` holds interlink-worker and plugins/; `data_folder` blobs/ (NULL or "" where nothing is kept).
plugin_registry *plugin_registry_create(const char *program_folder, const char *data_folder, const uint8_t secret[32]);
void plugin_registry_destroy(plugin_registry *r);

// Before the first load. May unsigned plugins run? Without it they may not.
void plugin_registry_set_dev(plugin_registry *r, bool dev);
bool plugin_registry_dev(const plugin_registry *r);
// Before the first load: the jail lacks something here (a sentence says what). What a person brought is then not run,
// unless that is accepted, here or in the portal (admission.h); what ships with the program is.
void plugin_registry_set_weak(plugin_registry *r, const char *missing, bool accepted);
// Before the first load. Workers are started in control groups of this tree, which outlives the registry.
void plugin_registry_set_groups(plugin_registry *r, cgroup_tree *groups);
cgroup_tree *plugin_registry_groups(const plugin_registry *r); // or NULL
const char *plugin_registry_weak(const plugin_registry *r); // "": nothing is missing
bool plugin_registry_weak_accepted(const plugin_registry *r, store *s);

// Read the plugin table anew: at start-up, and after each committed change to it. One broken plugin is only marked.
status plugin_registry_load(plugin_registry *r, store *s, fault *f);
// The same, if the catalogue has changed since: for a running server, about once a second. So it offers what another
// program (`interlink plugin install`) has entered into the table.
status plugin_registry_follow(plugin_registry *r, store *s, fault *f);
// In a write transaction, at start-up before the first load: enters the bundled plugins that are new or changed into
// the plugin table and the catalogue. What cannot be read is logged and left out.
status plugin_registry_sync(plugin_registry *r, store *s, fault *f);

// Called once when a plugin goes into quarantine, on the thread where it happened (a loop's): must not block, nor call
// these two. NULL: nobody is told any more, and nobody is being told when this returns.
typedef void plugin_notice(void *context, const char *plugin, const char *trouble);
void plugin_registry_on_quarantine(plugin_registry *r, plugin_notice *notice, void *context);
// The same for a new version that fails again and again: its update is to be undone.
typedef void plugin_failing(void *context, const char *plugin, const char *version, const char *trouble);
void plugin_registry_on_failing(plugin_registry *r, plugin_failing *notice, void *context);
// The administrator switched it on (again): lifts quarantine and back-off.
void plugin_registry_forgive(plugin_registry *r, const char *id);

bool plugin_registry_get(plugin_registry *r, const char *id, plugin_info *out);
void plugin_registry_release(plugin_registry *r, plugin_info *info);
// Calls `each` for every plugin in order of id; stops when it returns false.
void plugin_registry_each(plugin_registry *r, bool (*each)(const plugin_info *, void *context), void *context);
status plugin_registry_usable(plugin_registry *r, const char *id, fault *f); // STATUS_UNAVAILABLE with the reason

use_list *plugin_registry_uses(plugin_registry *r); // when permissions were used

// For the pools: changes with every load, so that they notice when what they hold is old.
uint64_t plugin_registry_generation(const plugin_registry *r);
void plugin_registry_tell_quarantine(plugin_registry *r, const char *id, const char *trouble);
void plugin_registry_tell_failing(plugin_registry *r, const char *id, const char *version, const char *trouble);
const char *plugin_registry_program_folder(const plugin_registry *r);
const char *plugin_registry_data_folder(const plugin_registry *r);
const uint8_t *plugin_registry_secret(const plugin_registry *r);

// For packages that are not installed (plugin check): one entry, without the plugin table. `folder` is absolute.
status plugin_registry_enter(plugin_registry *r, const char *folder, fault *f);

#endif
