// SPDX-License-Identifier: EUPL-1.2
#include "worker/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { READ_SIZE = 64 * 1024, FLUSH_SIZE = 64 * 1024 };

bool channel_flush(channel *c) {
    size_t sent = 0;
    while (sent < c->out.len) {
        ssize_t n = send(c->descriptor, c->out.ptr + sent, c->out.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        sent += (size_t)n;
    }
    // One large answer must not keep its memory for ever.
    if (c->out.capacity > 16 * FLUSH_SIZE)
        buffer_free(&c->out);
    buffer_clear(&c->out);
    return true;
}

bool channel_flush_large(channel *c) {
    return c->out.len < FLUSH_SIZE || channel_flush(c);
}

void channel_free(channel *c) {
    buffer_free(&c->out);
    free(c->in);
    c->in = NULL;
}

// Waits for more input, after the answers that are ready have left.
static bool channel_fill(channel *c) {
    if (!channel_flush(c))
        return false;
    if (c->start > 0) {
        memmove(c->in, c->in + c->start, c->end - c->start);
        c->end -= c->start;
        c->start = 0;
    }
    if (c->capacity - c->end < READ_SIZE) {
        size_t capacity = c->capacity * 2 > c->end + READ_SIZE ? c->capacity * 2 : c->end + READ_SIZE;
        char *in = realloc(c->in, capacity);
        if (!in)
            return false;
        c->in = in;
        c->capacity = capacity;
    }
    ssize_t n;
    do
        n = recv(c->descriptor, c->in + c->end, c->capacity - c->end, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    c->end += (size_t)n;
    return true;
}

bool channel_next(channel *c, frame *out) {
    for (;;) {
        size_t used = 0;
        // There is no room for input before the first of it, and nothing may be added to no pointer.
        int found = c->in ? frame_take((str){c->in + c->start, c->end - c->start}, out, &used) : 0;
        if (found < 0)
            return false;
        c->start += used;
        if (found)
            return true;
        if (!channel_fill(c))
            return false;
    }
}

bool channel_await(channel *c, uint64_t call, frame *out) {
    size_t seen = 0; // bytes behind `start` that hold other frames
    for (;;) {
        size_t used = 0;
        int found = frame_take((str){c->in + c->start + seen, c->end - c->start - seen}, out, &used);
        if (found < 0)
            return false;
        if (found && out->type == FRAME_VALUE && out->call == call) {
            // It stays in the middle of the input, as the value of call 0, for which nobody waits.
            memset(c->in + c->start + seen + FRAME_HEADER - sizeof out->call, 0, sizeof out->call);
            return true;
        }
        seen += used;
        if (!found && !channel_fill(c))
            return false;
    }
}
