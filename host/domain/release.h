// SPDX-License-Identifier: EUPL-1.2
//
// release: one version of a plugin that did not ship with the program: which bytes, whose key, where it is unpacked,
// and what became of it. At most one waits and one is current for each plugin. What may follow what is decided by
// host/plugin/install.h. Writing is done on the writer's thread, in a transaction.
#ifndef INTERLINK_DOMAIN_RELEASE_H
#define INTERLINK_DOMAIN_RELEASE_H

#include "base/arena.h"
#include "store/store.h"

typedef enum release_state {
    RELEASE_WAITING, // for a person's decision; nothing of it runs
    RELEASE_CURRENT,
    RELEASE_EARLIER, // its folder is kept, and it can be gone back to
    RELEASE_FAILED,  // went back from; its folder is kept for a second try
    RELEASE_GONE,    // only known, so that it never comes with other bytes
} release_state;

// Texts are in the arena they were read into, or borrowed for the call that writes them.
typedef struct release {
    const char *plugin, *version;
    const char *sha256;   // of the package file, in hex
    const char *key;      // that signed it; NULL: unsigned
    const char *manifest; // JSON
    const char *folder;   // absolute
    const char *findings; // of the check: JSON list of {"fault": true, "text": "..."}
    release_state state;
    bool tried; // the check has run it in a jail, too
    int64_t arrived, decided;
    const char *bringer, *decider; // ids of persons; NULL: the command line, or nobody yet
} release;

const char *release_state_text(release_state s); // waiting, current, earlier, failed, gone

// STATUS_NOT_FOUND "release.unknown" if there is none.
status release_find(store *s, arena *a, const char *plugin, const char *version, release *out, fault *f);
status release_find_in(store *s, arena *a, const char *plugin, release_state state, release *out, fault *f);

// All releases of `plugin`, or of every plugin with NULL, the newest first; `state` -1 is any. In the arena.
typedef struct release_list {
    release *all;
    size_t count;
} release_list;
status release_list_read(store *s, arena *a, const char *plugin, int state, release_list *out, fault *f);

// A new row, `arrived` now. STATUS_CONFLICT if this version has one.
status release_add(store *s, const release *r, fault *f);
status release_move(store *s, const char *plugin, const char *version, release_state to, fault *f);
// The same, and who decided it: a person, or NULL for the command line.
status release_decide(store *s, const char *plugin, const char *version, release_state to, const char *decider,
                      fault *f);
status release_tried(store *s, const char *plugin, const char *version, const char *findings, fault *f);
status release_remove(store *s, const char *plugin, const char *version, fault *f); // one that never was current

#endif
