// SPDX-License-Identifier: EUPL-1.2
#include "http/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"

enum { SWEEP_MS = 500, HEADER_S = 5, IDLE_S = 15, BODY_S = 15, WORK_S = 60, SLOWEST = 32 * 1024 };

static const int64_t second = 1000000000;

static void sweep(void *context) {
    connection_list *list = context;
    int64_t now = clock_steady();
    for (connection *c = list->first; c; c = c->next) {
        if (c->due <= now && !c->ending) {
            connection_shut(c);
        }
    }
}

void connection_list_start(connection_list *list, loop *l, size_t limit) {
    list->limit = limit;
    list->sweep = loop_timer_add(l, SWEEP_MS, true, sweep, list);
}

void connection_list_end(connection_list *list) {
    if (list->sweep != NULL) {
        loop_timer_remove(list->sweep);
        list->sweep = NULL;
    }
}

static void make_room(connection_list *list) {
    if (list->count * 5 <= list->limit * 4) {
        return;
    }
    for (connection *c = list->first; c; c = c->next) {
        if ((c->phase == CONNECTION_HEADER || c->phase == CONNECTION_IDLE) && !c->ending) {
            connection_shut(c);
            return;
        }
    }
}

connection *connection_add(connection_list *list, int fd) {
    connection *c = memory_new(sizeof *c);
    make_room(list);
    c->fd = fd;
    c->previous = list->last;
    if (list->last != NULL) {
        list->last->next = c;
    } else {
        list->first = c;
    }
    list->last = c;
    list->count++;
    connection_phase_set(c, CONNECTION_HEADER, 0);
    return c;
}

void connection_remove(connection_list *list, connection *c) {
    *(c->previous ? &c->previous->next : &list->first) = c->next;
    *(c->next ? &c->next->previous : &list->last) = c->previous;
    list->count--;
    free(c);
}

void connection_phase_set(connection *c, connection_phase phase, uint64_t body_size) {
    int64_t seconds = 0;
    c->phase = phase;
    switch (phase) {
    case CONNECTION_HEADER:
        seconds = HEADER_S;
        break;
    case CONNECTION_IDLE:
        seconds = IDLE_S;
        break;
    case CONNECTION_WORK:
        seconds = WORK_S;
        break;
    case CONNECTION_BODY:
        seconds = (int64_t)(body_size / SLOWEST);
        seconds = seconds < BODY_S ? BODY_S : seconds > WORK_S ? WORK_S : seconds;
        break;
    case CONNECTION_STREAM:
        c->due = INT64_MAX;
        return;
    }
    c->due = clock_steady() + seconds * second;
}

void connection_allow(connection *c, int64_t started, uint64_t sent) {
    c->due = started + (WORK_S + (int64_t)(sent / SLOWEST)) * second;
}

void connection_shut(connection *c) {
    c->ending = true;
    shutdown(c->fd, SHUT_RDWR);
}
