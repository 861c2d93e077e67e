// SPDX-License-Identifier: EUPL-1.2
//
// json: the il_json of interlink.h is a json_t of jansson that the call's arena holds a reference to.
#ifndef INTERLINK_WORKER_JSON_H
#define INTERLINK_WORKER_JSON_H

#include "worker/call.h"

static inline json_t *json_in(const il_json *value) {
    return (json_t *)(uintptr_t)value; // plugins cannot change a value, so what is const there is shared here
}

static inline il_json *json_out(json_t *value) {
    return (il_json *)value;
}

void json_print(buffer *out, const json_t *value); // compact; NULL prints null

extern const il_json_1 json_interface;

#endif
