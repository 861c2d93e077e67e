// SPDX-License-Identifier: EUPL-1.2
#include "worker/fetch.h"

#include <unistd.h>

size_t fetch_begin(il_call *call, frame_fetch kind) {
    size_t mark = frame_begin(&call->channel->out, FRAME_FETCH, call->number);
    frame_number(&call->channel->out, TAG_FETCH, kind);
    return mark;
}

il_status fetch_finish(il_call *call, size_t mark, fields *answer) {
    frame value;
    frame_finish(&call->channel->out, mark);
    if (!channel_await(call->channel, call->number, &value))
        _exit(0); // the host is gone, so nobody waits for this call
    str copy = {arena_copy(call->arena, value.payload.ptr, value.payload.len), value.payload.len};
    *answer = (fields){.rest = copy};
    il_status status = IL_OK;
    str sentence = STR("The host could not read it.");
    frame_tag tag;
    str field;
    bool broken = false;
    while (frame_field(&copy, &tag, &field, &broken)) {
        if (tag == TAG_STATUS)
            status = (il_status)frame_value(field);
        else if (tag == TAG_ERROR)
            sentence = field;
    }
    if (broken)
        return call_fail(call, IL_FAILED, "The host's answer cannot be read.");
    return status == IL_OK ? IL_OK : call_fail(call, status, STR_FORMAT, STR_ARG(sentence));
}
