// SPDX-License-Identifier: EUPL-1.2
//
// metrics: what each loop counts, and all of it as text for Prometheus. A loop writes its own counters; any loop may
// read them, so they are atomic and never ordered.
#ifndef INTERLINK_HTTP_METRICS_H
#define INTERLINK_HTTP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "api/services.h"
#include "base/text.h"

enum { METRICS_ROUTES = 8, METRICS_CLASSES = 6, METRICS_BUCKETS = 14 };

typedef struct metrics_loop {
    atomic_uint_fast64_t requests[METRICS_ROUTES][METRICS_CLASSES]; // by route and hundreds of the status
    atomic_uint_fast64_t buckets[METRICS_BUCKETS];                  // of latency; not cumulative
    atomic_uint_fast64_t nanoseconds;
    atomic_uint_fast64_t begun;                // request lines read, whatever became of them
    atomic_uint_fast64_t refused, limited;     // by the guard, by limit.h
    atomic_uint_fast64_t shut_late;            // connections that were over their deadline
    atomic_uint_fast64_t shut_for_room;        // connections that made room for new ones
    atomic_uint_fast64_t connections, streams; // open now
    atomic_uint_fast64_t busy_plugins;         // plugin calls under way
    char pad[64];
} metrics_loop;

typedef struct metrics {
    size_t loops;
    metrics_loop *each;
} metrics;

static inline void metrics_add(atomic_uint_fast64_t *counter) {
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void metrics_count(metrics_loop *m, size_t room, unsigned code, int64_t nanoseconds);
void metrics_write(const metrics *m, services *all, buffer *out);

#endif
