// SPDX-License-Identifier: EUPL-1.2
#include "domain/usage.h"

#include <stdlib.h>
#include <string.h>

#include "api/input.h"
#include "api/operations.h"
#include "base/clock.h"
#include "domain/usage_export.h"

// ---- What it is about: the nearest of asset, node and process decides who may.

typedef struct usage_place {
    const char *asset, *node, *process;
} usage_place;

static usage_place place_of(const json_t *from) {
    return (usage_place){input_text(from, "asset"), input_text(from, "node"), input_text(from, "process")};
}

// `rules` are for an asset, a node, a process and the whole site.
static status check_place(operation_call *c, const usage_place *p, const char *const rules[4]) {
    if (p->asset)
        return access_check(c->store, &c->actor, rules[0], p->asset, &c->access, &c->fault);
    if (p->node)
        return access_check(c->store, &c->actor, rules[1], p->node, &c->access, &c->fault);
    if (p->process)
        return access_check(c->store, &c->actor, rules[2], p->process, &c->access, &c->fault);
    return access_check(c->store, &c->actor, rules[3], "", &c->access, &c->fault);
}

// ---- Reading

static const char *const view_rules[4] = {"asset.view", "node.view", "process.view", "site.admin"};

static status read_filter(operation_call *c, usage_filter *filter) {
    usage_place place = place_of(c->query);
    status st = check_place(c, &place, view_rules);
    if (st != STATUS_OK)
        return st;
    const char *process = c->access.process[0] ? c->access.process : NULL;
    *filter = (usage_filter){
        .process = place.process ? place.process : process,
        .node = place.node,
        .asset = place.asset,
        .interlinker = input_text(c->query, "interlinker"),
        .person = input_text(c->query, "person"),
        .action = input_text(c->query, "action"),
        .names_of = process,
        .secret = c->services->secret,
    };
    status from = input_time(c->query, "query", "from", &filter->from, NULL, &c->fault);
    status to = input_time(c->query, "query", "to", &filter->to, NULL, &c->fault);
    return from != STATUS_OK ? from : to;
}

static status usage_list_read(operation_call *c) {
    usage_filter filter;
    status st = read_filter(c, &filter);
    if (st != STATUS_OK)
        return st;
    return usage_list_write(c->store, c->arena, c->answer, &filter, input_text(c->query, "after"),
                            input_int(c->query, "limit", 100), &c->fault);
}

static status usage_export_part(operation_call *c, buffer *out, bool *more) {
    return usage_export_next(c->state, c->store, out, more, &c->fault);
}

static status usage_export_read(operation_call *c) {
    usage_filter filter;
    status st = read_filter(c, &filter);
    if (st != STATUS_OK)
        return st;
    const char *wanted = input_text(c->query, "format");
    usage_format format = wanted && !strcmp(wanted, "jsonl") ? USAGE_JSON_LINES : USAGE_CSV;
    usage_export *export = NULL;
    st = usage_export_begin(c->store, c->arena, &filter, format, &export, &c->fault);
    c->state = export;
    c->stream_type = usage_format_type(format);
    c->stream = usage_export_part;
    return st;
}

// ---- Writing: the way of the event of another system, kept short on the writer's thread.

static const char *const contribute_rules[4] = {"asset.contribute", "node.contribute", "process.contribute", "user"};

// What is said besides the nearest place must agree with it.
static status check_agrees(operation_call *c, const char *pointer, const char *said, const char *found) {
    if (!said || !strcmp(said, found))
        return STATUS_OK;
    return fault_add_field(&c->fault, pointer, "const", "This is not where it happened. Leave it out.");
}

static status check_new_place(operation_call *c, const usage_place *p) {
    if (!p->asset && !p->node && !p->process)
        return fault_add_field(&c->fault, "", "required", "Say where it happened: give an asset, a node or a process.");
    status st = check_place(c, p, contribute_rules);
    if (st == STATUS_OK && p->asset)
        st = check_agrees(c, "/node", p->node, c->access.node);
    if (st == STATUS_OK)
        st = check_agrees(c, "/process", p->process, c->access.process);
    return st;
}

static status find_interlinker(operation_call *c, usage_event *e) {
    store_rows *rows = store_query(c->store, "SELECT interlinker FROM asset WHERE id = ?", "t", e->asset);
    if (store_next(rows))
        e->interlinker = arena_text(c->arena, store_text(rows, 0));
    return store_end(rows, &c->fault);
}

static const char *empty_is_null(const char *text) {
    return text[0] ? text : NULL;
}

static status usage_create_read(operation_call *c) {
    usage_place place = place_of(c->body);
    status st = check_new_place(c, &place);
    if (st != STATUS_OK)
        return st;
    usage_event *e = arena_alloc(c->arena, sizeof *e);
    char *pseudonym = arena_alloc(c->arena, USAGE_PSEUDONYM_TEXT);
    usage_pseudonym(c->services->secret, c->actor.id, pseudonym);
    id_value made = id_create();
    e->id = arena_text(c->arena, made.text);
    e->at = clock_now();
    e->pseudonym = pseudonym;
    e->role = c->actor.kind;
    e->action = input_text(c->body, "action");
    e->process = empty_is_null(c->access.process);
    e->node = empty_is_null(c->access.node);
    e->asset = empty_is_null(c->access.asset);
    e->data = STR("{}");
    const json_t *data = json_object_get(c->body, "data");
    char *text = json_object_size(data) ? json_dumps(data, JSON_COMPACT) : NULL;
    if (text) {
        arena_defer(c->arena, free, text);
        e->data = str_from(text);
    }
    c->state = e;
    return e->asset ? find_interlinker(c, e) : STATUS_OK;
}

static status usage_create_write(operation_call *c) {
    const usage_event *e = c->state;
    status st = usage_append(c->store, c->services->secret, e, &c->fault);
    c->http_status = 201;
    if (st == STATUS_OK)
        usage_event_write(c->answer, e, c->actor.name);
    return st;
}

const operation_steps usage_operations[] = {
    {.id = "usage.list", .read = usage_list_read},
    {.id = "usage.export", .read = usage_export_read},
    {.id = "usage.create", .read = usage_create_read, .write = usage_create_write},
    {0},
};
