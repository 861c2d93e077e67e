// SPDX-License-Identifier: EUPL-1.2
#include "domain/process.h"

#include <string.h>

#include "api/input.h"
#include "api/operations.h"
#include "domain/member.h"

static status processes_list_read(operation_call *c) {
    return process_list_write(c->store, c->answer, &c->actor, input_text(c->query, "after"),
                              input_int(c->query, "limit", 20), &c->fault);
}

static status processes_create_write(operation_call *c) {
    process_draft draft = {
        .name = input_text(c->body, "name"),
        .description = input_text(c->body, "description"),
        .language = input_text(c->body, "language"),
        .guide = input_text(c->body, "guide"),
        .by = input_actor(c),
    };
    if (!draft.language)
        draft.language = c->actor.language;
    id_value made;
    status st = process_create(c->store, &draft, &made, &c->fault);
    c->http_status = 201;
    return st == STATUS_OK ? process_write(c->store, c->answer, made.text, &c->actor, c->language, &c->fault) : st;
}

static status processes_get_read(operation_call *c) {
    return process_write(c->store, c->answer, c->id, &c->actor, c->language, &c->fault);
}

static status processes_update_write(operation_call *c) {
    process_change change = {
        .name = input_text(c->body, "name"),
        .description = input_text(c->body, "description"),
        .status = input_text(c->body, "status"),
        .language = input_text(c->body, "language"),
        .version = input_version(c),
    };
    usage_actor by = input_actor(c);
    status st = process_update(c->store, &by, c->id, &change, &c->fault);
    return st == STATUS_OK ? process_write(c->store, c->answer, c->id, &c->actor, c->language, &c->fault) : st;
}

static status processes_tree_read(operation_call *c) {
    return process_tree_write(c->store, c->arena, c->answer, c->id, &c->fault);
}

static void put_invitation(operation_call *c, const member_added *added) {
    answer_key(c->answer, "invitation");
    if (!added->invited) {
        answer_null(c->answer);
        return;
    }
    answer_object(c->answer);
    answer_put_text(c->answer, "url",
                    arena_printf(c->arena, "%s/invitation?token=%s", c->services->public_url, added->token));
    answer_put_time(c->answer, "expires_at", added->expires);
    answer_end(c->answer);
}

static status members_add_write(operation_call *c) {
    const char *wanted = input_text(c->body, "role");
    usage_actor by = input_actor(c);
    member_added added;
    status st =
        member_add(c->store, &c->live, &by, c->id, input_text(c->body, "email"), role_from(wanted), &added, &c->fault);
    if (st != STATUS_OK)
        return st;
    answer_object(c->answer);
    answer_put_text(c->answer, "status", added.invited ? "invited" : "added");
    answer_put_text(c->answer, "person", added.invited ? NULL : added.person);
    answer_put_text(c->answer, "email", added.email);
    answer_put_text(c->answer, "role", wanted);
    put_invitation(c, &added);
    answer_end(c->answer);
    c->http_status = 201;
    return STATUS_OK;
}

const operation_steps process_operations[] = {
    {.id = "processes.list", .read = processes_list_read},
    {.id = "processes.create", .write = processes_create_write},
    {.id = "processes.get", .read = processes_get_read},
    {.id = "processes.update", .write = processes_update_write},
    {.id = "processes.tree", .read = processes_tree_read},
    {.id = "members.add", .write = members_add_write},
    {0},
};
