// SPDX-License-Identifier: EUPL-1.2
//
// package: is a folder a good package, and how it gets into the host.
#ifndef INTERLINK_PLUGIN_PACKAGE_H
#define INTERLINK_PLUGIN_PACKAGE_H

#include "base/cgroup.h"
#include "base/status.h"
#include "plugin/manifest.h"
#include "store/store.h"

// What a package may have of each, as a folder and as a file.
enum { PACKAGE_FILES = 2000, PACKAGE_BYTES = 64 << 20, PACKAGE_DEPTH = 8, PACKAGE_RATIO = 20 };

// One finding: a sentence. `fault` is false for what is only good to know.
typedef void plugin_package_say(void *context, bool fault, const char *sentence);

// Everything that can be wrong with the package, not only the first: the manifest against its schema; the entry loads
// in a jail; every capability answers, on documents that `create` makes from the examples and defaults of the params;
// texts are there in every language with the same keys; icon and instructions exist. Blocks until done (a second or
// two): not on a loop's thread. STATUS_OK without faults, else STATUS_INVALID. `groups` as in process.h.
status plugin_package_check(const char *folder, const char *program_folder, cgroup_tree *groups,
                            plugin_package_say *say, void *context);
// The same without running anything of it.
status plugin_package_look(const char *folder, plugin_package_say *say, void *context);

#endif
