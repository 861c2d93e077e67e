// SPDX-License-Identifier: EUPL-1.2
//
// arrival: a package file on its way in. Three steps on three kinds of threads:
//
//   plugin_arrival_prepare   with a connection: which keys are known
//   plugin_arrival_open      slow, no connection: the signature over the bytes, and only then the unpacking, in a jail;
//                            what the check finds without running anything
//   plugin_arrival_enter     in a write transaction: may it come in (install.h)? Then it waits for a decision.
//
// plugin_arrival_close removes whatever did not come in.
#ifndef INTERLINK_PLUGIN_ARRIVAL_H
#define INTERLINK_PLUGIN_ARRIVAL_H

#include <limits.h>

#include "base/arena.h"
#include "base/cgroup.h"
#include "domain/live.h"
#include "domain/release.h"
#include "plugin/signature.h"
#include "store/store.h"

typedef struct plugin_arrival {
    // Given, and borrowed until the end:
    str bytes, signature; // of the package file, and of the file beside it; no signature: see `dev`
    str key_text;         // the author's public key, if it came along; else empty
    bool dev;             // an unsigned package may come in
    const char *data_folder, *program_folder;
    cgroup_tree *groups; // the unpacker gets one of its own; may be NULL
    const char *bringer; // id of the person; NULL: the command line
    live_list *live;     // where the other administrators are told that it waits; NULL: only in their messages
    // Found:
    manifest *manifest;
    plugin_signature signer;
    char sha256[2 * CRYPTO_HASH + 1], key[MINISIGN_KEY_TEXT]; // key "": unsigned
    // Its own:
    arena *arena;
    const char **known;
    size_t known_count;
    char staging[PATH_MAX]; // "" while there is none
    const char *findings;
} plugin_arrival;

status plugin_arrival_prepare(plugin_arrival *a, store *s, fault *f);
status plugin_arrival_open(plugin_arrival *a, fault *f);
// *waits: exactly this was waiting already, and nothing has changed.
status plugin_arrival_enter(plugin_arrival *a, store *s, bool *waits, fault *f);
void plugin_arrival_close(plugin_arrival *a); // one that is all zero is fine

#endif
