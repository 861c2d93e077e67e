// SPDX-License-Identifier: EUPL-1.2
#include "domain/node.h"

#include <stdio.h>
#include <string.h>

#include "domain/language.h"
#include "domain/node_tree.h"
#include "domain/notify.h"
#include "domain/schedule.h"

// What the database says of a node before it is changed.
typedef struct node_row {
    char process[ID_TEXT];
    bool task;
    char status[16];
    char *name, *process_name; // in the arena
    const char *description;   // in the arena
    int64_t start, end, version;
} node_row;

static status not_found(fault *f) {
    return fault_set(f, STATUS_NOT_FOUND, "node.not_found", "There is no such task.");
}

static status row_load(store *s, arena *a, const char *node, node_row *out, fault *f) {
    store_rows *rows = store_query(s,
                                   "SELECT node.process, node.kind, node.status, node.name, node.description, "
                                   "node.start_at, node.end_at, node.version, process.name FROM node "
                                   "JOIN process ON process.id = node.process WHERE node.id = ?",
                                   "t", node);
    bool found = store_next(rows);
    if (found) {
        snprintf(out->process, sizeof out->process, "%s", store_text(rows, 0));
        out->task = !strcmp(store_text(rows, 1), "task");
        snprintf(out->status, sizeof out->status, "%s", store_text(rows, 2));
        out->name = arena_text(a, store_text(rows, 3));
        out->description = arena_text(a, store_text(rows, 4));
        out->start = store_int(rows, 5);
        out->end = store_int(rows, 6);
        out->version = store_int(rows, 7);
        out->process_name = arena_text(a, store_text(rows, 8));
    }
    status st = store_end(rows, f);
    return st == STATUS_OK && !found ? not_found(f) : st;
}

static bool status_known(const char *text) {
    return !strcmp(text, "awaiting") || !strcmp(text, "in_progress") || !strcmp(text, "finished");
}

static status check_change(const node_row *was, const node_change *c, fault *f) {
    if (c->version && c->version != was->version) {
        (void)fault_set(f, STATUS_CONFLICT, "version.conflict",
                        "Somebody changed this after you opened it. Load it again, then repeat your change.");
        if (f)
            snprintf(f->about, sizeof f->about, "%lld", (long long)was->version);
        return STATUS_CONFLICT;
    }
    if (c->status && !status_known(c->status))
        return fault_add_field(f, "/status", "enum", "Choose awaiting, in_progress or finished.");
    if (!was->task && (c->status || c->start_given || c->end_given))
        return fault_set(f, STATUS_INVALID, "node.rolls_up",
                         "Status and dates of an objective or a phase follow from its tasks. Change those instead.");
    if (c->name && !c->name[strspn(c->name, " \t\r\n")])
        return fault_add_field(f, "/name", "required", "Give it a name.");
    return STATUS_OK;
}

// What the row is to become.
typedef struct node_next {
    const char *status, *name, *description;
    int64_t start, end;
    bool changed; // anything at all
    bool to_status;
} node_next;

static node_next next_of(const node_row *was, const node_change *c) {
    node_next n = {
        .status = c->status ? c->status : was->status,
        .name = c->name ? c->name : was->name,
        .description = c->description ? c->description : was->description,
        .start = c->start_given ? c->start : was->start,
        .end = c->end_given ? c->end : was->end,
    };
    n.to_status = strcmp(n.status, was->status) != 0;
    n.changed = n.to_status || strcmp(n.name, was->name) != 0 || strcmp(n.description, was->description) != 0 ||
                n.start != was->start || n.end != was->end;
    return n;
}

static int64_t task_progress(const char *state) {
    return !strcmp(state, "finished") ? 100 : !strcmp(state, "in_progress") ? 50 : 0;
}

static status row_store(store *s, const char *node, const node_row *was, const node_next *next, fault *f) {
    status st = store_run(s, f,
                          "UPDATE node SET name = ?, description = ?, start_at = ?, end_at = ?, version = version + 1 "
                          "WHERE id = ?",
                          "ttiit", next->name, next->description, next->start, next->end, node);
    if (st != STATUS_OK || !was->task)
        return st;
    st = store_run(s, f, "UPDATE node SET status = ?, progress = ? WHERE id = ?", "tit", next->status,
                   task_progress(next->status), node);
    bool rolls = next->to_status || next->start != was->start || next->end != was->end;
    return st == STATUS_OK && rolls ? node_roll_up_all(s, was->process, f) : st;
}

static status log_change(store *s, const usage_actor *by, const char *node, const node_row *was, const node_next *next,
                         fault *f) {
    usage_event e = usage_event_by(by);
    e.action = "node.updated";
    if (next->to_status && !strcmp(next->status, "finished"))
        e.action = "node.finished";
    else if (next->to_status && !strcmp(next->status, "in_progress") && !strcmp(was->status, "awaiting"))
        e.action = "node.started";
    e.process = was->process;
    e.node = node;
    char data[80];
    int len = next->to_status
                  ? snprintf(data, sizeof data, "{\"from\":\"%s\",\"status\":\"%s\"}", was->status, next->status)
                  : 0;
    e.data = (str){data, (size_t)len};
    return usage_append(s, by->secret, &e, f);
}

