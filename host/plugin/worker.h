// SPDX-License-Identifier: EUPL-1.2
//
// worker: one worker of one plugin on one loop: its process, its channel, the calls in flight, and the clock that
// stands over them. It decides which call is to blame when the worker dies; its owner (supervisor.h) decides what
// follows.
#ifndef INTERLINK_PLUGIN_WORKER_H
#define INTERLINK_PLUGIN_WORKER_H

#include "base/egress.h"
#include "base/loop.h"
#include "plugin/call.h"
#include "plugin/call_queue.h"
#include "plugin/registry.h"

enum { WORKER_IN_FLIGHT = 64, WORKER_REPLAYS = 3, WORKER_TROUBLE = HEALTH_TROUBLE };

typedef struct plugin_worker plugin_worker;

// On the loop's thread. None may destroy the worker, but for `gone`.
typedef struct plugin_worker_owner {
    void *context;
    void (*ready)(void *context);
    void (*answered)(void *context, call_slot *slot); // its call is filled in, and not in flight any more
    void (*gone)(void *context, plugin_worker *w);    // its process has ended; ask how, then destroy it
} plugin_worker_owner;

// `info` and `out_there` are borrowed until the worker is destroyed; without the latter no other server can be asked.
status plugin_worker_create(loop *l, plugin_registry *registry, egress *out_there, const plugin_info *info,
                            const plugin_worker_owner *owner, plugin_worker **out, fault *f);
void plugin_worker_destroy(plugin_worker *w);

size_t plugin_worker_room(const plugin_worker *w);  // how many calls it can take now
bool plugin_worker_watched(const plugin_worker *w); // must be looked after by plugin_worker_tick every 10 ms
size_t plugin_worker_flying(const plugin_worker *w);
int64_t plugin_worker_idle_since(const plugin_worker *w); // steady milliseconds; only when nothing is flying

// STATUS_OK: it is in flight (after the next flush). Anything else: it is not, and cannot be sent.
status plugin_worker_send(plugin_worker *w, call_slot *slot, uint64_t number, fault *f);
void plugin_worker_flush(plugin_worker *w);
void plugin_worker_tick(plugin_worker *w, int64_t now); // steady milliseconds
void plugin_worker_stop(plugin_worker *w);              // asks it to leave; `gone` follows, by force after a while
bool plugin_worker_stopping(const plugin_worker *w);
void plugin_worker_wait(plugin_worker *w, int64_t until); // for its end, see plugin_process_wait

// Why it is gone.
typedef struct plugin_worker_end {
    bool was_ready;
    bool late;                    // killed at a deadline
    call_slot *to_blame;          // taken out of `others`; NULL: none
    call_queue others;            // what else was in flight
    char trouble[WORKER_TROUBLE]; // a sentence for the administrator
} plugin_worker_end;
void plugin_worker_tell_end(plugin_worker *w, plugin_worker_end *out);

#endif
