// SPDX-License-Identifier: EUPL-1.2
//
// ticker: tells a plugin shortly before its CPU time for a call is over. A timer that counts the process's CPU time
// ticks; calls only note that they began, so a short call costs no system call. The bound is the host's kill, this
// is for the author's better message.
#ifndef INTERLINK_WORKER_TICKER_H
#define INTERLINK_WORKER_TICKER_H

#include <signal.h>
#include <stdbool.h>

#include "worker/plugin.h"

typedef struct ticker {
    plugin *plugin;
    sig_atomic_t limit;          // ticks after which a call is told
    volatile sig_atomic_t ticks; // since the call began
    volatile sig_atomic_t running;
    volatile sig_atomic_t told; // it knows that its time is nearly over
} ticker;

// Before the jail closes. `t` must live as long as the process. False: there are no timers; calls are then not told.
bool ticker_start(ticker *t, plugin *p, long cpu_ms);

static inline void ticker_begin(ticker *t) {
    t->ticks = 0;
    t->told = 0;
    t->running = 1;
}

// Whether the call was told that its time is over.
static inline bool ticker_end(ticker *t) {
    t->running = 0;
    return t->told;
}

#endif
