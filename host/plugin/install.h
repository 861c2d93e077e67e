// SPDX-License-Identifier: EUPL-1.2
//
// install: which version of a plugin may follow which, and what a person's decision does. A package that has arrived
// (arrival.h) waits; nothing of it runs until it is accepted here. All on the writer's thread, in a transaction.
#ifndef INTERLINK_PLUGIN_INSTALL_H
#define INTERLINK_PLUGIN_INSTALL_H

#include "domain/author_key.h"
#include "domain/release.h"
#include "domain/usage.h"
#include "plugin/change.h"
#include "plugin/manifest.h"

enum { INSTALL_KEPT = 3 }; // versions whose folders are kept, with the one that runs

// May this release come in, by what is known of its plugin? It must be newer than everything that ever ran; never the
// same version with other bytes; never by the author of another plugin, unless an administrator trusts that key; never
// under the id of a plugin that ships with the program. STATUS_CONFLICT or STATUS_FORBIDDEN with the reason.
// STATUS_END: exactly this waits already.
status plugin_install_may_come(store *s, const release *fresh, fault *f);

// How a waiting release stands to what runs.
typedef struct install_outlook {
    release current; // .version is NULL where there is none
    plugin_change change;
    bool new_key;       // the plugin's id belongs to another key, or was unsigned before
    bool decision;      // a person must look at it: it is new, or something of it is
    author_trust trust; // in the key that signed it
} install_outlook;
status plugin_install_outlook(store *s, arena *a, const release *waiting, install_outlook *out, fault *f);
void plugin_install_outlook_free(install_outlook *o);

typedef struct install_decision {
    const char *plugin;
    const char *version, *sha256; // as they were shown, so that nothing else is accepted; NULL: whatever waits
    const json_t *granted;        // names of permissions: these are granted, all others refused. NULL: as it was
                                  // decided before, which is possible only for an update that asks for nothing new
    bool new_key;                 // it was said that another key is all right
    const char *data_folder;
    usage_actor by;
} install_decision;

// Makes what waits the current release. The data of the one before are kept in the same transaction.
status plugin_install_accept(store *s, const install_decision *d, fault *f);
// Forgets what waits. Its files are the caller's to remove, once this is committed: plugin_install_tidy.
status plugin_install_dismiss(store *s, const install_decision *d, fault *f);

// Back to the version before, and its data. `from` is the version that was seen to be current, or NULL. `trouble` is
// why, when the host does it by itself. *to is the version that is current now, in the arena.
status plugin_install_roll_back(store *s, arena *a, const install_decision *d, const char *from, const char *trouble,
                                const char **to, fault *f);

// Grant one permission that the plugin asks for, or take it back.
status plugin_install_permit(store *s, const install_decision *d, const char *permission, bool granted, fault *f);

// Removes the files of releases that are gone for good: after a commit, any connection, any thread.
void plugin_install_tidy(store *s, const char *data_folder);

// DATA/packages/ID-VERSION.interlinker, where package files are kept; `signature`: the file beside it.
void plugin_install_package_path(const char *data_folder, const char *plugin, const char *version, bool signature,
                                 char out[4096]);

#endif
