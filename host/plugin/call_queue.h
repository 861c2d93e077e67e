// SPDX-License-Identifier: EUPL-1.2
//
// call_queue: calls in a row, oldest first: those that wait for a worker, and those in flight to one.
#ifndef INTERLINK_PLUGIN_CALL_QUEUE_H
#define INTERLINK_PLUGIN_CALL_QUEUE_H

#include <stddef.h>
#include <stdint.h>

typedef struct plugin_call plugin_call;

// What the pool keeps of a call; in the call's arena. In one queue at a time.
typedef struct call_slot {
    struct call_slot *next;
    plugin_call *call;
    uint64_t number; // of its frame; a new one for each time it is sent
    int64_t now;     // when it was made: what the plugin is told, also when it is made again
    uint64_t seed;
    unsigned replays, fetches, logs, outgoing;
} call_slot;

typedef struct call_queue {
    call_slot *first, *last;
    size_t count;
} call_queue;

void call_queue_add(call_queue *q, call_slot *slot);
void call_queue_put_first(call_queue *q, call_queue *others); // all of `others` before those in `q`
call_slot *call_queue_take(call_queue *q);                    // NULL when empty
void call_queue_remove(call_queue *q, call_slot *slot);
call_slot *call_queue_find(const call_queue *q, uint64_t number); // NULL if there is none

#endif
