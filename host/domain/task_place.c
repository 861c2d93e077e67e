// SPDX-License-Identifier: EUPL-1.2
#include "domain/task_place.h"

status task_place_find(store *s, arena *a, const char *node, task_place *out, fault *f) {
    store_rows *r;
    status outcome = store_one(s, &r,
                               "SELECT n.kind, n.name, p.id, p.name, p.language FROM node n "
                               "JOIN process p ON p.id = n.process WHERE n.id = ?",
                               "t", node);
    if (outcome == STATUS_NOT_FOUND) {
        return fault_set(f, outcome, "node.unknown", "There is no such task, or it was removed.");
    }
    if (outcome != STATUS_OK) {
        return fault_set(f, outcome, "store.failed", "The database could not be read. Try again later.");
    }
    bool task = str_is(store_str(r, 0), "task");
    *out = (task_place){.name = arena_text(a, store_text(r, 1)),
                        .process = arena_text(a, store_text(r, 2)),
                        .process_name = arena_text(a, store_text(r, 3)),
                        .language = arena_text(a, store_text(r, 4))};
    outcome = store_end(r, f);
    if (outcome == STATUS_OK && !task) {
        return fault_set(f, STATUS_INVALID, "node.not_task",
                         "Tools are opened in tasks. Choose one of the tasks below this.");
    }
    return outcome;
}
