// SPDX-License-Identifier: EUPL-1.2
//
// schedule: what plugins asked to be woken for. Runs on one loop: looks for due rows once a second, makes the event
// calls and commits their effects. A row goes in the same transaction as the effects, so each happens once.
#ifndef INTERLINK_PLUGIN_SCHEDULE_H
#define INTERLINK_PLUGIN_SCHEDULE_H

#include "domain/live.h"
#include "plugin/pool.h"
#include "plugin/registry.h"
#include "store/writer.h"

// All borrowed until plugin_schedule_destroy; `reader` is the loop's own connection.
typedef struct plugin_schedule_parts {
    loop *loop;
    store *reader;
    writer *writer;
    plugin_pool *pool;
    plugin_registry *registry;
    live_hub *live;
} plugin_schedule_parts;

typedef struct plugin_schedule plugin_schedule;

plugin_schedule *plugin_schedule_create(const plugin_schedule_parts *parts);
// Before the pool goes. What is under way goes on until its writes are done; turn the loop until
// plugin_schedule_busy is 0, then destroy.
void plugin_schedule_stop(plugin_schedule *p);
size_t plugin_schedule_busy(const plugin_schedule *p);
void plugin_schedule_destroy(plugin_schedule *p);

#endif
