// SPDX-License-Identifier: EUPL-1.2
//
// schedule: what plugins asked to be woken for. Runs on one loop: looks for due rows once a second, makes the event
// calls and commits their effects. A row goes in the same transaction as the effects, so each happens once. It also
// lets the site's administrators be told of quarantines (notice.h).
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
// Nothing new begins. What is under way goes on.
void plugin_schedule_stop(plugin_schedule *p);
size_t plugin_schedule_busy(const plugin_schedule *p);
// Turns the loop until nothing is under way: not from inside one of its callbacks. The pool may be gone by then,
// because its end ends the calls; the writer may not. NULL is fine.
void plugin_schedule_destroy(plugin_schedule *p);

#endif
