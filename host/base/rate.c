// SPDX-License-Identifier: EUPL-1.2
#include "base/rate.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/memory.h"

// Places that one key may be in: a line of the cache.
enum { WAYS = 8, LINE = 64, TAG_SHIFT = 48 };

static const uint64_t time_mask = (UINT64_C(1) << TAG_SHIFT) - 1;

// The upper 16 bits tell keys of one line apart; below stands when the bucket is full again, in microseconds since the
// table was made (enough for eight years). An empty place is a bucket that was full at the beginning.
typedef _Atomic uint64_t place;

struct rate_table {
    place *places;
    size_t line_mask;
    int64_t begin;
    uint8_t key[CRYPTO_SHORT_KEY];
};

rate_table *rate_create(size_t places) {
    size_t lines = 1;
    while (lines * WAYS < places) {
        lines *= 2;
    }
    rate_table *t = memory_new(sizeof *t);
    t->line_mask = lines - 1;
    t->begin = clock_steady();
    crypto_random(t->key, sizeof t->key);
    t->places = aligned_alloc(LINE, lines * LINE);
    if (t->places == NULL) {
        memory_end();
    }
    for (size_t i = 0; i < lines * WAYS; i++) {
        atomic_init(&t->places[i], 0);
    }
    return t;
}

void rate_destroy(rate_table *t) {
    if (t != NULL) {
        free(t->places);
        free(t);
    }
}

uint64_t rate_key(const rate_table *t, unsigned kind, const void *bytes, size_t len) {
    return crypto_short_hash(t->key, bytes, len) ^ (kind * UINT64_C(0x9e3779b97f4a7c15));
}

// ---- one bucket

static int64_t full_at(uint64_t value) {
    return (int64_t)(value & time_mask);
}

static bool has_tag(uint64_t value, uint64_t key) {
    return value >> TAG_SHIFT == key >> TAG_SHIFT;
}

// The key's own place in its line, or else the one whose bucket is full, or nearest to it.
static place *place_find(const rate_table *t, uint64_t key, uint64_t *value) {
    place *line = t->places + (key & t->line_mask) * WAYS, *best = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        uint64_t seen = atomic_load_explicit(&line[i], memory_order_relaxed);
        if (has_tag(seen, key)) {
            *value = seen;
            return &line[i];
        }
        if (best == NULL || full_at(seen) < full_at(*value)) {
            best = &line[i];
            *value = seen;
        }
    }
    return best;
}

static int64_t token_time(rate_limit limit) {
    int64_t microseconds = INT64_C(60000000) / limit.per_minute;
    return microseconds > 0 ? microseconds : 1;
}

int64_t rate_take(rate_table *t, uint64_t key, rate_limit limit, int64_t now) {
    int64_t time = (now - t->begin) / 1000, token = token_time(limit);
    for (;;) {
        uint64_t seen = 0;
        place *at = place_find(t, key, &seen);
        int64_t full = has_tag(seen, key) && full_at(seen) > time ? full_at(seen) : time;
        int64_t wait = full + token - time - token * limit.burst;
        if (wait > 0) {
            return wait * 1000;
        }
        uint64_t made = (key & ~time_mask) | ((uint64_t)(full + token) & time_mask);
        if (atomic_compare_exchange_weak_explicit(at, &seen, made, memory_order_relaxed, memory_order_relaxed)) {
            return 0;
        }
    }
}

void rate_give_back(rate_table *t, uint64_t key, rate_limit limit, int64_t now) {
    int64_t time = (now - t->begin) / 1000, token = token_time(limit);
    for (;;) {
        uint64_t seen = 0;
        place *at = place_find(t, key, &seen);
        if (!has_tag(seen, key) || full_at(seen) <= time) {
            return; // full already
        }
        int64_t full = full_at(seen) - token;
        uint64_t made = (key & ~time_mask) | ((uint64_t)(full > 0 ? full : 0) & time_mask);
        if (atomic_compare_exchange_weak_explicit(at, &seen, made, memory_order_relaxed, memory_order_relaxed)) {
            return;
        }
    }
}
