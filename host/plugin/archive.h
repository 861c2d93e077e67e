// SPDX-License-Identifier: EUPL-1.2
//
// archive: a package as one file. Made here; taken apart by a process that has nothing but its bytes
// (interlink-unpack), whose every word is checked: names, sizes, counts, and how much larger than the file all of it
// may be.
#ifndef INTERLINK_PLUGIN_ARCHIVE_H
#define INTERLINK_PLUGIN_ARCHIVE_H

#include "base/cgroup.h"
#include "base/status.h"
#include "base/text.h"

// Write the package in `folder` to the file `path`: the same files give the same bytes. Files that begin with a dot are
// left out; links and odd names are refused. STATUS_INVALID, and then there is no file.
status plugin_archive_pack(const char *folder, const char *path, fault *f);

// Take a package file apart into `staging`, a new folder that this makes. Blocks for up to 10 seconds: not on a loop's
// thread. On a failure the folder is gone again. STATUS_INVALID with what is wrong with the package; STATUS_TOO_LARGE;
// STATUS_UNAVAILABLE when the unpacker cannot be run here. The unpacker runs in a control group of its own where `groups` is given.
status plugin_archive_unpack(str bytes, const char *staging, const char *program_folder, cgroup_tree *groups, fault *f);

#endif
