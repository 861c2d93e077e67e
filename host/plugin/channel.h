// SPDX-License-Identifier: EUPL-1.2
//
// channel: the host's end of a worker's socket: frames in, frames out, many at once. On its loop's thread.
#ifndef INTERLINK_PLUGIN_CHANNEL_H
#define INTERLINK_PLUGIN_CHANNEL_H

#include "base/frame.h"
#include "base/loop.h"

typedef struct plugin_channel plugin_channel;

// One frame, borrowed for the call. False: this worker is not to be read any more (the channel is then closed).
typedef bool plugin_channel_take(void *context, const frame *in);
// The other end is gone, or sent what is no frame (`broken`). The channel is closed then.
typedef void plugin_channel_ended(void *context, bool broken);

// Takes `fd` over. Neither callback may destroy the channel.
plugin_channel *plugin_channel_create(loop *l, int fd, plugin_channel_take *take, plugin_channel_ended *ended,
                                      void *context);
void plugin_channel_destroy(plugin_channel *c); // NULL is fine

buffer *plugin_channel_out(plugin_channel *c);          // put frames here, then flush
size_t plugin_channel_pending(const plugin_channel *c); // bytes that the other end has not taken yet
void plugin_channel_flush(plugin_channel *c);           // what the socket does not take goes when it can
void plugin_channel_drain(plugin_channel *c);           // takes what was sent before the other end died

#endif
