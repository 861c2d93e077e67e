// SPDX-License-Identifier: EUPL-1.2
//
// input: reading what operation_input_check let through: members of a query or body. Texts are borrowed from them.
#ifndef INTERLINK_API_INPUT_H
#define INTERLINK_API_INPUT_H

#include "api/operation.h"
#include "domain/usage.h"

// NULL when it is not there, or null.
const char *input_text(const json_t *from, const char *name);
int64_t input_int(const json_t *from, const char *name, int64_t otherwise);
bool input_flag(const json_t *from, const char *name);

// A date or date-time as UTC milliseconds, 0 for null and for what is not there (*given says which; it may be NULL).
// `place` ("" or "query") is where a fault points. STATUS_INVALID for a day that no calendar has.
status input_time(const json_t *from, const char *place, const char *name, int64_t *out, bool *given, fault *f);

// The version that the client has seen: `version` of the body, else If-Match; 0 if it says none.
int64_t input_version(const operation_call *c);

// How `c->actor` acts, for the log and the notifications.
usage_actor input_actor(const operation_call *c);

#endif
