// SPDX-License-Identifier: EUPL-1.2
//
// asset_place: where an asset stands: its name, its task, its process, and what runs it. What a plugin is told about
// it.
#ifndef INTERLINK_DOMAIN_ASSET_PLACE_H
#define INTERLINK_DOMAIN_ASSET_PLACE_H

#include "base/arena.h"
#include "store/store.h"

// All texts are in the arena.
typedef struct asset_place {
    const char *asset, *name, *interlinker;
    const char *plugin; // NULL for templates and links
    const char *node, *node_name, *process, *process_name;
} asset_place;

// STATUS_NOT_FOUND if there is no such asset.
status asset_place_find(store *s, arena *a, const char *asset, asset_place *out, fault *f);

// The other assets of a task, oldest first, 500 at most. Borrowed for the call of `each`.
typedef void asset_other(void *context, const char *asset, const char *name, const char *interlinker);
status asset_others(store *s, const char *node, const char *asset, asset_other *each, void *context, fault *f);
// STATUS_NOT_FOUND without a fault unless `asset` stands in that task.
status asset_stands(store *s, const char *asset, const char *node, fault *f);

// A file that the asset keeps.
typedef struct asset_file {
    const char *name, *type, *blob;
    int64_t size;
} asset_file;
status asset_file_find(store *s, arena *a, const char *asset, const char *name, asset_file *out, fault *f);

#endif
