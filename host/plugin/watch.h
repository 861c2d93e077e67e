// SPDX-License-Identifier: EUPL-1.2
//
// watch: what a running server looks after of its own accord: the table of plugins, which other programs change too;
// the revocation list; and the lock file, which follows every change. On one loop for all.
#ifndef INTERLINK_PLUGIN_WATCH_H
#define INTERLINK_PLUGIN_WATCH_H

#include "base/loop.h"
#include "domain/live.h"
#include "plugin/registry.h"
#include "store/writer.h"

typedef struct plugin_watch plugin_watch;

// Borrowed until destroy.
typedef struct plugin_watch_parts {
    loop *loop;
    store *reader;
    writer *writer;
    plugin_registry *registry;
    live_hub *live;
    const char *data_folder;
    const char *revocations; // where the list is: revocation_watch.h
} plugin_watch_parts;

plugin_watch *plugin_watch_create(const plugin_watch_parts *parts);
void plugin_watch_stop(plugin_watch *w); // looks no further
size_t plugin_watch_busy(const plugin_watch *w);
void plugin_watch_destroy(plugin_watch *w); // when nothing is under way; NULL is fine

#endif
