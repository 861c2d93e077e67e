// SPDX-License-Identifier: EUPL-1.2
#include "http/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "domain/notify.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"

enum { HEARTBEAT_MS = 25000, BLOCK = 4096, MOST_WAITING = 1 << 20, MOST_MISSED = 200 };

struct stream {
    stream *previous, *next;
    server_loop *loop;
    exchange *x; // gone when the library frees the response
    live_subscription *subscription;
    loop_timer *heartbeat;
    bool (*allowed)(exchange *x);
    uint16_t *counter; // of the account's streams
    char last[40];     // id of the last event sent: what was replayed may come again live
    buffer waiting;
    size_t taken; // of `waiting`
    bool asleep;  // the connection is suspended until there is something to send
    bool ending;
};

static void stream_wake(stream *s) {
    if (s->asleep) {
        s->asleep = false;
        s->loop->suspended--;
        MHD_resume_connection(s->x->mhd);
        server_loop_wake(s->loop);
    }
}

static ssize_t stream_read(void *context, uint64_t sent, char *to, size_t room) {
    (void)sent;
    stream *s = context;
    size_t left = s->waiting.len - s->taken, count = left < room ? left : room;
    if (count > 0) {
        memcpy(to, s->waiting.ptr + s->taken, count);
        s->taken += count;
        if (s->taken == s->waiting.len) {
            buffer_clear(&s->waiting);
            s->taken = 0;
        }
        return (ssize_t)count;
    }
    if (s->ending) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    s->asleep = true;
    s->loop->suspended++;
    MHD_suspend_connection(s->x->mhd);
    return 0;
}

static void stream_end(stream *s) {
    s->ending = true;
    stream_wake(s);
}

static void stream_free(void *context) {
    stream *s = context;
    server_loop *l = s->loop;
    *(s->previous ? &s->previous->next : &l->live) = s->next;
    if (s->next != NULL) {
        s->next->previous = s->previous;
    }
    l->streams--;
    --*s->counter;
    if (s->subscription != NULL) {
        live_unsubscribe(s->subscription);
    }
    if (s->heartbeat != NULL) {
        loop_timer_remove(s->heartbeat);
    }
    buffer_free(&s->waiting);
    free(s);
}

// A client that takes nothing must not fill the memory.
static void stream_check(stream *s) {
    if (s->waiting.len - s->taken > MOST_WAITING) {
        connection_shut(s->x->connection);
        s->ending = true;
        buffer_clear(&s->waiting);
        s->taken = 0;
    }
}

// Every line of the data gets a name of its own, or a line break inside would end it.
static void event_add(stream *s, const live_event *e) {
    buffer *out = &s->waiting;
    if (e->id[0]) {
        buffer_printf(out, "id: %s\n", e->id);
        snprintf(s->last, sizeof s->last, "%s", e->id);
    }
    buffer_printf(out, "event: %s\n", e->name);
    const char *text = e->data.ptr ? e->data.ptr : "";
    for (size_t len;; text += len + 1) {
        len = strcspn(text, "\r\n");
        buffer_printf(out, "data: %.*s\n", (int)len, text);
        if (text[len] == 0) {
            break;
        }
    }
    buffer_add_char(out, '\n');
}

static void stream_receive(void *context, const live_event *e) {
    stream *s = context;
    // Ids grow with time, so what is not beyond the last one was sent already.
    if (s->ending || (e->id[0] && s->last[0] && strcmp(e->id, s->last) <= 0)) {
        return;
    }
    event_add(s, e);
    stream_check(s);
    stream_wake(s);
}

static void stream_beat(void *context) {
    stream *s = context;
    if (s->allowed != NULL && !s->allowed(s->x)) {
        stream_end(s);
        return;
    }
    buffer_add(&s->waiting, ":\n\n");
    stream_check(s);
    stream_wake(s);
}

// NULL: too many, and a reply is made.
static stream *stream_open(exchange *x, const char *topic, bool (*allowed)(exchange *x)) {
    server_loop *l = x->loop;
    fault f = {0};
    uint16_t *counter = limit_stream(x, &f);
    if (counter == NULL) {
        problem_reply(x, &f);
        return NULL;
    }
    stream *s = memory_new(sizeof *s);
    s->counter = counter;
    s->loop = l;
    s->x = x;
    s->allowed = allowed;
    s->next = l->live;
    if (l->live != NULL) {
        l->live->previous = s;
    }
    l->live = s;
    l->streams++;
    s->subscription = live_subscribe(l->services.services->live, l->services.loop, topic, stream_receive, s);
    s->heartbeat = loop_timer_add(l->services.loop, HEARTBEAT_MS, true, stream_beat, s);
    // How soon a browser comes back after the line broke.
    buffer_add(&s->waiting, "retry: 2000\n\n");
    return s;
}

static void stream_send(stream *s, bool shared) {
    exchange *x = s->x;
    struct MHD_Response *made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, stream_read, s, stream_free);
    reply r = {.status = 200, .type = "text/event-stream", .shared = shared};
    if (shared) {
        reply_header(&r, "Access-Control-Allow-Origin", "*");
    }
    reply_header(&r, "X-Accel-Buffering", "no"); // nginx as a proxy would hold events back otherwise
    reply_add_headers(x->loop->site, &r, made);
    connection_stream(x->connection);
    limit_end(x);
    reply_send(x, 200, made);
}

// ---- a person's notifications

static bool session_lasts(exchange *x) {
    person who;
    return session_find(x->loop->services.store, x->session, &who, NULL) == STATUS_OK;
}

static status replay(stream *s, fault *f) {
    exchange *x = s->x;
    live_list missed = {0};
    status outcome = notify_missed(x->loop->services.store, x->actor.id, x->language, x->headers.last_event_id,
                                   MOST_MISSED, &missed, f);
    for (const live_event *e = missed.first; e; e = e->next) {
        event_add(s, e);
    }
    live_list_clear(&missed);
    return outcome;
}

void stream_person(exchange *x) {
    stream *s = stream_open(x, arena_printf(x->arena, "person/%s", x->actor.id), session_lasts);
    const char *last = x->headers.last_event_id;
    if (s == NULL) {
        return;
    }
    if (last != NULL && id_valid(last)) {
        fault f = {0};
        if (replay(s, &f) != STATUS_OK) {
            stream_free(s);
            problem_reply(x, &f);
            return;
        }
    }
    stream_send(s, false);
}

void stream_asset(exchange *x, const char *asset, bool (*allowed)(exchange *x)) {
    stream *s = stream_open(x, arena_printf(x->arena, "asset/%s", asset), allowed);
    if (s != NULL) {
        stream_send(s, true);
    }
}

void stream_end_all(server_loop *l) {
    for (stream *s = l->live; s; s = s->next) {
        stream_end(s);
    }
}
