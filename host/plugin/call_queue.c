// SPDX-License-Identifier: EUPL-1.2
#include "plugin/call_queue.h"

#include <stddef.h>

void call_queue_add(call_queue *q, call_slot *slot) {
    slot->next = NULL;
    if (q->last)
        q->last->next = slot;
    else
        q->first = slot;
    q->last = slot;
    q->count++;
}

void call_queue_put_first(call_queue *q, call_queue *others) {
    if (!others->first)
        return;
    others->last->next = q->first;
    if (!q->last)
        q->last = others->last;
    q->first = others->first;
    q->count += others->count;
    *others = (call_queue){0};
}

call_slot *call_queue_take(call_queue *q) {
    call_slot *slot = q->first;
    if (!slot)
        return NULL;
    q->first = slot->next;
    if (!q->first)
        q->last = NULL;
    q->count--;
    slot->next = NULL;
    return slot;
}

void call_queue_remove(call_queue *q, call_slot *slot) {
    call_slot *before = NULL;
    for (call_slot *s = q->first; s; before = s, s = s->next) {
        if (s != slot)
            continue;
        if (before)
            before->next = s->next;
        else
            q->first = s->next;
        if (q->last == s)
            q->last = before;
        q->count--;
        s->next = NULL;
        return;
    }
}

call_slot *call_queue_find(const call_queue *q, uint64_t number) {
    for (call_slot *s = q->first; s; s = s->next)
        if (s->number == number)
            return s;
    return NULL;
}
