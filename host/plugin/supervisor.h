// SPDX-License-Identifier: EUPL-1.2
//
// supervisor: one plugin on one loop: the calls that wait, its worker, and what happens when that dies.
#ifndef INTERLINK_PLUGIN_SUPERVISOR_H
#define INTERLINK_PLUGIN_SUPERVISOR_H

#include "base/egress.h"
#include "base/loop.h"
#include "plugin/call_queue.h"
#include "plugin/registry.h"

enum { SUPERVISOR_WAITING = 1024, SUPERVISOR_IDLE_MS = 90000 };

typedef struct plugin_supervisor plugin_supervisor;

// What a supervisor asks of its pool, which it lives in.
typedef struct supervisor_house {
    loop *loop;
    plugin_registry *registry;
    egress *out_there; // or NULL
    void *context;
    void (*soon)(void *context);                    // supervisor_push before the loop sleeps
    void (*done)(void *context, plugin_call *call); // the call is filled in; may make new calls
} supervisor_house;

plugin_supervisor *supervisor_create(const supervisor_house *house, const char *plugin);
void supervisor_destroy(plugin_supervisor *s); // ends the worker by force; supervisor_fail_all first
const char *supervisor_plugin(const plugin_supervisor *s);

void supervisor_take(plugin_supervisor *s, call_slot *slot); // the call waits; supervisor_push sends it
void supervisor_push(plugin_supervisor *s); // starts a worker where one is needed, sends what can be sent
bool supervisor_watched(const plugin_supervisor *s);
void supervisor_tick(plugin_supervisor *s, int64_t now);
void supervisor_rest(plugin_supervisor *s, int64_t now); // now and then: lets an idle worker go

// When the pool goes: the worker is asked to leave, given until `until`, and every call fails.
void supervisor_stop(plugin_supervisor *s);
void supervisor_fail_all(plugin_supervisor *s, int64_t until);

#endif