static status tell_finished(store *s, live_list *live, const usage_actor *by, const char *node, const node_row *was,
                            const node_next *next, fault *f) {
    json_t *params = json_pack("{s:s, s:s}", "node", next->name, "process", was->process_name);
    if (by->name)
        json_object_set_new(params, "person", json_string(by->name));
    notify_event e = {
        .event = by->name ? "task.finished" : "task.done",
        .audience = NOTIFY_PROCESS,
        .actor = by->person,
        .params = params,
        .process = was->process,
        .node = node,
    };
    status st = notify_people(s, live, &e, f);
    json_decref(params);
    return st;
}

static status change_row(store *s, live_list *live, const usage_actor *by, const char *node, const node_row *was,
                         const node_change *c, fault *f) {
    status st = check_change(was, c, f);
    if (st != STATUS_OK)
        return st;
    node_next next = next_of(was, c);
    if (next.start && next.end && next.start > next.end)
        return fault_set(f, STATUS_INVALID, "node.dates", "The end is before the start. Choose a later end.");
    if (!next.changed)
        return STATUS_OK;
    st = row_store(s, node, was, &next, f);
    if (st == STATUS_OK)
        st = log_change(s, by, node, was, &next, f);
    if (st == STATUS_OK && next.to_status && !strcmp(next.status, "finished"))
        st = tell_finished(s, live, by, node, was, &next, f);
    if (st == STATUS_OK && next.to_status && !strcmp(next.status, "finished"))
        st = schedule_add_node(s, live, node, "task.finished", (str){0}, f);
    return st;
}

status node_update(store *s, live_list *live, const usage_actor *by, const char *node, const node_change *change,
                   fault *f) {
    arena *a = arena_create();
    node_row was = {0};
    status st = row_load(s, a, node, &was, f);
    if (st == STATUS_OK)
        st = change_row(s, live, by, node, &was, change, f);
    arena_destroy(a);
    return st;
}

status node_complete(store *s, live_list *live, const usage_actor *by, const char *node, fault *f) {
    node_change change = {.status = "finished"};
    return node_update(s, live, by, node, &change, f);
}

status node_started(store *s, live_list *live, const usage_actor *by, const char *node, fault *f) {
    int64_t waits =
        store_count(s, 0, "SELECT 1 FROM node WHERE id = ? AND kind = 'task' AND status = 'awaiting'", "t", node);
    node_change change = {.status = "in_progress"};
    return waits ? node_update(s, live, by, node, &change, f) : STATUS_OK;
}

// ---- Writing

static void put_path(answer *out, const tree_node *n) {
    if (!n)
        return;
    put_path(out, n->parent);
    answer_object(out);
    answer_put_str(out, "id", n->id);
    answer_put_str(out, "kind", n->kind);
    answer_put_str(out, "name", n->name);
    answer_end(out);
}

static status put_needs(store *s, answer *out, const char *node, const char *language, fault *f) {
    store_rows *rows = store_query(s,
                                   "SELECT problem_profile.id, problem_profile.name FROM node_need "
                                   "JOIN problem_profile ON problem_profile.id = node_need.profile "
                                   "WHERE node_need.node = ? ORDER BY problem_profile.id",
                                   "t", node);
    answer_key(out, "needs");
    answer_array(out);
    while (store_next(rows)) {
        answer_object(out);
        answer_put_str(out, "id", store_str(rows, 0));
        language_put(out, "name", store_str(rows, 1), language);
        answer_end(out);
    }
    answer_end(out);
    return store_end(rows, f);
}

static void put_after(answer *out, const tree_node *n) {
    answer_key(out, "after");
    answer_array(out);
    for (const tree_link *l = n->after; l; l = l->next) {
        if (!l->node)
            continue;
        answer_object(out);
        answer_put_str(out, "id", l->node->id);
        answer_put_str(out, "name", l->node->name);
        answer_put_str(out, "status", l->node->status);
        answer_end(out);
    }
    answer_end(out);
}

static status put_process(store *s, answer *out, const char *process, fault *f) {
    store_rows *rows = store_query(s, "SELECT id, name, language FROM process WHERE id = ?", "t", process);
    answer_key(out, "process");
    if (store_next(rows)) {
        answer_object(out);
        answer_put_str(out, "id", store_str(rows, 0));
        answer_put_str(out, "name", store_str(rows, 1));
        answer_put_str(out, "language", store_str(rows, 2));
        answer_end(out);
    } else {
        answer_null(out);
    }
    return store_end(rows, f);
}

static status write_node(store *s, arena *a, answer *out, const char *node, const char *language, fault *f) {
    node_row row = {0};
    node_tree *t = NULL;
    status st = row_load(s, a, node, &row, f);
    if (st == STATUS_OK)
        st = node_tree_load(s, a, row.process, NODE_TREE_TEXTS, &t, f);
    if (st != STATUS_OK)
        return st;
    const tree_node *n = node_tree_find(t, str_from(node));
    if (!n)
        return not_found(f);
    answer_object(out);
    tree_node_put(out, n);
    st = put_process(s, out, row.process, f);
    answer_key(out, "path");
    answer_array(out);
    put_path(out, n->parent);
    answer_end(out);
    put_after(out, n);
    if (st == STATUS_OK)
        st = put_needs(s, out, node, language, f);
    answer_end(out);
    return st;
}

status node_write(store *s, answer *out, const char *node, const char *language, fault *f) {
    arena *a = arena_create();
    status st = write_node(s, a, out, node, language, f);
    arena_destroy(a);
    return st;
}
