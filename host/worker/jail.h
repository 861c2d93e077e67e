// SPDX-License-Identifier: EUPL-1.2
//
// jail: what a worker gives up before it loads foreign code. Each layer stands alone and says whether this machine
// holds it; together they leave the plugin with memory, a clock and one socket.
//
// Namespaces are made by whoever starts the process (base/spawn.h), because a process cannot move itself into a new
// process namespace; here they are made use of. Libc only.
#ifndef INTERLINK_WORKER_JAIL_H
#define INTERLINK_WORKER_JAIL_H

#include <stdbool.h>
#include <stddef.h>

typedef enum jail_layer_id {
    JAIL_DESCRIPTORS, // nothing open but the channel, the page and the log
    JAIL_ENVIRONMENT, // no variables, no signal settings of the host's, own session
    JAIL_USER,        // a user namespace: root in it is nobody outside
    JAIL_PROCESSES,   // a process namespace: there is no other process to name
    JAIL_NETWORK,     // an empty network namespace
    JAIL_MESSAGES,    // no System V queues or shared memory (ipc), no host name to change (uts), no control groups
    JAIL_ROOT,        // a root folder that holds only its package and the system's libraries, read-only
    JAIL_LIMITS,      // core, files, memory, processes, stack
    JAIL_PRIVILEGES,  // no new ones, no capabilities, not to be traced, dies with the host
    JAIL_MEMORY,      // memory that was written never becomes code (kernel 6.3)
    JAIL_FILES,       // Landlock: reads only its package and the system's libraries
    JAIL_CALLS,       // seccomp: the system calls that loading needs
    JAIL_CALLS_TIGHT, // seccomp: no file, no new code, once it is loaded
    JAIL_LAYERS,
} jail_layer_id;

typedef struct jail_layer {
    const char *name; // static, for a person: "network"
    bool held;
    bool needed;    // a stranger's code is not safe without it
    char note[120]; // why not, or what is special; "" if there is nothing to say
} jail_layer;

typedef struct jail_plan {
    const char *folders[4]; // that may be read, besides the system's libraries; NULL entries are skipped
    size_t memory;          // bytes that may be used beyond what is mapped now; 0: no limit (sanitizers)
    int keep;               // descriptors below this one stay open
    unsigned namespaces;    // CLONE_NEW... bits: those that this process was started in, all of its own
    unsigned leave_out;     // bits 1u << JAIL_...: layers not to be entered, to try the others alone. 0 but in tests
} jail_plan;

// Enters all layers but the last, in order. Never fails: what the kernel refuses is said in `layers`.
void jail_enter(const jail_plan *plan, jail_layer layers[JAIL_LAYERS]);
void jail_tighten(jail_layer layers[JAIL_LAYERS]);

#endif
