// SPDX-License-Identifier: EUPL-1.2
#include "plugin/health.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/memory.h"

struct plugin_health {
    pthread_mutex_t lock; // for all but the counters, which every call touches
    int bad_starts;       // in a row
    int64_t not_before;   // the next start; in the past when the last one was good
    int64_t window;       // when the crashes began to be counted
    int crashes_in_window;
    bool quarantined;
    int64_t probation;                 // until when; 0: none
    int64_t failures[HEALTH_FAILURES]; // on probation: when the last ones were, the oldest first
    bool failing;
    char trouble[HEALTH_TROUBLE];
    _Atomic uint64_t calls, crashes, late;
};

plugin_health *health_create(void) {
    plugin_health *h = memory_new(sizeof *h);
    h->not_before = INT64_MIN;
    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void health_destroy(plugin_health *h) {
    if (!h)
        return;
    pthread_mutex_destroy(&h->lock);
    free(h);
}

static int64_t wait_after(int bad_starts) {
    int64_t wait = HEALTH_FIRST_WAIT_MS;
    for (int i = 1; i < bad_starts && wait < HEALTH_LONGEST_WAIT_MS; i++)
        wait *= 2;
    return wait < HEALTH_LONGEST_WAIT_MS ? wait : HEALTH_LONGEST_WAIT_MS;
}

bool health_may_start(plugin_health *h, int64_t now, int64_t *wait_ms) {
    pthread_mutex_lock(&h->lock);
    bool may = !h->quarantined && now >= h->not_before;
    *wait_ms = h->quarantined ? -1 : may ? 0 : h->not_before - now;
    // One loop tries at a time: the others wait as if this start were bad too.
    if (may && h->bad_starts)
        h->not_before = now + wait_after(h->bad_starts + 1);
    pthread_mutex_unlock(&h->lock);
    return may;
}

void health_ready(plugin_health *h) {
    pthread_mutex_lock(&h->lock);
    h->bad_starts = 0;
    h->not_before = INT64_MIN;
    pthread_mutex_unlock(&h->lock);
}

void health_called(plugin_health *h) {
    atomic_fetch_add_explicit(&h->calls, 1, memory_order_relaxed);
}

void health_late(plugin_health *h) {
    atomic_fetch_add_explicit(&h->late, 1, memory_order_relaxed);
}

// Under the lock. True if this is what brought it.
static bool quarantine(plugin_health *h, bool reason) {
    bool now = reason && !h->quarantined;
    h->quarantined = h->quarantined || reason;
    return now;
}

// Under the lock.
static void note_failure(plugin_health *h, int64_t now) {
    if (h->probation == 0 || now >= h->probation)
        return;
    for (int i = 1; i < HEALTH_FAILURES; i++)
        h->failures[i - 1] = h->failures[i];
    h->failures[HEALTH_FAILURES - 1] = now;
    if (h->failures[0] == INT64_MIN || now - h->failures[0] > HEALTH_FAILURES_MS)
        return;
    h->failing = true;
    h->probation = 0; // once is enough
}

bool health_bad_start(plugin_health *h, int64_t now, const char *trouble) {
    pthread_mutex_lock(&h->lock);
    note_failure(h, now);
    h->bad_starts++;
    h->not_before = now + wait_after(h->bad_starts);
    snprintf(h->trouble, sizeof h->trouble, "%s", trouble);
    bool brought = quarantine(h, h->bad_starts >= HEALTH_BAD_STARTS);
    pthread_mutex_unlock(&h->lock);
    atomic_fetch_add_explicit(&h->crashes, 1, memory_order_relaxed);
    return brought;
}

void health_not_started(plugin_health *h, int64_t now, const char *trouble) {
    pthread_mutex_lock(&h->lock);
    h->not_before = now + wait_after(h->bad_starts + 1);
    snprintf(h->trouble, sizeof h->trouble, "%s", trouble);
    pthread_mutex_unlock(&h->lock);
}

bool health_crash(plugin_health *h, int64_t now, const char *trouble) {
    pthread_mutex_lock(&h->lock);
    if (h->crashes_in_window == 0 || now - h->window > HEALTH_WINDOW_MS) {
        h->window = now;
        h->crashes_in_window = 0;
    }
    h->crashes_in_window++;
    note_failure(h, now);
    snprintf(h->trouble, sizeof h->trouble, "%s", trouble);
    bool brought = quarantine(h, h->crashes_in_window > HEALTH_CRASHES);
    pthread_mutex_unlock(&h->lock);
    atomic_fetch_add_explicit(&h->crashes, 1, memory_order_relaxed);
    return brought;
}

bool health_failing(plugin_health *h) {
    pthread_mutex_lock(&h->lock);
    bool failing = h->failing;
    h->failing = false;
    pthread_mutex_unlock(&h->lock);
    return failing;
}

// Under the lock.
static void forgive(plugin_health *h) {
    h->bad_starts = 0;
    h->not_before = INT64_MIN;
    h->crashes_in_window = 0;
    h->quarantined = false;
    h->trouble[0] = '\0';
}

void health_forgive(plugin_health *h) {
    pthread_mutex_lock(&h->lock);
    forgive(h);
    pthread_mutex_unlock(&h->lock);
}

void health_new_version(plugin_health *h, int64_t until) {
    pthread_mutex_lock(&h->lock);
    forgive(h);
    h->probation = until;
    h->failing = false;
    for (int i = 0; i < HEALTH_FAILURES; i++)
        h->failures[i] = INT64_MIN;
    pthread_mutex_unlock(&h->lock);
}

void health_tell(plugin_health *h, int64_t now, health_report *out) {
    pthread_mutex_lock(&h->lock);
    *out = (health_report){.quarantined = h->quarantined, .waiting = now < h->not_before};
    snprintf(out->trouble, sizeof out->trouble, "%s", h->trouble);
    pthread_mutex_unlock(&h->lock);
    out->calls = atomic_load_explicit(&h->calls, memory_order_relaxed);
    out->crashes = atomic_load_explicit(&h->crashes, memory_order_relaxed);
    out->late = atomic_load_explicit(&h->late, memory_order_relaxed);
}
