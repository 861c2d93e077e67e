// SPDX-License-Identifier: EUPL-1.2
//
// channel: the worker's end of the socket to the host. Reads as much as there is, writes in batches: what is put
// into `out` leaves when nothing more is waiting to be done, when it grows large, or before the worker must wait.
#ifndef INTERLINK_WORKER_CHANNEL_H
#define INTERLINK_WORKER_CHANNEL_H

#include "base/frame.h"

typedef struct channel {
    int descriptor;
    buffer out; // whole frames, written by whoever has something to say
    char *in;
    size_t start, end; // what was read and not yet handed out
    size_t capacity;
} channel;

// The next frame, borrowed until the next use of the channel. False: the host is gone, or what it says cannot be read.
bool channel_next(channel *c, frame *out);

// The VALUE for this call, which runs. CALLs that come before it stay for channel_next. Borrowed as above.
bool channel_await(channel *c, uint64_t call, frame *out);

bool channel_flush(channel *c);
bool channel_flush_large(channel *c); // only when it pays to
void channel_free(channel *c);

#endif
