// SPDX-License-Identifier: EUPL-1.2
//
// folder: is a folder a safe place for a database? Locks and shared memory do not work reliably across a network, and
// a database that two machines write to is soon broken.
#ifndef INTERLINK_STORE_FOLDER_H
#define INTERLINK_STORE_FOLDER_H

#include <stdbool.h>

#include "base/status.h"

// Makes the folder where it is missing (its parent must exist), for its owner only. Any thread.
status folder_create(const char *folder, fault *f);

// A fault if the folder lies on a network file system.
status folder_check_local(const char *folder, fault *f);

// By the type in statfs(2). FUSE is undecided by its type alone: then `fuse_kind`, the type in mountinfo
// ("fuse.sshfs"), decides; NULL if it is not known.
bool folder_type_is_network(long type, const char *fuse_kind);

// Makes a new folder in $TMPDIR, or /tmp without it; `name` tells whose it is. The path has room in `path`. The caller
// removes it.
enum { FOLDER_TEMPORARY = 300 };
status folder_temporary(const char *name, char path[FOLDER_TEMPORARY], fault *f);

// Removes a folder with all that is in it, as far as that is possible; links are removed, not followed.
void folder_remove(const char *folder);

// Makes new, renamed or removed names in the folder of `path` survive a power cut.
status folder_sync_of(const char *path, fault *f);

#endif
