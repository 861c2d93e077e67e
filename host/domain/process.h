// SPDX-License-Identifier: EUPL-1.2
//
// process: a living copy of a guide, with a team ("project" on screen).
#ifndef INTERLINK_DOMAIN_PROCESS_H
#define INTERLINK_DOMAIN_PROCESS_H

#include "base/answer.h"
#include "base/arena.h"
#include "domain/access.h"
#include "domain/live.h"
#include "domain/usage.h"
#include "store/store.h"

typedef struct process_draft {
    const char *name;        // not empty
    const char *description; // NULL: that of the guide in the process's language, or ""
    const char *language;    // NULL: en
    const char *guide;       // id, or NULL for a process without nodes
    usage_actor by;          // by.person becomes its administrator
} process_draft;

// On the writer's thread. Copies the guide's nodes in the process's language (else English, else the first), with their
// needs (those of a task and of the objectives above it) and what they come after. STATUS_INVALID names an unknown
// guide.
status process_create(store *s, const process_draft *draft, id_value *out, fault *f);

typedef struct process_change {
    const char *name, *description, *status, *language; // NULL leaves it
    int64_t version;                                    // that the client has seen; 0: does not matter
} process_change;

status process_update(store *s, const usage_actor *by, const char *process, const process_change *change, fault *f);

// One process as processes.get shows it to `actor`, a member: with its members, and for an administrator also those
// invited.
status process_write(store *s, answer *out, const char *process, const person *actor, const char *language, fault *f);

// The list {"items", "next"} of the processes in which `actor` is a member, newest first.
status process_list_write(store *s, answer *out, const person *actor, const char *after, int64_t limit, fault *f);

// {"nodes": [...]}: all nodes nested, siblings in the order in which they come after each other, else by position.
status process_tree_write(store *s, arena *a, answer *out, const char *process, fault *f);

#endif
