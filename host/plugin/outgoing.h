// SPDX-License-Identifier: EUPL-1.2
//
// outgoing: the request to a server out there that a worker waits for; a worker has one at a time. The host makes it, by
// the rules of base/egress.h, to the hosts of the manifest. On the loop's thread.
#ifndef INTERLINK_PLUGIN_OUTGOING_H
#define INTERLINK_PLUGIN_OUTGOING_H

#include "base/egress.h"
#include "plugin/call_queue.h"
#include "plugin/channel.h"
#include "plugin/manifest.h"

enum { OUTGOING_LIMIT = 8 }; // that one call may make

typedef struct plugin_outgoing {
    egress *egress; // NULL: nothing goes out from here
    plugin_channel *channel;
    const manifest *manifest;
    egress_request *request; // under way, or NULL
    uint64_t call;           // that it belongs to
} plugin_outgoing;

// Does this FETCH ask for one?
bool outgoing_asked(const frame *in);

// The VALUE frame follows, maybe at once. False where no worker may ask so: while it waits for another one, or in a broken
// frame. The permission is the caller's to check.
bool outgoing_start(plugin_outgoing *o, call_slot *slot, const frame *in, uint32_t timeout_ms);

// Nobody waits any more for what this call, or (0) any call, has asked for.
void outgoing_cancel(plugin_outgoing *o, uint64_t call);

#endif
