// SPDX-License-Identifier: EUPL-1.2
#include "domain/guide.h"

#include "api/input.h"
#include "api/operations.h"

static status guides_list_read(operation_call *c) {
    return guide_list_write(c->store, c->answer, c->language, input_text(c->query, "after"),
                            input_int(c->query, "limit", 20), &c->fault);
}

static status guides_get_read(operation_call *c) {
    return guide_write(c->store, c->arena, c->answer, c->id, c->language, &c->fault);
}

const operation_steps guide_operations[] = {
    {.id = "guides.list", .read = guides_list_read},
    {.id = "guides.get", .read = guides_get_read},
    {0},
};
