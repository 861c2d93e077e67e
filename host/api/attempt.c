// SPDX-License-Identifier: EUPL-1.2
#include "api/attempt.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

enum { KIND_ACCOUNT = 1, KIND_NETWORK };

static const rate_limit of_account = {.burst = 10, .per_minute = 10};
// 200 people who all come to work at nine, some of whom mistype.
static const rate_limit of_network = {.burst = 100, .per_minute = 60};

status attempt_begin(operation_call *c, const char *name, attempt *out) {
    rate_table *table = c->services->attempts;
    int64_t now = clock_steady(), wait = 0;
    out->account = rate_key(table, KIND_ACCOUNT, name, strlen(name));
    out->network = c->network ? rate_key(table, KIND_NETWORK, &c->network, sizeof c->network) : 0;
    wait = rate_take(table, out->account, of_account, now);
    if (wait == 0 && out->network != 0) {
        wait = rate_take(table, out->network, of_network, now);
        if (wait > 0) {
            rate_give_back(table, out->account, of_account, now);
        }
    }
    if (wait == 0) {
        return STATUS_OK;
    }
    fault_set(&c->fault, STATUS_LIMITED, "session.slowed",
              "Signing in failed too often. Wait a little before you try again.");
    snprintf(c->fault.about, sizeof c->fault.about, "%" PRId64, wait / 1000000000 + 1);
    return STATUS_LIMITED;
}

void attempt_right(operation_call *c, const attempt *a) {
    int64_t now = clock_steady();
    rate_give_back(c->services->attempts, a->account, of_account, now);
    if (a->network != 0) {
        rate_give_back(c->services->attempts, a->network, of_network, now);
    }
}
