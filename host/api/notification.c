// SPDX-License-Identifier: EUPL-1.2
#include "api/input.h"
#include "api/operations.h"
#include "domain/notify.h"

static status notifications_list_read(operation_call *c) {
    return notify_list_write(c->store, c->answer, c->actor.id, c->language, input_flag(c->query, "unread"),
                             input_text(c->query, "after"), input_int(c->query, "limit", 20), &c->fault);
}

static status notifications_read_write(operation_call *c) {
    const json_t *ids = json_object_get(c->body, "ids");
    if (!ids && !input_flag(c->body, "all"))
        return fault_add_field(&c->fault, "", "required", "Say which: give their ids, or \"all\": true.");
    status st = notify_mark_read(c->store, c->actor.id, input_flag(c->body, "all") ? NULL : ids, &c->fault);
    if (st != STATUS_OK)
        return st;
    answer_object(c->answer);
    answer_put_int(c->answer, "unread", notify_unread(c->store, c->actor.id));
    answer_end(c->answer);
    return STATUS_OK;
}

const operation_steps notification_operations[] = {
    {.id = "notifications.list", .read = notifications_list_read},
    {.id = "notifications.read", .write = notifications_read_write},
    {0},
};
