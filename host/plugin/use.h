// SPDX-License-Identifier: EUPL-1.2
//
// use: when each permission of each plugin was last made use of, so that an administrator sees which ones are needed.
// Marked in memory, at the cost of a store to it, and written now and then. Any thread.
#ifndef INTERLINK_PLUGIN_USE_H
#define INTERLINK_PLUGIN_USE_H

#include "plugin/permission.h"
#include "store/writer.h"

typedef struct use_list use_list;
typedef struct plugin_uses plugin_uses; // of one plugin; lives as long as the list

use_list *use_list_create(void);
void use_list_destroy(use_list *l);
plugin_uses *use_list_of(use_list *l, const char *plugin);

// NULL and NOTHING are fine: nothing is marked.
void use_mark(plugin_uses *u, plugin_permission p);

// Writes what was marked since the last time; in a write transaction. Without anything new it writes nothing.
status use_list_write(use_list *l, store *s, fault *f);
// The same as a job of the writer's, if there is anything new. The writer must end before the list.
void use_list_submit(use_list *l, writer *w);

#endif
