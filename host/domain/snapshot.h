// SPDX-License-Identifier: EUPL-1.2
//
// snapshot: a plugin's data in all of its assets as they were when one of its releases was replaced: documents, files,
// and what was scheduled. On the writer's thread, in the transaction that replaces or brings back the release.
#ifndef INTERLINK_DOMAIN_SNAPSHOT_H
#define INTERLINK_DOMAIN_SNAPSHOT_H

#include "store/store.h"

// Keep the data of `plugin` for its version `release`; an older snapshot of the same version goes.
status snapshot_take(store *s, const char *plugin, const char *release, fault *f);

// Bring them back, byte for byte, and drop the snapshot. Versions of documents go on, so that nobody who has seen the
// newer data takes the restored ones for them. Assets that were made since keep what they have; those that were
// deleted since stay deleted. What the host told the plugin since is told again. STATUS_NOT_FOUND: there is none.
status snapshot_restore(store *s, const char *plugin, const char *release, fault *f);

status snapshot_drop(store *s, const char *plugin, const char *release, fault *f);

// The row `id` of the schedule is about to go because its plugin was told: the plugin's newest snapshot keeps it, if it
// came from the host and not from the plugin itself.
status snapshot_remember_told(store *s, const char *id, fault *f);

#endif
