// SPDX-License-Identifier: EUPL-1.2
//
// call: one request to a plugin and what it answered. A call is replayable: nothing it asks for has
// happened until its effects are committed (effect.h), so the host may run it again at will.
#ifndef INTERLINK_PLUGIN_CALL_H
#define INTERLINK_PLUGIN_CALL_H

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/frame.h"
#include "base/status.h"
#include "store/store.h"

typedef struct plugin_document {
    str key, value;   // value is JSON text
    uint64_t version; // 0 with an empty value: looked for, not there
} plugin_document;

typedef struct plugin_effect {
    frame_effect kind;
    str key;   // document key, file name, action, topic, or template
    str value; // JSON, file bytes
    str type;  // file type, or audience
    uint64_t version;
    int64_t at;
    bool anonymous;
} plugin_effect;

typedef struct plugin_call plugin_call;

struct plugin_call {
    // What is asked. Everything is borrowed until `done`; put it into `arena`.
    arena *arena;
    store *store;       // the loop's reader, for fetches while the call runs
    const char *plugin; // id
    frame_function function;
    const char *asset; // also for create: the id that it will get
    const char *asset_name, *node, *node_name, *process, *process_name;
    const char *person;      // person id; the pool gives the plugin a pseudonym of it for this asset
    const char *person_name, *person_email; // each is passed on only with its permission
    const char *role, *language, *capability;
    const char *method, *path, *base;
    str query, body, body_type, params, event, data;

    // What came back, in `arena`. status is STATUS_OK when the plugin answered, else `fault` says what happened.
    status status;
    int http_status; // 200 when the plugin said nothing
    str answer_type, answer_body, answer_location, answer_filename;
    plugin_effect *effects;
    size_t effect_count;
    const char *plugin_version; // "survey@1.0.0": who answered, for the log

    void (*done)(plugin_call *self); // on the loop's thread, exactly once, never inside plugin_pool_call
    void *context;
    void *slot;  // the pool's own
    fault fault; // last, see plugin_call_clear
};

// Makes `c` a call that asks nothing yet.
static inline void plugin_call_clear(plugin_call *c) {
    memset(c, 0, offsetof(plugin_call, fault));
    fault_clear(&c->fault);
}

#endif
