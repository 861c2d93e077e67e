// SPDX-License-Identifier: EUPL-1.2
//
// node: a phase, objective or task of a process. Only tasks have a status and dates of their own; those of objectives,
// phases and the process follow from the tasks below them:
//   status    no task: awaiting; all finished: finished; all awaiting: awaiting; else in_progress
//   progress  (finished + in_progress / 2) / tasks, in percent, rounded down
//   dates     the earliest start and the latest end
#ifndef INTERLINK_DOMAIN_NODE_H
#define INTERLINK_DOMAIN_NODE_H

#include "base/answer.h"
#include "domain/live.h"
#include "domain/usage.h"
#include "store/store.h"

// What to change; NULL or `*_given` false leaves it.
typedef struct node_change {
    const char *status; // awaiting, in_progress, finished
    const char *name, *description;
    bool start_given, end_given;
    int64_t start, end; // UTC milliseconds; 0: none
    int64_t version;    // that the client has seen; 0: does not matter
} node_change;

// On the writer's thread. Rolls up, logs (node.started, node.finished, node.updated) and tells the members when a task
// is finished. STATUS_CONFLICT "version.conflict" with the current version in fault.about; STATUS_INVALID
// "node.rolls_up" for the status or dates of an objective or phase, "node.dates" for a start behind the end.
status node_update(store *s, live_list *live, const usage_actor *by, const char *node, const node_change *change,
                   fault *f);

// The task is done (a plugin may say so). Nothing happens if it was done already.
status node_complete(store *s, live_list *live, const usage_actor *by, const char *node, fault *f);

// Something was opened in the task: awaiting becomes in_progress, anything else stays.
status node_started(store *s, live_list *live, const usage_actor *by, const char *node, fault *f);

// One node as nodes.get shows it: with its process, path, needs and what it comes after. Names of needs in `language`.
status node_write(store *s, answer *out, const char *node, const char *language, fault *f);

// Set status, progress and dates of a whole process from its tasks, from the leaves upwards: after its nodes were made.
status node_roll_up_all(store *s, const char *process, fault *f);

#endif
