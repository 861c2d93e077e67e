// SPDX-License-Identifier: EUPL-1.2
//
// asset: one use of an Interlinker inside a task. What it keeps is in documents and files (document.h); where it stands
// is asset_place.h.
#ifndef INTERLINK_DOMAIN_ASSET_H
#define INTERLINK_DOMAIN_ASSET_H

#include "base/answer.h"
#include "base/arena.h"
#include "domain/access.h"
#include "domain/live.h"
#include "domain/usage.h"
#include "store/store.h"

// What somebody is about to open. Borrowed for the call.
typedef struct asset_draft {
    const char *asset; // its id, made by the caller: a plugin's `create` ran under it
    const char *process, *node;
    const char *interlinker;
    const char *plugin; // id, or NULL for a template or link
    const char *name;   // not empty
    const char *params; // JSON object
    const char *creator;
} asset_draft;

// On the writer's thread. asset_insert only makes the row, so that the plugin's first documents can follow;
// asset_announce then logs asset.created, starts the task and tells the others in the project.
status asset_insert(store *s, const asset_draft *draft, fault *f);
status asset_announce(store *s, live_list *live, const usage_actor *by, const asset_draft *draft, fault *f);

// STATUS_CONFLICT "version.conflict" with the current version in fault.about; version 0 does not matter.
status asset_rename(store *s, const usage_actor *by, const char *asset, const char *name, int64_t version, fault *f);

// The asset with its documents and files. Its events in the usage log stay.
status asset_delete(store *s, live_list *live, const usage_actor *by, const char *asset, fault *f);

// A copy in the same task, with all documents and files; needs no code of the plugin. `name` NULL keeps the name.
status asset_clone(store *s, live_list *live, const usage_actor *by, const char *asset, const char *name, id_value *out,
                   fault *f);

// Somebody opened it to look or to edit: asset.opened in the log.
status asset_opened(store *s, const usage_actor *by, const char *asset, const char *capability, fault *f);

// What is said of the plugin behind an asset; the domain does not know plugins, so the caller answers. Writes
// "capabilities" (an array) and "state" (a word or null).
typedef void asset_plugin_write(void *context, answer *out, const char *plugin);

typedef struct asset_view {
    const char *language; // of the reader
    asset_plugin_write *plugin_write;
    void *context;
} asset_view;

// Asset {id, name, interlinker, interlinker_name, kind, plugin, process, node, node_name, creator, created_at,
// updated_at, version, capabilities, state, uri, file}
status asset_write(store *s, arena *a, answer *out, const char *asset, const asset_view *view, fault *f);

// The list {"items", "next"} of a node's assets, oldest first.
status asset_list_write(store *s, arena *a, answer *out, const char *node, const char *after, int64_t limit,
                        const asset_view *view, fault *f);

#endif
