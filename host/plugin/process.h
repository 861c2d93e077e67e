// SPDX-License-Identifier: EUPL-1.2
//
// process: one worker process as the host sees it: started, measured, killed, reaped. Belongs to one loop's
// thread, and that thread must live as long as the worker: the kernel kills a worker when the thread that started it
// ends. No process is ever signalled by its number, which could mean another one by then; pidfds cannot.
#ifndef INTERLINK_PLUGIN_PROCESS_H
#define INTERLINK_PLUGIN_PROCESS_H

#include "base/cgroup.h"
#include "base/loop.h"
#include "base/status.h"

typedef struct plugin_process plugin_process;

typedef struct plugin_process_start {
    const char *program_folder; // where interlink-worker is
    const char *folder;         // of the package
    const char *label;          // for the log: "survey@1.0.0"
    uint32_t memory_mb, cpu_ms;
    cgroup_tree *groups; // it gets one of its own; NULL: none. Borrowed until it is destroyed
} plugin_process_start;

// How it ended: by `signal`, or (0) with `code`.
typedef void plugin_process_ended(void *context, int signal, int code);

// *channel is the host's end of the worker's channel, non-blocking; the caller closes it.
status plugin_process_create(loop *l, const plugin_process_start *start, plugin_process_ended *ended, void *context,
                             plugin_process **out, int *channel, fault *f);
// Kills it if it is still there, and waits for it. `ended` is not called any more.
void plugin_process_destroy(plugin_process *p);

void plugin_process_kill(plugin_process *p); // `ended` follows
// Wait for it to end by itself, at most until `until` (steady milliseconds).
void plugin_process_wait(plugin_process *p, int64_t until);
int64_t plugin_process_cpu(const plugin_process *p);   // nanoseconds used so far, all its threads; -1 if unknown
uint64_t plugin_process_call(const plugin_process *p); // the call that it says it runs: a hint, not to be trusted

#endif
