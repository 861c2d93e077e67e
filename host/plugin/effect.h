// SPDX-License-Identifier: EUPL-1.2
//
// effect: what a plugin asked for becomes true, all of it or nothing.
#ifndef INTERLINK_PLUGIN_EFFECT_H
#define INTERLINK_PLUGIN_EFFECT_H

#include "domain/live.h"
#include "domain/usage.h"
#include "plugin/call.h"
#include "plugin/registry.h"

// Borrowed for the call.
typedef struct effect_context {
    plugin_registry *registry;
    usage_actor by;          // the person who made the call; `plugin` is filled in from the call
    const char *interlinker; // of the asset, for the usage log
} effect_context;

// On the writer's thread, inside a transaction that is undone unless this gives STATUS_OK. Takes the rest (asset, node,
// process, person, plugin) from the call.
//   STATUS_RETRY      a document changed since the call saw it: make the call again, with fresh documents
//   STATUS_FORBIDDEN  the manifest does not ask for the permission that an effect needs; the sentence names it
//   STATUS_TOO_LARGE  a quota is used up
//   STATUS_INVALID    an effect that no plugin may ask for (a key that is no key)
// Live events are added to `live`, for live_hub_publish after the commit.
status plugin_effects_commit(const plugin_call *call, store *s, const effect_context *c, live_list *live, fault *f);

#endif
