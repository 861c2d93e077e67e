// SPDX-License-Identifier: EUPL-1.2
//
// pool: one loop's workers. Starts a jailed worker for a plugin when it is first called, keeps many calls in flight
// on its channel, kills it at a call's deadline, replays the calls that were only waiting behind, and starts a
// fresh one. Crashes back off and end in quarantine (registry.h), which all loops share.
#ifndef INTERLINK_PLUGIN_POOL_H
#define INTERLINK_PLUGIN_POOL_H

#include "base/loop.h"
#include "plugin/call.h"

typedef struct plugin_registry plugin_registry;
typedef struct plugin_pool plugin_pool;

plugin_pool *plugin_pool_create(loop *l, plugin_registry *registry);
// Its tools may ask other servers, as far as they are permitted to. Before the first call.
void plugin_pool_go_online(plugin_pool *p);
void plugin_pool_destroy(plugin_pool *p); // stops the workers; calls under way are done with STATUS_UNAVAILABLE

void plugin_pool_call(plugin_pool *p, plugin_call *call);
// Nobody waits for it any more: `done` still comes.
size_t plugin_pool_busy(const plugin_pool *p); // calls under way

#endif
