// SPDX-License-Identifier: EUPL-1.2
//
// lockfile: DATA/interlinkers.lock, what is installed here beside the plugins that ship with the program, for a person
// to read and for `interlink plugin sync` of another installation.
//
//     {"interlinkers": [{"id": "org.example.walk", "version": "1.2.0", "sha256": "...", "key": "RWQ...",
//       "enabled": true, "installed_by": "Ada", "installed_at": "2026-...", "permissions": [
//         {"name": "notify", "granted": true, "by": "Ada", "at": "2026-..."}]}]}
#ifndef INTERLINK_PLUGIN_LOCKFILE_H
#define INTERLINK_PLUGIN_LOCKFILE_H

#include <jansson.h>

#include "base/status.h"

#define LOCKFILE_NAME "interlinkers.lock"

// Writes it anew from what is committed: whole or not at all, and the last of several writers wins with the newest
// state. Any thread; opens the database by itself.
status plugin_lockfile_write(const char *data_folder, fault *f);

// Reads one: the list of entries, each with all of its members. STATUS_INVALID with what is wrong.
status plugin_lockfile_read(const char *path, json_t **entries, fault *f);

#endif
