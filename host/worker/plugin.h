// SPDX-License-Identifier: EUPL-1.2
//
// plugin: the loaded code, native or Lua, and how a call is given to it.
#ifndef INTERLINK_WORKER_PLUGIN_H
#define INTERLINK_WORKER_PLUGIN_H

#include <interlink.h>

#include "worker/package.h"

typedef struct plugin plugin;

// What a loader fills in.
struct plugin {
    uint32_t functions; // bits (1 << frame_function)
    il_status (*run)(plugin *self, int function, il_call *call);
    void (*interrupt)(plugin *self); // async-signal-safe: the call's time is nearly over; NULL if nothing can be done
    void *code;
};

// Loads the package's entry by its runtime. False with a sentence: what, wanted, got, and what to do.
bool plugin_load(plugin *p, const package *from, size_t memory, char sentence[SENTENCE_SIZE]);
bool plugin_load_native(plugin *p, const package *from, char sentence[SENTENCE_SIZE]);
bool plugin_load_lua(plugin *p, const package *from, size_t memory, char sentence[SENTENCE_SIZE]);

// Runs one function of it and gives back what that gave back, or why it could not be run.
il_status plugin_run(plugin *p, il_call *call);

extern const il_host plugin_host; // what every plugin is given

#endif
