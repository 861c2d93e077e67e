// SPDX-License-Identifier: EUPL-1.2
//
// notice: what the host does about a plugin that fares badly, and tells the site's administrators, once: it went into
// quarantine; or its update failed, and was undone.
#ifndef INTERLINK_PLUGIN_NOTICE_H
#define INTERLINK_PLUGIN_NOTICE_H

#include "base/loop.h"
#include "domain/live.h"
#include "plugin/registry.h"
#include "store/writer.h"

typedef struct plugin_notices plugin_notices;

// On loop `l`, where written notices come back to; what they tell of may happen on any. All borrowed until destroy.
plugin_notices *plugin_notices_create(loop *l, writer *w, plugin_registry *r, live_hub *live);
void plugin_notices_stop(plugin_notices *n); // no further ones
size_t plugin_notices_busy(const plugin_notices *n);
void plugin_notices_destroy(plugin_notices *n); // when none is under way; NULL is fine

#endif
