// SPDX-License-Identifier: EUPL-1.2
//
// registry: the installed plugins and how they fare. Read by every loop, changed by few: any thread.
// A plugin's entry is immutable once published; changing one publishes a new entry.
#ifndef INTERLINK_PLUGIN_REGISTRY_H
#define INTERLINK_PLUGIN_REGISTRY_H

#include "base/arena.h"
#include "base/status.h"
#include "plugin/manifest.h"
#include "store/store.h"

typedef struct plugin_registry plugin_registry;

typedef enum plugin_state {
    PLUGIN_READY,        // may be called
    PLUGIN_OFF,          // switched off by the administrator
    PLUGIN_BACKING_OFF,  // crashed a moment ago; starts again by itself
    PLUGIN_QUARANTINED,  // crashed too often; waits for the administrator
    PLUGIN_BROKEN,       // its files are not there or do not fit
} plugin_state;

// What anybody may know of a plugin, borrowed from the registry until plugin_release.
typedef struct plugin_info {
    const manifest *manifest;
    const char *folder;    // absolute
    const char *settings;  // JSON
    plugin_state state;
    char trouble[200];     // why it is not ready, a sentence
    uint64_t calls, crashes, late;
} plugin_info;

// `program_folder` holds interlink-worker and plugins/. Reads the plugin table; bundled plugins that are new or
// changed are entered into it (and into the catalogue) by plugin_registry_sync.
plugin_registry *plugin_registry_create(const char *program_folder, const uint8_t secret[32]);
void plugin_registry_destroy(plugin_registry *r);
status plugin_registry_load(plugin_registry *r, store *s, fault *f);  // also after a change to the table

bool plugin_registry_get(plugin_registry *r, const char *id, plugin_info *out);
void plugin_registry_release(plugin_registry *r, plugin_info *info);
// Calls `each` for every plugin in order of id; stops when it returns false.
void plugin_registry_each(plugin_registry *r, bool (*each)(const plugin_info *, void *context), void *context);
status plugin_registry_usable(plugin_registry *r, const char *id, fault *f);  // STATUS_UNAVAILABLE with the reason

#endif
