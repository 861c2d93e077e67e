// SPDX-License-Identifier: EUPL-1.2
//
// catalogue: plugins as rows of the plugin table and as Interlinkers that people find. On the writer's thread, in a
// transaction.
#ifndef INTERLINK_PLUGIN_CATALOGUE_H
#define INTERLINK_PLUGIN_CATALOGUE_H

#include "plugin/manifest.h"
#include "store/store.h"

// Enter a package: its row in the plugin table (settings and the administrator's switch stay), its Interlinker, what it
// is found by, its links to needs; its icon goes into the blobs of `data_folder`. `folder` is what the plugin table
// keeps, `files` where the package is read now.
status plugin_catalogue_write(store *s, const manifest *m, const char *folder, const char *files,
                              const char *data_folder, bool bundled, fault *f);

// Link every plugin to the problem profiles that it names and that exist: call it after an import brought new ones.
status plugin_catalogue_link(store *s, fault *f);

#endif
