// SPDX-License-Identifier: EUPL-1.2
//
// registry_entry: one installed plugin, as the registry holds it. For registry*.c only. Immutable once published, but
// for the number of its holders.
#ifndef INTERLINK_PLUGIN_REGISTRY_ENTRY_H
#define INTERLINK_PLUGIN_REGISTRY_ENTRY_H

#include <stdatomic.h>

#include "plugin/admission.h"
#include "plugin/registry.h"

struct plugin_entry {
    atomic_size_t holders;
    char *id, *folder, *settings;
    char *key;          // of its author; NULL: unsigned, or it ships with the program
    manifest *manifest; // NULL when broken
    json_t *texts;
    bool bundled, enabled;
    unsigned granted; // of plugin_permission
    plugin_refusal refusal;
    int64_t probation;            // UTC milliseconds: until when its update may be undone by itself; 0: it is none
    char trouble[HEALTH_TROUBLE]; // why it is broken, or refused
    plugin_health *health;
    plugin_uses *uses;
};

typedef struct entry_list {
    plugin_entry **all; // in order of id
    size_t count, size;
} entry_list;

// Reads the package in `folder`, an absolute path. `id` is what the table calls it, or NULL. Held once.
plugin_entry *entry_create(const char *folder, const char *id, const char *settings);
void entry_hold(plugin_entry *e);
void entry_release(plugin_entry *e); // NULL is fine
// The same, as far as a worker or a page can tell?
bool entry_equal(const plugin_entry *a, const plugin_entry *b);

void entries_add(entry_list *list, plugin_entry *e); // takes over the hold
void entries_release(entry_list *list);
void entries_sort(entry_list *list);
plugin_entry *entries_find(const entry_list *list, const char *id);

#endif
