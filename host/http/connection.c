// SPDX-License-Identifier: EUPL-1.2
#include "http/connection.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"

enum { SWEEP_MS = 500, HEADER_S = 5, IDLE_S = 15, PATIENCE_S = 15, WORK_S = 60, SLOWEST = 32 * 1024 };

static const int64_t second = 1000000000;

// ---- the sweep

// What the client has acknowledged so far. That costs a system call, so only answers that take long are asked about.
static uint64_t taken_by(int fd) {
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_acked : 0;
}

static void answer_check(connection *c, int64_t now) {
    if (c->watched && now < c->due) {
        return;
    }
    uint64_t taken = taken_by(c->fd);
    if (!c->watched || taken - c->taken >= (uint64_t)PATIENCE_S * SLOWEST) {
        c->watched = true;
        c->taken = taken;
        c->due = now + PATIENCE_S * second;
    }
}

static void sweep(void *context) {
    connection_list *list = context;
    int64_t now = clock_steady();
    for (connection *c = list->first; c; c = c->next) {
        if (c->ending) {
            continue;
        }
        if (c->phase == CONNECTION_ANSWER) {
            answer_check(c, now);
        }
        if (c->due <= now) {
            metrics_add(&list->counts->shut_late);
            connection_shut(c);
        }
    }
}

void connection_list_start(connection_list *list, loop *l, metrics_loop *counts, size_t limit) {
    list->limit = limit;
    list->counts = counts;
    list->sweep = loop_timer_add(l, SWEEP_MS, true, sweep, list);
}

void connection_list_end(connection_list *list) {
    if (list->sweep != NULL) {
        loop_timer_remove(list->sweep);
        list->sweep = NULL;
    }
}

// ---- the list

static bool shut_oldest(connection_list *list, connection_phase phase) {
    for (connection *c = list->first; c; c = c->next) {
        if (c->phase == phase && !c->ending) {
            metrics_add(&list->counts->shut_for_room);
            connection_shut(c);
            return true;
        }
    }
    return false;
}

connection *connection_add(connection_list *list, int fd) {
    connection *c = memory_new(sizeof *c);
    if (list->count * 5 > list->limit * 4 && !shut_oldest(list, CONNECTION_HEADER)) {
        shut_oldest(list, CONNECTION_IDLE);
    }
    c->fd = fd;
    c->previous = list->last;
    if (list->last != NULL) {
        list->last->next = c;
    } else {
        list->first = c;
    }
    list->last = c;
    list->count++;
    c->phase = CONNECTION_HEADER;
    c->due = clock_steady() + HEADER_S * second;
    return c;
}

void connection_remove(connection_list *list, connection *c) {
    *(c->previous ? &c->previous->next : &list->first) = c->next;
    *(c->next ? &c->next->previous : &list->last) = c->previous;
    list->count--;
    free(c);
}

// ---- phases

void connection_request(connection *c, int64_t now) {
    // The first header has been on its way since the connection began.
    if (c->requests++ > 0) {
        c->due = now + HEADER_S * second;
    }
    c->phase = CONNECTION_HEADER;
}

void connection_body(connection *c, int64_t now) {
    c->phase = CONNECTION_BODY;
    c->began = now;
    c->received = 0;
    c->due = now + PATIENCE_S * second;
}

void connection_receive(connection *c, size_t count) {
    c->received += count;
    int64_t earned = c->began + (int64_t)(c->received / SLOWEST) * second;
    if (earned > c->due) {
        c->due = earned;
    }
}

void connection_work(connection *c, int64_t started) {
    c->due = started + (WORK_S + (int64_t)(c->received / SLOWEST)) * second;
    c->phase = CONNECTION_WORK;
}

// Most answers are over long before the sweep looks; it sets the deadline of those that are not.
void connection_answer(connection *c) {
    c->phase = CONNECTION_ANSWER;
    c->watched = false;
    c->due = INT64_MAX;
}

void connection_stream(connection *c) {
    c->phase = CONNECTION_STREAM;
    c->due = INT64_MAX;
}

void connection_idle(connection *c, int64_t now) {
    c->phase = CONNECTION_IDLE;
    c->received = 0;
    c->due = now + IDLE_S * second;
}

void connection_shut(connection *c) {
    c->ending = true;
    shutdown(c->fd, SHUT_RDWR);
}
