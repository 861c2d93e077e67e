// SPDX-License-Identifier: EUPL-1.2
//
// loop: one thread's event loop over epoll: descriptors, timers, a mailbox, and work put off until just
// before it sleeps. Everything here but loop_mailbox + mailbox_post belongs to the loop's own thread.
#ifndef INTERLINK_BASE_LOOP_H
#define INTERLINK_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mailbox.h"

typedef struct loop loop;
typedef struct loop_watch loop_watch;
typedef struct loop_timer loop_timer;

loop *loop_create(void);
void loop_destroy(loop *l);
mailbox *loop_mailbox(loop *l);

// `events` are EPOLLIN, EPOLLOUT (level-triggered). The descriptor stays the caller's.
typedef void loop_ready(void *context, uint32_t events);
loop_watch *loop_watch_add(loop *l, int fd, uint32_t events, loop_ready *ready, void *context);
void loop_watch_change(loop_watch *w, uint32_t events);
void loop_watch_remove(loop_watch *w); // safe inside any callback of this loop

// Fires once after `milliseconds`, or each time when `repeat`. Removing is safe inside any callback of this loop, its
// own too. A timer that fires once is gone when its callback returns.
typedef void loop_fire(void *context);
loop_timer *loop_timer_add(loop *l, uint32_t milliseconds, bool repeat, loop_fire *fire, void *context);
void loop_timer_remove(loop_timer *t);

// Call once just before the loop would sleep: how many small writes become one.
void loop_put_off(loop *l, loop_fire *fire, void *context);
// Drop what was put off for `context`: for an owner that goes away before the loop sleeps.
void loop_put_off_cancel(loop *l, const void *context);

// Wait at most `timeout_ms` (-1: until something happens) and handle what is ready, once.
void loop_turn(loop *l, int timeout_ms);

#endif
