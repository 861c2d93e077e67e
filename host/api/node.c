// SPDX-License-Identifier: EUPL-1.2
#include "domain/node.h"

#include "api/input.h"
#include "api/operations.h"

static status nodes_get_read(operation_call *c) {
    return node_write(c->store, c->answer, c->id, c->language, &c->fault);
}

// Dates are looked at before anything is queued for the writer.
static status nodes_update_read(operation_call *c) {
    node_change *change = arena_alloc(c->arena, sizeof *change);
    change->status = input_text(c->body, "status");
    change->name = input_text(c->body, "name");
    change->description = input_text(c->body, "description");
    change->version = input_version(c);
    c->state = change;
    status start = input_time(c->body, "", "start", &change->start, &change->start_given, &c->fault);
    status end = input_time(c->body, "", "end", &change->end, &change->end_given, &c->fault);
    return start != STATUS_OK ? start : end;
}

static status nodes_update_write(operation_call *c) {
    usage_actor by = input_actor(c);
    status st = node_update(c->store, &c->live, &by, c->id, c->state, &c->fault);
    return st == STATUS_OK ? node_write(c->store, c->answer, c->id, c->language, &c->fault) : st;
}

const operation_steps node_operations[] = {
    {.id = "nodes.get", .read = nodes_get_read},
    {.id = "nodes.update", .read = nodes_update_read, .write = nodes_update_write},
    {0},
};
