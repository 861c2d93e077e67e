// SPDX-License-Identifier: EUPL-1.2
//
// call: the il_call behind interlink.h, the same for native and Lua plugins. What the host sent, what the plugin wants
// to happen, and the sentence of the last failure. All its memory is one arena, reset for each call.
#ifndef INTERLINK_WORKER_CALL_H
#define INTERLINK_WORKER_CALL_H

#include <interlink.h>
#include <jansson.h>

#include "base/arena.h"
#include "base/frame.h"
#include "worker/channel.h"
#include "worker/package.h"

// A document that the host sent, that was fetched, or that this call has put.
typedef struct call_document {
    str key;
    str text; // as the host sent it; read into `value` when the plugin asks for it
    json_t *value;
    uint64_t version; // as it was read; 0: there was none
    bool present;     // as the plugin sees it now
    bool sent;        // came from the host as present: `list` shows it so
    struct call_effect *change;
    struct call_document *next;
} call_document;

typedef struct call_effect {
    frame_effect kind;
    str key;  // document key, prefix, file name, action, topic, text key
    str type; // of a file; audience
    json_t *value;
    str bytes; // of a file
    uint64_t version;
    int64_t at;
    bool anonymous;
    bool dropped; // undone by a later one
    struct call_effect *next;
} call_effect;

typedef struct call_answer {
    int status; // 0: nothing was said
    const char *type;
    const char *filename, *location;
    str sentence; // of a problem
    buffer body;  // kept from call to call
} call_answer;

struct il_call {
    arena *arena;
    const package *package;
    channel *channel;
    uint64_t number;
    frame_function function;
    str asset, asset_name, node, node_name, process, process_name;
    str person, person_name, person_email, role, language, capability;
    str method, path, query, body, body_type, base, event;
    str params_text, data_text;
    json_t *params, *data, *form;
    int64_t now;
    uint64_t random;
    str error;
    bool late; // it was told that its time is over
    unsigned debug_lines;
    call_document *documents;
    bool complete; // the documents that were sent are all there are
    call_effect *effects, **effects_end;
    call_answer answer;
};

// Makes `call` the one that the frame describes; the frame's bytes are copied. False: it cannot be read.
bool call_begin(il_call *call, const frame *from);
void call_end(il_call *call); // frees what belongs to this call

// Remembers a sentence and gives `status` back.
il_status call_fail(il_call *call, il_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

// IL_OK if the permission is granted; else IL_FORBIDDEN with a sentence, and the plugin may go on without.
il_status call_permit(il_call *call, const char *permission);

// A value owned by the call. Steals the reference; NULL stays NULL.
json_t *call_keep(il_call *call, json_t *value);

call_effect *call_effect_add(il_call *call, frame_effect kind);

static inline il_str call_str(str s) {
    return (il_str){s.ptr, s.len};
}

extern const il_call_1 call_interface;
extern const il_contact_1 contact_interface;

#endif
