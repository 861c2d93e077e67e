// SPDX-License-Identifier: EUPL-1.2
//
// jail: what a worker gives up before it loads foreign code. Each layer stands alone and says whether this machine
// holds it; together they leave the plugin with memory, a clock and one socket.
//
// Libc only, so that `interlink doctor` can try the same layers in a process of its own (jail_probe).
#ifndef INTERLINK_WORKER_JAIL_H
#define INTERLINK_WORKER_JAIL_H

#include <stdbool.h>
#include <stddef.h>

typedef enum jail_layer_id {
    JAIL_DESCRIPTORS, // nothing open but the channel, the page and the log
    JAIL_ENVIRONMENT, // no variables, no signal settings of the host's, own session
    JAIL_NETWORK,     // an empty network namespace
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
    char note[120]; // why not, or what is special; "" if there is nothing to say
} jail_layer;

typedef struct jail_plan {
    const char *folders[4]; // that may be read, besides the system's libraries; NULL entries are skipped
    size_t memory;          // bytes that may be used beyond what is mapped now; 0: no limit (sanitizers)
    int keep;               // descriptors below this one stay open
} jail_plan;

// Enters all layers but the last, in order. Never fails: what the kernel refuses is said in `layers`.
void jail_enter(const jail_plan *plan, jail_layer layers[JAIL_LAYERS]);
void jail_tighten(jail_layer layers[JAIL_LAYERS]);

// Tries all layers in a child process. False: the child could not be started or died.
bool jail_probe(const char *folder, jail_layer layers[JAIL_LAYERS]);

#endif
