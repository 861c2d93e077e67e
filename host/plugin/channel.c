// SPDX-License-Identifier: EUPL-1.2
#include "plugin/channel.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

enum {
    READ_BYTES = 256 * 1024,
    READS_A_TURN = 4, // then the loop's other descriptors have their turn
    READS_TO_DRAIN = 64,
    KEEP_BYTES = 1024 * 1024, // a buffer that grew beyond this is given back once it is empty
};

struct plugin_channel {
    loop *loop;
    loop_watch *watch;
    int fd;
    plugin_channel_take *take;
    plugin_channel_ended *ended;
    void *context;
    buffer in, out;
    size_t out_at; // sent so far
    bool waiting;  // for room in the socket
    bool closed;
};

static void channel_close(plugin_channel *c) {
    if (c->watch)
        loop_watch_remove(c->watch);
    c->watch = NULL;
    c->closed = true;
}

static void channel_end(plugin_channel *c, bool broken) {
    if (c->closed)
        return;
    channel_close(c);
    c->ended(c->context, broken);
}

// ---- out

static void wait_for_room(plugin_channel *c, bool wait) {
    if (c->waiting == wait || !c->watch)
        return;
    c->waiting = wait;
    loop_watch_change(c->watch, wait ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void plugin_channel_flush(plugin_channel *c) {
    while (!c->closed && c->out_at < c->out.len) {
        ssize_t sent = send(c->fd, c->out.ptr + c->out_at, c->out.len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            c->out_at += (size_t)sent;
        } else if (errno == EAGAIN) {
            wait_for_room(c, true);
            return;
        } else if (errno != EINTR) {
            return; // the other end is gone; reading finds out, after what it sent before
        }
    }
    c->out_at = 0;
    if (c->out.capacity > KEEP_BYTES)
        buffer_free(&c->out);
    buffer_clear(&c->out);
    wait_for_room(c, false);
}

buffer *plugin_channel_out(plugin_channel *c) {
    return &c->out;
}

size_t plugin_channel_pending(const plugin_channel *c) {
    return c->out.len - c->out_at;
}

// ---- in

// Hands over every whole frame that is there, and keeps the rest.
static void take_frames(plugin_channel *c) {
    str rest = buffer_str(&c->in);
    int found = 1;
    while (!c->closed) {
        frame next;
        size_t used = 0;
        found = frame_take(rest, &next, &used);
        if (found <= 0)
            break;
        if (!c->take(c->context, &next))
            channel_close(c);
        rest.ptr += used;
        rest.len -= used;
    }
    if (found < 0)
        channel_end(c, true);
    if (rest.len && rest.ptr != c->in.ptr)
        memmove(c->in.ptr, rest.ptr, rest.len);
    c->in.len = rest.len;
    if (!rest.len && c->in.capacity > KEEP_BYTES)
        buffer_free(&c->in);
}

// True if there may be more at once.
static bool read_some(plugin_channel *c) {
    // Room is made by appending nothing that matters: the buffer knows no other way to grow.
    size_t had = c->in.len;
    if (c->in.capacity < had + READ_BYTES + 1) {
        c->in.ptr = memory_resize(c->in.ptr, 1, had + READ_BYTES + 1);
        c->in.capacity = had + READ_BYTES + 1;
    }
    ssize_t got = recv(c->fd, c->in.ptr + had, READ_BYTES, MSG_DONTWAIT);
    if (got > 0) {
        c->in.len = had + (size_t)got;
        take_frames(c);
        return got == READ_BYTES && !c->closed;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        channel_end(c, false);
    return got < 0 && errno == EINTR;
}

static void on_ready(void *context, uint32_t events) {
    plugin_channel *c = context;
    if (events & EPOLLOUT)
        plugin_channel_flush(c);
    if (events & ~(uint32_t)EPOLLOUT)
        for (int i = 0; i < READS_A_TURN && !c->closed && read_some(c); i++)
            continue;
}

void plugin_channel_drain(plugin_channel *c) {
    // The socket holds no more than this, unless somebody still writes, who is not to be heard.
    for (int i = 0; i < READS_TO_DRAIN && !c->closed && read_some(c); i++)
        continue;
}

plugin_channel *plugin_channel_create(loop *l, int fd, plugin_channel_take *take, plugin_channel_ended *ended,
                                      void *context) {
    plugin_channel *c = memory_new(sizeof *c);
    *c = (plugin_channel){.loop = l, .fd = fd, .take = take, .ended = ended, .context = context};
    c->watch = loop_watch_add(l, fd, EPOLLIN, on_ready, c);
    return c;
}

void plugin_channel_destroy(plugin_channel *c) {
    if (!c)
        return;
    channel_close(c);
    close(c->fd);
    buffer_free(&c->in);
    buffer_free(&c->out);
    free(c);
}
