// SPDX-License-Identifier: EUPL-1.2
//
// operation: one entry of the HTTP API and the C functions behind it. openapi.json says what an operation is
// called, where it lives, what it takes and who may use it; operations.c names its steps:
//
//   read    loop thread, reader connection: look things up; for a GET also write the answer
//   slow    a helper thread, no connection: password hashing
//   plugin  when read (or slow) left a plugin call in `call->plugin`, it is made now
//   write   writer's thread, inside a savepoint: change things and write the answer
//   after   loop thread, reader connection, when it is on disk: what must see it committed; may write the answer too
//
// Live events collected in `call->live` are published after the commit. STATUS_RETRY from write (a document changed
// under the call) starts again from read, a few times; so steps keep what they find in `call->state` alone.
#ifndef INTERLINK_API_OPERATION_H
#define INTERLINK_API_OPERATION_H

#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "api/multipart.h"
#include "api/services.h"
#include "base/answer.h"
#include "base/arena.h"
#include "base/status.h"
#include "domain/access.h"
#include "domain/live.h"
#include "plugin/call.h"
#include "store/writer.h"

typedef struct operation_call operation_call;
typedef status operation_step(operation_call *c);

typedef struct operation_steps {
    const char *id; // operationId
    operation_step *read, *slow, *write, *after;
} operation_steps;

// What openapi.json says of it, resolved at start-up.
typedef struct operation operation;

struct operation_call {
    // Given by whoever starts it (an HTTP request, a portal page):
    arena *arena;
    const operation *operation;
    const operation_steps *steps;
    services *services;
    services_loop *loop;
    person actor;           // actor.id[0] == 0: anonymous
    const char *language;   // of the reader
    const char *id;         // the {id} of the path, "" if it has none
    json_t *query;          // object: checked, typed, defaults filled in
    json_t *body;           // checked; NULL if there is none
    str body_text;          // or the body as it came, read into `body` after the access check
    const multipart *parts; // of a form with files, for an operation that takes one; NULL otherwise
    const char *session;    // hash of the session's token, "" without one
    uint64_t network;       // where it came from, as a key of the limits; 0 if not known, or the machine itself
    const char *if_match;   // version that the client has seen, or NULL
    // Changes from step to step:
    store *store;            // the connection of this step
    access_found access;     // what access_check found: process, role ...
    answer *answer;          // where the result goes (steps after a read are given one that is safe on their thread)
    int http_status;         // 200, or what the operation says; 201 and 204 set by it
    plugin_call *plugin;     // wanted by read, answered before write
    live_list live;          // to be told after the commit
    const char *acted;       // id of who did it, where it is not the actor: who has just signed in; for the audit log
    void *state;             // the operation's own, from step to step; in the arena
    const char *set_session; // a new token for the cookie; "" to drop the cookie; NULL to leave it
    // Exports: read sets both and writes no answer. `stream` is then called on the loop's thread, with its reader in
    // `store`, again and again: each time it adds the next part of the answer (some 64 KiB) to `out`; *more becomes
    // false with the last one. It holds no query open in between. `c` and its arena live as long.
    const char *stream_type; // "text/csv; charset=utf-8" ...
    status (*stream)(operation_call *c, buffer *out, bool *more);
    // The end: on the loop's thread, exactly once, when everything is on disk.
    void (*done)(operation_call *c, status outcome);
    void *context;
    fault fault; // last, see operation_call_clear
};

// Makes `c` a call that asks nothing yet.
static inline void operation_call_clear(operation_call *c) {
    memset(c, 0, offsetof(operation_call, fault));
    fault_clear(&c->fault);
}

// Reads openapi.json (built in) and binds every operation; a missing function or operation is a fault.
typedef struct operation_table operation_table;
status operation_table_create(const operation_steps *const *groups, operation_table **out, fault *f);
void operation_table_destroy(operation_table *t);
const operation *operation_by_id(const operation_table *t, const char *id);
// By method and path below /api/v1. The path's {id} is returned in *path_id (borrowed from path). NOT_FOUND, or
// STATUS_FORBIDDEN with the allowed methods in `allow` when only the method is wrong.
status operation_route(const operation_table *t, const char *method, str path, const operation **out, str *path_id,
                       char allow[64]);
const char *operation_document(size_t *len); // openapi.json itself

bool operation_is_read(const operation *o); // GET: answered at once, on the loop
bool operation_is_kept(const operation *o); // x-kept: public answer, same for everybody until the catalogue changes
bool operation_is_live(const operation *o); // x-live: after the access check, whoever started it sends a stream
const char *operation_id(const operation *o);
bool operation_takes_files(const operation *o);   // its body is a form with files, and no JSON
const char *operation_access(const operation *o); // its rule, for access_check
size_t operation_body_limit(const operation *o);  // bytes; 0 if it takes no body

// Check access, check the input, run the steps. `c` is filled as above; query holds raw texts (from the URL or a portal
// page's table) which are coerced and checked here. `done` may be called before this returns.
void operation_start(operation_call *c);

#endif
