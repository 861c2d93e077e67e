// SPDX-License-Identifier: EUPL-1.2
//
// attempt: those who guess passwords are slowed, by the account that they try and by the network that they come from.
// Only attempts that fail count. Nothing here depends on whether there is such an account.
#ifndef INTERLINK_API_ATTEMPT_H
#define INTERLINK_API_ATTEMPT_H

#include "api/operation.h"
#include "base/rate.h"

typedef struct attempt {
    uint64_t account, network; // keys; 0: not counted
} attempt;

// Before a password is looked at: counts it as one that fails. `name` is what was given as the e-mail address.
// STATUS_LIMITED with the seconds to wait in the fault's `about`; then nothing was counted.
status attempt_begin(operation_call *c, const char *name, attempt *out);
// It was right after all. Any thread.
void attempt_right(operation_call *c, const attempt *a);

#endif
