// SPDX-License-Identifier: EUPL-1.2
//
// fetch: a question to the host while a call runs. The worker waits for the answer; other calls wait behind it.
#ifndef INTERLINK_WORKER_FETCH_H
#define INTERLINK_WORKER_FETCH_H

#include "worker/call.h"
#include "worker/fields.h"

// Begin, write the question's fields into call->channel->out, finish. IL_OK fills *answer; anything else has its
// sentence.
size_t fetch_begin(il_call *call, frame_fetch kind);
il_status fetch_finish(il_call *call, size_t mark, fields *answer);

#endif
