// SPDX-License-Identifier: EUPL-1.2
//
// result: a finished call as a RESULT frame, the answer with its effects or the refusal.
#ifndef INTERLINK_WORKER_RESULT_H
#define INTERLINK_WORKER_RESULT_H

#include "worker/call.h"

void result_write(il_call *call, il_status status); // `status` is what the plugin's function gave back

#endif
