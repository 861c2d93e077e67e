// SPDX-License-Identifier: EUPL-1.2
#include "api/operations.h"

// The document speaks of itself.
static status openapi_read(operation_call *c) {
    size_t len;
    const char *text = operation_document(&len);
    answer_raw(c->answer, (str){text, len});
    return STATUS_OK;
}

// The live stream has no step of its own: whoever starts it holds the connection and subscribes there.
static const operation_steps own_operations[] = {
    {.id = "openapi.get", .read = openapi_read},
    {.id = "events.stream"},
    {0},
};

const operation_steps *const operation_groups[] = {
    own_operations,
    session_operations,
    catalogue_operations,
    guide_operations,
    process_operations,
    node_operations,
    asset_operations,
    usage_operations,
    notification_operations,
    plugin_operations,
    package_operations,
    machine_operations,
    NULL,
};
