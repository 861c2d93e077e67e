// SPDX-License-Identifier: EUPL-1.2
//
// task_place: where a task stands, for whoever opens something in it.
#ifndef INTERLINK_DOMAIN_TASK_PLACE_H
#define INTERLINK_DOMAIN_TASK_PLACE_H

#include "base/arena.h"
#include "store/store.h"

// All texts are in the arena.
typedef struct task_place {
    const char *name, *process, *process_name;
    const char *language; // of the process
} task_place;

// STATUS_NOT_FOUND if there is no such node, STATUS_INVALID "node.not_task" for a phase or objective.
status task_place_find(store *s, arena *a, const char *node, task_place *out, fault *f);

#endif
