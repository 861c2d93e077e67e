// SPDX-License-Identifier: EUPL-1.2
//
// manifest: what a package says about itself in interlinker.json. The rules that JSON Schema can say are in
// manifest.schema.json; the others are here. Immutable once read, so any thread may use one.
#ifndef INTERLINK_PLUGIN_MANIFEST_H
#define INTERLINK_PLUGIN_MANIFEST_H

#include <jansson.h>

#include "base/status.h"
#include "base/text.h"
#include "plugin/permission.h"

// All texts and values are borrowed from `json`.
typedef struct manifest {
    json_t *json; // the whole document
    const char *id, *version, *runtime, *entry;
    const char *icon; // "" if there is none
    const char *licence;
    const json_t *name, *description, *summary, *tags; // by language; summary and tags may be NULL
    const json_t *languages, *needs, *capabilities;    // lists; needs may be NULL
    const json_t *params, *settings;                   // JSON Schemas, or NULL
    const json_t *hosts;                  // list of those that it may ask, or NULL
    const json_t *preload;                // list of patterns of document keys, or NULL: the first few documents
    unsigned permissions;                 // what it asks for: a set of plugin_permission
    int64_t documents_bytes, files_bytes; // of an asset
    uint32_t notify_per_day;              // people told, of an asset
    bool native;                          // runtime is "native", else "lua"
    uint32_t cpu_ms, wall_ms, memory_mb;  // limits of one call, and of the worker
    char label[112];                      // "survey@1.0.0", as the usage log names it
} manifest;

// Read and check `folder`/interlinker.json and what it names in the folder. STATUS_INVALID with one field for each
// fault (pointer into the document); STATUS_NOT_FOUND when there is no such file.
status manifest_read(const char *folder, manifest **out, fault *f);
// The same from text, without looking at files.
status manifest_parse(str json, manifest **out, fault *f);
void manifest_free(manifest *m);

bool manifest_can(const manifest *m, const char *capability);

// Compares two versions (semver 2.0.0 section 11): below, at or above 0.
int manifest_version_compare(const char *a, const char *b);

// A path inside a package: relative, no empty, "." or ".." part, only printable ASCII without backslash.
bool manifest_path_safe(const char *path);

#endif
