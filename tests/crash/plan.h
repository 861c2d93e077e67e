// SPDX-License-Identifier: EUPL-1.2
//
// plan: which calls fail. It may lie in memory that is shared with the test's program (test_http.py knows its layout).
#ifndef INTERLINK_TESTS_PLAN_H
#define INTERLINK_TESTS_PLAN_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct plan {
    atomic_uint_least64_t kinds;  // 1 << call_kind of those that count; 0: none
    atomic_uint_least64_t at;     // the first that fails, counted from 1; 0: none
    atomic_uint_least64_t many;   // how many fail from there on
    atomic_uint_least64_t error;  // errno
    atomic_uint_least64_t seen;   // so many were counted
    atomic_uint_least64_t failed; // so many failed
    atomic_uint_least64_t small;  // 1: whatever the rest says, no piece of memory of PLAN_LARGE bytes is there
} plan;

enum { PLAN_LARGE = 4 << 20 };

static inline int plan_next(plan *p, unsigned kind) {
    if (!(atomic_load(&p->kinds) >> kind & 1))
        return 0;
    uint64_t number = atomic_fetch_add(&p->seen, 1) + 1, at = atomic_load(&p->at);
    if (at == 0 || number < at || number - at >= atomic_load(&p->many))
        return 0;
    atomic_fetch_add(&p->failed, 1);
    return (int)atomic_load(&p->error);
}

#endif
