// SPDX-License-Identifier: EUPL-1.2
//
// rate: token buckets for very many keys in a fixed amount of memory. A key that has not asked for a while takes no
// room: its bucket is full, like that of a key never seen. When more keys are busy than there are places, the one that
// is nearest to a full bucket is forgotten. One table may be used by all threads; a take is one look at one line of the
// processor's cache and one exchange there, without a lock.
//
// Kept as in the Generic Cell Rate Algorithm (ITU-T I.371): a bucket is the moment at which it will be full again.
#ifndef INTERLINK_BASE_RATE_H
#define INTERLINK_BASE_RATE_H

#include <stddef.h>
#include <stdint.h>

typedef struct rate_table rate_table;

typedef struct rate_limit {
    unsigned burst;      // tokens in a full bucket, at least 1
    unsigned per_minute; // tokens that come back, at least 1
} rate_limit;

rate_table *rate_create(size_t places); // 8 bytes each; rounded up to a power of two. Aborts without memory.
void rate_destroy(rate_table *t);       // NULL is fine

// Names a key: `kind` keeps things apart that have the same bytes. Nobody outside can choose bytes that share a bucket.
uint64_t rate_key(const rate_table *t, unsigned kind, const void *bytes, size_t len);

// Takes one token at the time `now` (clock_steady, nanoseconds). Returns 0, or for how many nanoseconds the bucket will
// have none; then nothing was taken. Any thread.
int64_t rate_take(rate_table *t, uint64_t key, rate_limit limit, int64_t now);
// Gives one back that rate_take gave: the bucket is as if it had not been taken.
void rate_give_back(rate_table *t, uint64_t key, rate_limit limit, int64_t now);

#endif
