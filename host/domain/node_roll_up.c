// SPDX-License-Identifier: EUPL-1.2
//
// Status, progress and dates of what is above the tasks. Two faults of the platform before this one are mended: nothing
// below is "awaiting" and not "finished", and progress is the share over the tasks, so that a phase of one small and
// one large objective does not jump.
#include <string.h>

#include "domain/node.h"
#include "domain/node_tree.h"

typedef struct share {
    int64_t tasks, finished, in_progress, start, end;
} share;

static void count_task(share *to, const tree_node *task) {
    to->tasks++;
    to->finished += str_is(task->status, "finished");
    to->in_progress += str_is(task->status, "in_progress");
    if (task->start && (!to->start || task->start < to->start))
        to->start = task->start;
    if (task->end > to->end)
        to->end = task->end;
}

static const char *share_status(const share *c) {
    if (c->tasks && c->finished == c->tasks)
        return "finished";
    return c->finished || c->in_progress ? "in_progress" : "awaiting";
}

static int64_t share_progress(const share *c) {
    return c->tasks ? (2 * c->finished + c->in_progress) * 50 / c->tasks : 0;
}

static status store_node(store *s, const tree_node *n, const share *c, fault *f) {
    const char *state = share_status(c);
    int64_t progress = share_progress(c);
    if (str_is(n->status, state) && n->progress == progress && n->start == c->start && n->end == c->end)
        return STATUS_OK;
    return store_run(s, f, "UPDATE node SET status = ?, progress = ?, start_at = ?, end_at = ? WHERE id = ?", "tiiis",
                     state, progress, c->start, c->end, n->id);
}

static status roll_up(store *s, arena *a, const char *process, fault *f) {
    node_tree *t;
    status st = node_tree_load(s, a, process, NODE_TREE_SHAPE, &t, f);
    if (st != STATUS_OK)
        return st;
    share *shares = arena_alloc(a, (t->count + 1) * sizeof *shares);
    share *whole = &shares[t->count];
    for (size_t i = 0; i < t->count; i++) {
        if (!tree_node_is_task(&t->nodes[i]))
            continue;
        count_task(whole, &t->nodes[i]);
        for (tree_node *above = t->nodes[i].parent; above; above = above->parent)
            count_task(&shares[above - t->nodes], &t->nodes[i]);
    }
    for (size_t i = 0; st == STATUS_OK && i < t->count; i++)
        if (!tree_node_is_task(&t->nodes[i]))
            st = store_node(s, &t->nodes[i], &shares[i], f);
    // A process without tasks keeps the status that its administrators gave it.
    if (st == STATUS_OK && whole->tasks)
        st = store_run(
            s, f, "UPDATE process SET status = ?, progress = ? WHERE id = ? AND (status <> ? OR progress <> ?)",
            "titti", share_status(whole), share_progress(whole), process, share_status(whole), share_progress(whole));
    return st;
}

status node_roll_up_all(store *s, const char *process, fault *f) {
    arena *a = arena_create();
    status st = roll_up(s, a, process, f);
    arena_destroy(a);
    return st;
}
