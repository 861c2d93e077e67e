// SPDX-License-Identifier: EUPL-1.2
//
// health: how one plugin fares, over all loops and for as long as the host runs. It decides when a worker may be
// started. Two kinds of trouble are told apart:
//
//   A bad start: the worker dies, or gives up, before it is ready. Nothing can be answered then, so the next start
//   waits 0.1 s, 0.2 s, 0.4 s ... 12.8 s. After 9 bad starts in a row, which takes half a minute if somebody wants it
//   all the time, the plugin is quarantined. Where the host itself could make no process (it is out of descriptors or
//   memory), the plugin is not to blame: the next start waits, and nothing is counted.
//
//   A crash during a call, or a call over its deadline: mostly one bad request. The next worker may start at once,
//   because others wait for answers; starting one costs milliseconds. Only more than 1000 in 5 minutes
//   are too much, and end in quarantine too.
//
// A version that has just replaced another is on probation for a day: three failures of either kind within ten minutes
// say that the update is to be undone (health_failing). It begins well thought of, whatever the one before did.
//
// Any thread.
#ifndef INTERLINK_PLUGIN_HEALTH_H
#define INTERLINK_PLUGIN_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HEALTH_FIRST_WAIT_MS = 100,
    HEALTH_LONGEST_WAIT_MS = 30000,
    HEALTH_BAD_STARTS = 9,
    HEALTH_CRASHES = 1000,
    HEALTH_WINDOW_MS = 300000,
    HEALTH_TROUBLE = 200,
    HEALTH_FAILURES = 3, // on probation
    HEALTH_FAILURES_MS = 600000,
    HEALTH_PROBATION_MS = 86400000,
};

typedef struct plugin_health plugin_health;

plugin_health *health_create(void);
void health_destroy(plugin_health *h);

// `now` is steady time in milliseconds everywhere. True if a worker may be started; else *wait_ms says how long not
// (-1: until the administrator says so).
bool health_may_start(plugin_health *h, int64_t now, int64_t *wait_ms);
void health_ready(plugin_health *h);  // a worker started well
void health_called(plugin_health *h); // a call ended, well or not
void health_late(plugin_health *h);   // counts as well as the crash that follows from it

// Both return true for the one report that brought the quarantine. `trouble` is a sentence.
bool health_bad_start(plugin_health *h, int64_t now, const char *trouble);
bool health_crash(plugin_health *h, int64_t now, const char *trouble);

void health_not_started(plugin_health *h, int64_t now, const char *trouble); // the host's own fault

// Another version of the plugin is called from now on, and is on probation until `until` (steady time); 0: it is not.
void health_new_version(plugin_health *h, int64_t until);
// True once, after the failure that was one too many for a version on probation.
bool health_failing(plugin_health *h);

void health_forgive(plugin_health *h); // lifts quarantine and waiting; the counters stay

typedef struct health_report {
    bool quarantined, waiting;
    char trouble[HEALTH_TROUBLE];
    uint64_t calls, crashes, late;
} health_report;
void health_tell(plugin_health *h, int64_t now, health_report *out);

#endif
